/** The same code, many times at once: every request has read "approved" before any of them writes. One token set comes of it. */
import { expect, test } from 'vitest'
import { verifies } from '../../requirements/verifies.ts'
import { allAtOnce, openApp } from '../../packages/authority/test/app.ts'
import { type House, openHouse } from '../../packages/authority/test/house.ts'
import { decide, openBrowser } from '../../packages/authority/test/person.ts'

const MANY = 50
type Reply = Awaited<ReturnType<House['post']>>

/** Exactly one of them got tokens; what it got works, and is all there is. */
async function expectOne(house: House, replies: readonly Reply[]): Promise<Reply['json']> {
  const won = replies.filter(({ status }) => status === 200)
  expect([won.length, replies.filter(({ json }) => 'access_token' in json || 'refresh_token' in json).length]).toEqual([1, 1])
  expect(await house.grants()).toMatchObject([{ family: { generation: 0 } }])
  const authorization = `${String(won[0]?.json['token_type'])} ${String(won[0]?.json['access_token'])}`
  if (authorization.startsWith('Bearer')) expect((await house.send('GET', '/userinfo', { headers: { authorization } })).status).toBe(200)
  return won[0]?.json ?? {}
}

verifies(
  ['rfc8628-3.5-success', 'seed-001-mark-before-issue', 'seed-001-one-time-use'],
  'fifty polls at once after the approval: one token set, under a key or not, and its family goes on',
  async () => {
    for (const key of ['none', 'ES256'] as const) {
      const house = await openHouse()
      const device = await house.device(key)
      const { deviceCode, userCode } = await device.start()
      await decide(house, userCode, 'approve')
      allAtOnce(house, MANY, 'device')
      const replies = await Promise.all(Array.from({ length: MANY }, () => device.poll(deviceCode)))
      const { refresh_token: token } = await expectOne(house, replies)
      expect(replies.filter(({ json }) => json['error'] === 'invalid_grant')).toHaveLength(MANY - 1)
      expect((await device.refresh(token)).status).toBe(200)
      expect(house.events.filter(({ type }) => type === 'device.redeemed')).toHaveLength(1)
    }
  },
)

test('fifty at once with the right countersign, and wrong ones among them: at most one token set', async () => {
  for (const rightOnes of [50, 25, 1]) {
    const house = await openHouse()
    const device = await house.device('ES256')
    const { deviceCode, userCode } = await device.start({ countersign_supported: 'true' })
    const browser = openBrowser(house)
    await browser.signIn()
    const page = await browser.approve(await browser.enter(userCode))
    const number = /class="unseen">([\d ]+)</.exec(page.body)?.[1]?.replaceAll(' ', '') ?? ''
    const wrong = number === '11' ? '22' : '11'
    allAtOnce(house, MANY, 'device')
    const sent = Array.from({ length: MANY }, (_, index) => (index % (MANY / rightOnes) === 0 ? number : wrong))
    const replies = await Promise.all(sent.map((countersign) => device.poll(deviceCode, { countersign })))
    const won = replies.filter(({ status }) => status === 200).length
    expect([won <= 1, (await house.grants()).length]).toEqual([true, won])
    expect((await house.recordOf(deviceCode))?.state).toBe(won === 1 ? 'redeemed' : 'denied')
    if (rightOnes === 50) expect(won).toBe(1)
  }
})

test('the thief and the device at once, fifty times each: under a key the thief never wins', async () => {
  const house = await openHouse()
  const [device, thief] = [await house.device('ES256'), await house.device('ES256')]
  const { deviceCode, userCode } = await device.start()
  await decide(house, userCode, 'approve')
  allAtOnce(house, 2 * MANY, 'device')
  const [own, stolen] = await Promise.all(
    [device, thief].map(async (one) => Promise.all(Array.from({ length: MANY }, () => one.poll(deviceCode)))),
  )
  expect(stolen?.filter(({ json }) => json['error'] === 'invalid_grant')).toHaveLength(MANY)
  await expectOne(house, own ?? [])
})

test('fifty redemptions of an authorization code at once', async () => {
  const house = await openHouse()
  const app = await openApp(house)
  const code = await app.code()
  allAtOnce(house, MANY)
  await expectOne(house, await Promise.all(Array.from({ length: MANY }, () => app.redeem(code))))
})

test('fifty approvals at once, and fifty approvals and denials mixed: decided once', async () => {
  for (const mixed of [false, true]) {
    const house = await openHouse()
    const device = await house.device()
    const { deviceCode, userCode } = await device.start()
    const browser = openBrowser(house)
    await browser.signIn()
    const page = await browser.enter(userCode)
    const pages = await Promise.all(
      Array.from({ length: MANY }, (_, index) => (mixed && index % 2 === 0 ? browser.deny(page) : browser.approve(page))),
    )
    expect(pages.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(house.events.filter(({ type }) => type === 'device.approved' || type === 'device.denied')).toHaveLength(1)
    const { state } = (await house.recordOf(deviceCode)) ?? {}
    expect((await device.poll(deviceCode)).json['error']).toBe(state === 'approved' ? undefined : 'access_denied')
  }
})
