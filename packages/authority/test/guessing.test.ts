import { addAccount } from '@countersign/authority'
import { BASE20, BASE31, drawUserCode, formatUserCode, type UserCodeAlphabet } from '@countersign/protocol'
import { expect, test } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'
import { networkOf } from '../src/limits/guessing.ts'
import { openHouse } from './house.ts'
import { openBrowser } from './person.ts'
import { watchMoves } from './watch-moves.ts'

/** The same code for the same number; right by its check character, so it counts as a guess. */
function wrong(index: number, length = 8, alphabet: UserCodeAlphabet = BASE20): string {
  const draw = (count: number) => Uint8Array.from({ length: count }, (_, at) => [index % 20, Math.floor(index / 20)][at] ?? 1)
  return formatUserCode(drawUserCode({ random: draw }, length, alphabet))
}

/** The code with its last character replaced by another one. */
function mistyped(code: string, characters = BASE20.characters): string {
  const last = characters.indexOf(code.at(-1) ?? '')
  return code.slice(0, -1) + characters.charAt((last + 1) % characters.length)
}

verifies(
  'rfc8628-5.1-rate-limit-user-code',
  'after five wrong codes the browser is refused without a look-up, on every route, even with the right code',
  async () => {
    const house = await openHouse()
    const device = await house.device()
    const { userCode, deviceCode } = await device.start()
    const browser = openBrowser(house)
    await browser.signIn()
    for (let guess = 0; guess < 5; guess++) expect((await browser.enter(wrong(guess))).status).toBe(400)
    let looks = 0
    const { find } = house.store
    Object.assign(house.store, { find: (kind: string, lookup: string) => (looks++, find(kind, lookup)) })
    expect((await browser.enter(userCode)).status).toBe(429)
    const direct = await browser.submit(await browser.get('/device'), '/device', { user_code: userCode })
    expect(direct.status).toBe(429)
    expect(looks).toBe(0)
    expect((await device.poll(deviceCode)).json['error']).toBe('authorization_pending')
    expect(house.events).toContainEqual(expect.objectContaining({ type: 'code.guessing_limited', limit: 'browser' }))
  },
)

test.each([BASE20, BASE31])(
  'what cannot be a code is a mistype, not a guess: not looked up, told as such, and no try is lost: $name',
  async (alphabet) => {
    const house = await openHouse({ settings: { userCodeAlphabet: alphabet } })
    const { userCode } = await (await house.device()).start()
    const browser = openBrowser(house)
    await browser.signIn()
    const moves = watchMoves(house.store)
    const swapped = Array.from(userCode).with(0, userCode.charAt(1)).with(1, userCode.charAt(0)).join('')
    const slips = [
      mistyped(userCode, alphabet.characters),
      userCode.slice(0, -1),
      userCode + userCode.at(-1),
      ...(swapped === userCode ? [] : [swapped]),
    ]
    for (const typed of ['', 'BCDF', 'hello', '1234567', '!!!!', 'B'.repeat(40), ...slips, ...slips]) {
      const { status, body, headers } = await browser.enter(typed)
      expect([typed, status, headers['retry-after']]).toEqual([typed, 400, undefined])
      expect(body).toContain('Check what you typed')
    }
    expect(moves.filter((move) => move.startsWith('find') || move.startsWith('count guess'))).toEqual([])
    expect(house.events.filter(({ type }) => type === 'code.guessed_wrong')).toEqual([])
    expect(house.events).toContainEqual({ type: 'code.mistyped', subject: house.subject, address: '203.0.113.9' })
    expect((await browser.enter(userCode)).status).toBe(200)
  },
)

test('the page of the decision takes a mistype for what it is, and looks nothing up', async () => {
  const house = await openHouse()
  const { userCode } = await (await house.device()).start()
  const browser = openBrowser(house)
  await browser.signIn()
  const compare = await browser.enter(userCode)
  const moves = watchMoves(house.store)
  const answer = await browser.submit(compare, '/device/decide', { user_code: mistyped(userCode), decision: 'deny' })
  expect([answer.status, answer.body.includes('Check what you typed')]).toEqual([400, true])
  expect((await browser.get(`/device/decide?entered=${mistyped(userCode)}`)).body).toContain('Enter the code your device shows')
  expect(moves.filter((move) => move.startsWith('find'))).toEqual([])
  expect((await browser.get(`/device/decide?entered=${userCode}`)).body).toContain('A device asks to act as you')
  expect(moves.filter((move) => move.startsWith('find'))).toEqual(['find device'])
})

test('a flood of mistypes is told to slow down by network, once in the log; whoever types right is served all the same', async () => {
  const house = await openHouse({
    settings: { guessing: { perBrowser: 5, perAccount: 10, perNetwork: 30, mistypesPerNetwork: 3, window: 600 } },
  })
  const { userCode } = await (await house.device()).start()
  const browser = openBrowser(house)
  await browser.signIn()
  house.clock.advance(90)
  for (let flood = 0; flood < 3; flood++) expect((await browser.enter('BCDF')).status).toBe(400)
  const { status, headers, body } = await browser.enter('BCDF')
  expect([status, headers['retry-after']]).toEqual([429, '510'])
  expect(body).toContain('Check what you typed')
  await browser.enter('BCDF')
  const told = house.events.filter(({ type }) => type.startsWith('code.'))
  const about = { subject: house.subject, address: '203.0.113.9' }
  expect(told).toEqual([
    ...Array(3).fill({ type: 'code.mistyped', ...about }),
    { type: 'code.guessing_limited', limit: 'mistypes', ...about },
  ])
  const elsewhere = openBrowser(house, { address: '198.51.100.4' })
  await elsewhere.signIn()
  expect((await elsewhere.enter('BCDF')).status).toBe(400)
  expect((await browser.enter(userCode)).status).toBe(200)
  house.clock.advance(510)
  expect((await browser.enter('BCDF')).status).toBe(400)
})

test('who is refused is told when codes are taken again, and then they are', async () => {
  const house = await openHouse()
  const browser = openBrowser(house)
  await browser.signIn()
  house.clock.advance(21 * 60 + 30)
  for (let guess = 0; guess < 5; guess++) await browser.enter(wrong(guess))
  const { status, headers, body } = await browser.enter(wrong(5))
  expect([status, headers['retry-after']]).toEqual([429, '2310'])
  expect(body).toContain('You can try again in 39 minutes.')
  house.clock.advance(2309)
  expect((await browser.enter(wrong(5))).headers['retry-after']).toBe('1')
  house.clock.advance(1)
  expect((await browser.enter(wrong(5))).status).toBe(400)
})

test('an account cannot buy guesses with new browsers, nor a network with new accounts', async () => {
  const house = await openHouse()
  const guess = async (name: string, address: string, index: number) => {
    const browser = openBrowser(house, { address })
    await browser.signIn(name)
    return (await browser.enter(wrong(index))).status
  }
  const byAccount = []
  for (let index = 0; index < 11; index++) byAccount.push(await guess('ada', `198.51.${index}.1`, index))
  expect(byAccount).toEqual([...Array(10).fill(400), 429])
  const byNetwork = []
  for (let index = 0; index < 31; index++) {
    await addAccount(house, `person-${index}`, 'correct horse')
    byNetwork.push(await guess(`person-${index}`, `192.0.2.${index}`, index))
  }
  expect(byNetwork).toEqual([...Array(30).fill(400), 429])
})

test('guesses spread over accounts and networks spend the global budget; then only a fresh sign-in enters codes', async () => {
  const house = await openHouse()
  // Ten minutes on nobody is limited but by this.
  house.clock.advance(600)
  // 998 or 999 living codes of eight random characters leave 24 wrong ones per code life (2^-20 of 20^8).
  await house.store.count(`live-codes:${house.clock.now() / 300_000}`, house.clock.now() + 3_600_000, 998)
  const early = openBrowser(house, { address: '10.9.9.9' })
  await early.signIn()
  house.clock.advance(121)
  for (let index = 0; index < 24; index++) {
    await addAccount(house, `person-${index}`, 'correct horse')
    const browser = openBrowser(house, { address: `10.0.${index}.1` })
    await browser.signIn(`person-${index}`)
    expect((await browser.enter(wrong(index))).status).toBe(400)
  }
  expect(house.events).toContainEqual(expect.objectContaining({ type: 'code.guessing_limited', limit: 'global' }))
  const { userCode } = await (await house.device()).start()
  const refused = await early.enter(userCode)
  expect([refused.status, refused.headers['retry-after']]).toEqual([429, '179'])
  // A code of another length is in no danger from those guesses, and has a budget of its own.
  expect((await early.enter(wrong(1, 10))).status).toBe(400)
  const fresh = openBrowser(house, { address: '10.9.9.9' })
  await fresh.signIn()
  expect((await fresh.enter(userCode)).status).toBe(200)
})

test('how many codes live is asked only when so many were wrong that it matters, and then it is what counts', async () => {
  const house = await openHouse()
  const { userCode } = await (await house.device()).start()
  const browser = openBrowser(house)
  await browser.signIn()
  house.clock.advance(121)
  const moves = watchMoves(house.store)
  const asked = () => moves.some((move) => move.startsWith('count live-codes'))
  const wrongSoFar = (count: number) =>
    house.store.count(`guess:global:9:${Math.floor(house.clock.now() / 300_000)}`, house.clock.now() + 600_000, count)
  await wrongSoFar(22)
  expect((await browser.enter(userCode)).status).toBe(200)
  expect(asked()).toBe(false)
  await wrongSoFar(1)
  expect((await browser.enter(userCode)).status).toBe(200)
  expect(asked()).toBe(true)
  // A single living code leaves 2^-20 of 20^8.
  await wrongSoFar(24_414 - 23)
  expect((await browser.enter(userCode)).status).toBe(429)
})

test('guesses at codes of one length cost nothing of the budget of another', async () => {
  const house = await openHouse()
  await house.store.count(`live-codes:${house.clock.now() / 300_000}`, house.clock.now() + 3_600_000, 998)
  const early = openBrowser(house, { address: '10.9.9.9' })
  await early.signIn()
  const { userCode } = await (await house.device()).start()
  house.clock.advance(121)
  for (let index = 0; index < 23; index++) {
    await addAccount(house, `person-${index}`, 'correct horse')
    const browser = openBrowser(house, { address: `10.0.${index}.1` })
    await browser.signIn(`person-${index}`)
    await browser.enter(wrong(index))
    await browser.enter(wrong(index, 10))
  }
  expect((await early.enter(userCode)).status).toBe(200)
})

verifies(
  'rfc8628-5.1-user-code-entropy',
  'codes grow with the codes opened in this code life and the one before, so none that is alive is forgotten',
  async () => {
    const house = await openHouse({ settings: { codesPerMinute: 10_000 } })
    const device = await house.device()
    const lengthOf = async () => (await device.start()).userCode.replaceAll('-', '').length
    house.clock.advance(299)
    await house.store.count(`live-codes:${Math.floor(house.clock.now() / 300_000)}`, house.clock.now() + 3_600_000, 998)
    expect(await lengthOf()).toBe(9)
    house.clock.advance(1)
    expect(await lengthOf()).toBe(11)
    house.clock.advance(299)
    expect(await lengthOf()).toBe(11)
    house.clock.advance(1)
    expect(await lengthOf()).toBe(9)
  },
)

verifies(
  ['rfc10027-6.1.3-one-time-codes', 'rfc8628-5.1-rate-limit-user-code'],
  'unknown, expired, denied, approved, redeemed and taken codes: the same page byte for byte, the same headers, the same moves on the store',
  async () => {
    const house = await openHouse({
      settings: { guessing: { perBrowser: 50, perAccount: 50, perNetwork: 50, mistypesPerNetwork: 50, window: 3600 } },
    })
    const device = await house.device()
    const first = openBrowser(house)
    await first.signIn()
    const [expired, denied, approved, redeemed, taken] = [
      await device.start(),
      await device.start(),
      await device.start(),
      await device.start(),
      await device.start(),
    ]
    house.clock.advance(300)
    for (const code of [denied, approved, redeemed, taken]) Object.assign(code, await device.start())
    await first.deny(await first.enter(denied.userCode))
    await first.approve(await first.enter(approved.userCode))
    await first.approve(await first.enter(redeemed.userCode))
    expect((await device.poll(redeemed.deviceCode)).status).toBe(200)
    await first.enter(taken.userCode)

    // Who has typed a code before knows that; what no account may learn is whether there is such a code.
    for (const code of [wrong(1), expired.userCode]) await first.enter(code)

    // Somebody else, and the very person who decided.
    await addAccount(house, 'grace', 'correct horse')
    const second = openBrowser(house)
    await second.signIn('grace')
    const moves = watchMoves(house.store)
    const answers = new Map<string, string[]>()
    for (const browser of [second, first]) {
      const codes = {
        unknown: wrong(1),
        expired: expired.userCode,
        denied: denied.userCode,
        approved: approved.userCode,
        redeemed: redeemed.userCode,
      }
      for (const [what, code] of Object.entries(browser === second ? { ...codes, taken: taken.userCode } : codes)) {
        moves.length = 0
        const { status, headers, body } = await browser.enter(code)
        const seen = JSON.stringify({ status, headers, body: body.replaceAll(code, 'CODE'), moves })
        expect(status).toBe(400)
        expect(moves.filter((move) => move === 'find device')).toHaveLength(1)
        answers.set(seen, [...(answers.get(seen) ?? []), what])
      }
    }
    const all = ['unknown', 'expired', 'denied', 'approved', 'redeemed']
    expect([...answers.values()]).toEqual([[...all, 'taken'], all])
  },
)

test('networks: /24 and /64', () => {
  expect(networkOf('192.0.2.77')).toBe('192.0.2')
  expect(networkOf('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2')
  expect(networkOf('2001:DB8::1')).toBe('2001:db8:0:0')
  expect(networkOf('2001:0db8:0001::')).toBe('2001:db8:1:0')
  expect(networkOf('::1')).toBe('0:0:0:0')
})
