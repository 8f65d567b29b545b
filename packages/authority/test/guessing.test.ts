import { addAccount } from '@countersign/authority'
import { expect, test } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'
import { networkOf } from '../src/limits/guessing.ts'
import { openHouse } from './house.ts'
import { openBrowser } from './person.ts'

const wrong = (index: number) => `WRNG${'BCDFGHJKLMNPQRSTVWXZ'.slice(index % 16, (index % 16) + 4)}`

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

test('what cannot be a code is a mistype, not a guess', async () => {
  const house = await openHouse()
  const { userCode } = await (await house.device()).start()
  const browser = openBrowser(house)
  await browser.signIn()
  for (const typed of ['', 'BCDF', 'hello', '1234567', '!!!!', 'B'.repeat(40)]) expect((await browser.enter(typed)).status).toBe(400)
  expect((await browser.enter(userCode)).status).toBe(200)
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
  // 998 or 999 living codes of eight characters leave 24 wrong ones per code life (2^-20 of 20^8).
  await house.store.count('live-codes', house.clock.now() + 3_600_000, 998)
  const early = openBrowser(house, { address: '10.9.9.9' })
  await early.signIn()
  house.clock.advance(121)
  for (let index = 0; index < 24; index++) {
    await addAccount(house, `person-${index}`, 'correct horse')
    const browser = openBrowser(house, { address: `10.0.${index}.1` })
    await browser.signIn(`person-${index}`)
    expect((await browser.enter(wrong(index))).status).toBe(400)
  }
  const { userCode } = await (await house.device()).start()
  expect((await early.enter(userCode)).status).toBe(429)
  const fresh = openBrowser(house, { address: '10.9.9.9' })
  await fresh.signIn()
  expect((await fresh.enter(userCode)).status).toBe(200)
})

verifies('rfc10027-6.1.3-one-time-codes', 'unknown, expired, decided and taken codes are answered alike', async () => {
  const house = await openHouse()
  const device = await house.device()
  const browser = openBrowser(house)
  await browser.signIn()
  const spent = await device.start()
  await browser.deny(await browser.enter(spent.userCode))
  const expired = await device.start()
  house.clock.advance(300)
  const blank = (body: string) => body.replace(/value="[^"]*"/g, '')
  const pages = []
  for (const code of [wrong(1), spent.userCode, expired.userCode]) pages.push(await browser.enter(code))
  expect(new Set(pages.map(({ status, body }) => `${status} ${blank(body)}`)).size).toBe(1)
})

test('networks: /24 and /64', () => {
  expect(networkOf('192.0.2.77')).toBe('192.0.2')
  expect(networkOf('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2')
  expect(networkOf('2001:DB8::1')).toBe('2001:db8:0:0')
  expect(networkOf('2001:0db8:0001::')).toBe('2001:db8:1:0')
  expect(networkOf('::1')).toBe('0:0:0:0')
})
