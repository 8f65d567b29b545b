/**
 * Guessing user codes (RFC 8628 section 5.1) with everything a guesser can get: every route that takes a code, new browsers, accounts,
 * networks. What counts is how many codes are looked up, because that is how many chances there were.
 */
import { addAccount } from '@countersign/authority'
import { drawUserCode, formatUserCode } from '@countersign/protocol'
import { expect, test } from 'vitest'
import { verifies } from '../../requirements/verifies.ts'
import { type House, openHouse } from '../../packages/authority/test/house.ts'
import { openBrowser } from '../../packages/authority/test/person.ts'
import { CHANGES, watchMoves } from '../../packages/authority/test/watch-moves.ts'

const guess = (house: House) => formatUserCode(drawUserCode(house.suite, 8))

/** How many codes were looked up since. */
function lookUps(house: House) {
  const moves = watchMoves(house.store, ['find'])
  return () => moves.filter((move) => move === 'find device').length
}

/** A guesser with accounts that were made before; each guess from a browser, an account and an address that the test chooses. */
async function openGuesser(accounts: number) {
  const house = await openHouse()
  const names = Array.from({ length: accounts }, (_, index) => `guesser-${index}`)
  for (const name of names) await addAccount(house, name, 'correct horse')
  const browserOf = async (account: number, address: string) => {
    const browser = openBrowser(house, { address })
    const entry = await browser.signIn(names[account % accounts])
    return { ...browser, csrf: /name="csrf" value="([^"]+)"/.exec(entry.body)?.[1] ?? '' }
  }
  return { house, browserOf }
}
type Guesser = Awaited<ReturnType<Awaited<ReturnType<typeof openGuesser>>['browserOf']>>

type Route = (browser: Guesser, code: string) => Promise<{ status: number; body: string }>

/** The routes that look a code up, each as its form would be posted. */
const enter: Route = (browser, code) =>
  browser.visit('POST', '/device', new URLSearchParams({ csrf: browser.csrf, user_code: code }).toString())
const decide: Route = (browser, code) => {
  const form = { csrf: browser.csrf, user_code: code, decision: 'approve', confirmed: 'yes' }
  return browser.visit('POST', '/device/decide', new URLSearchParams(form).toString())
}
const inTurn = (turn: number) => (turn % 2 === 0 ? enter : decide)

verifies(
  'rfc8628-5.1-rate-limit-user-code',
  'by GET a code is never looked up, in whatever parameter, signed in or not: a living one and an invented one get the same page',
  async () => {
    const { house, browserOf } = await openGuesser(1)
    const { userCode } = await (await house.device()).start()
    const counted = lookUps(house)
    const browser = await browserOf(0, '198.51.100.1')
    const stranger = openBrowser(house)
    for (const path of ['/device?user_code=', '/sign-in?user_code=', '/device?code=', '/device/decide?user_code=']) {
      for (const who of [browser, stranger]) {
        const pages = []
        for (const code of [userCode, guess(house)]) {
          const { status, body } = await who.get(path + code)
          pages.push(`${status} ${body.replaceAll(code, 'CODE').replace(/name="csrf" value="[^"]*"/g, '')}`)
        }
        expect(pages[0], path).toBe(pages[1])
      }
    }
    expect(counted()).toBe(0)
  },
)

verifies(
  'rfc8628-5.1-rate-limit-user-code',
  'one browser gets five look-ups on all routes together, and then none, not even for a code that is right',
  async () => {
    for (const routeOf of [() => enter, () => decide, inTurn]) {
      const { house, browserOf } = await openGuesser(1)
      const device = await house.device()
      const { userCode, deviceCode } = await device.start()
      const browser = await browserOf(0, '198.51.100.1')
      const counted = lookUps(house)
      const statuses = []
      for (let turn = 0; turn < 12; turn++) statuses.push((await routeOf(turn)(browser, guess(house))).status)
      expect(statuses).toEqual([...Array(5).fill(400), ...Array(7).fill(429)])
      for (const route of [enter, decide]) expect((await route(browser, userCode)).status).toBe(429)
      await browser.get(`/device/decide?entered=${userCode}`)
      expect(counted()).toBe(5)
      expect(await house.recordOf(deviceCode)).toMatchObject({ state: 'pending' })
      expect(house.events).toContainEqual(expect.objectContaining({ type: 'code.guessing_limited', limit: 'browser' }))
    }
  },
)

test('new browsers of one account: ten; new accounts in one network: thirty; and both numbers are over all routes', async () => {
  const byAccount = await openGuesser(1)
  const one = lookUps(byAccount.house)
  for (let turn = 0; turn < 25; turn++) {
    const browser = await byAccount.browserOf(0, `198.51.${turn}.1`)
    await inTurn(turn)(browser, guess(byAccount.house))
  }
  expect(one()).toBe(10)
  const byNetwork = await openGuesser(40)
  const other = lookUps(byNetwork.house)
  for (let turn = 0; turn < 40; turn++) {
    const browser = await byNetwork.browserOf(turn, `198.51.100.${turn}`)
    await inTurn(turn)(browser, guess(byNetwork.house))
  }
  expect(other()).toBe(30)
})

test('new browsers, accounts and networks for every guess: all of them together stay below the budget for everybody', async () => {
  const { house, browserOf } = await openGuesser(40)
  // So many living codes leave 24 look-ups per life of a code: a chance of one in a million.
  await house.store.count(`live-codes:${Math.floor(house.clock.now() / 300_000)}`, house.clock.now() + 3_600_000, 998)
  const browsers = []
  for (let index = 0; index < 40; index++) browsers.push(await browserOf(index, `10.${index}.0.1`))
  house.clock.advance(121)
  const counted = lookUps(house)
  for (const [index, browser] of browsers.entries()) await inTurn(index)(browser, guess(house))
  expect(counted()).toBeGreaterThan(0)
  expect(counted()).toBeLessThanOrEqual(24)
  expect(house.events).toContainEqual(expect.objectContaining({ type: 'code.guessing_limited', limit: 'global' }))
})

verifies('rfc8628-5.1-rate-limit-user-code', 'fifty guesses at once get no more look-ups than fifty after each other', async () => {
  const { house, browserOf } = await openGuesser(1)
  const browser = await browserOf(0, '198.51.100.1')
  const counted = lookUps(house)
  await Promise.all(Array.from({ length: 50 }, (_, index) => inTurn(index)(browser, guess(house))))
  expect(counted()).toBe(5)
  for (let turn = 0; turn < 5; turn++) await inTurn(turn)(browser, guess(house))
  expect(counted()).toBe(5)
  // And right ones at once, however many, cost no try.
  const other = await browserOf(0, '203.0.113.9')
  const codes = await Promise.all(Array.from({ length: 5 }, async () => (await (await house.device()).start()).userCode))
  const pages = await Promise.all(codes.map((code) => enter(other, code)))
  expect(pages.map(({ status }) => status)).toEqual(Array(5).fill(200))
})

test('a right code between wrong ones forgives nothing: its own sign-ins do not buy the guesser more guesses', async () => {
  const { house, browserOf } = await openGuesser(1)
  const browser = await browserOf(0, '203.0.113.9')
  const counted = lookUps(house)
  for (let turn = 0; turn < 4; turn++) {
    await enter(browser, guess(house))
    const { userCode } = await (await house.device()).start()
    const page = await browser.enter(userCode)
    expect((await browser.deny(page)).status).toBe(200)
  }
  const before = counted()
  for (let turn = 0; turn < 4; turn++) await enter(browser, guess(house))
  expect(counted() - before).toBe(1)
})

test('no guess changes a record, and a code tells nothing of the device code behind it', async () => {
  const { house, browserOf } = await openGuesser(1)
  const browser = await browserOf(0, '198.51.100.1')
  const device = await house.device()
  for (let index = 0; index < 20; index++) {
    const { deviceCode, userCode } = await device.start()
    const letters = userCode.replace('-', '')
    for (let at = 0; at + 4 <= letters.length; at++) expect(deviceCode.toUpperCase()).not.toContain(letters.slice(at, at + 4))
    expect(deviceCode).toMatch(/^[\w-]{43,50}$/)
  }
  const changes = watchMoves(house.store, CHANGES)
  for (const route of [enter, decide]) for (let turn = 0; turn < 6; turn++) await route(browser, guess(house))
  expect(changes).toEqual([])
})
