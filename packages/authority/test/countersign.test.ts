import { addClient } from '@countersign/authority'
import { webSuite } from '@countersign/proof/web'
import { expect, test } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'
import { drawCountersign } from '../src/approval/countersign.ts'
import { type House, NOTES, openHouse, resources } from './house.ts'
import { openBrowser } from './person.ts'

const FAR = '198.51.100.9'
const supported = { countersign_supported: 'true' }

/** Approves and gives the number the page shows, if it shows one. */
async function approve(house: House, userCode: string, address = FAR) {
  const browser = openBrowser(house, { address })
  await browser.signIn()
  const page = await browser.approve(await browser.enter(userCode))
  return { page, number: /class="unseen">([\d ]+)</.exec(page.body)?.[1]?.replaceAll(' ', '') }
}
const other = (number: string | undefined) => (number === '11' ? '22' : '11')

verifies(
  'rfc10027-6.1.16-initiation-check',
  'approved, but nothing is redeemed until the device sends the number that only the approving browser shows',
  async () => {
    const house = await openHouse()
    const device = await house.device('ES256')
    const { deviceCode, userCode } = await device.start(supported)
    const { page, number } = await approve(house, userCode)
    expect([page.status, number]).toEqual([200, expect.stringMatching(/^\d\d$/)])
    const asked = await device.poll(deviceCode)
    expect([asked.status, asked.json['error']]).toEqual([400, 'countersign_required'])
    const redeemed = await device.poll(deviceCode, { countersign: ` ${number?.[0]} ${number?.[1]} ` })
    expect(redeemed.status).toBe(200)
    expect(redeemed.json['token_type']).toBe('DPoP')
  },
)

test('three wrong numbers deny; the right one is then too late', async () => {
  const house = await openHouse()
  const device = await house.device('ES256')
  const { deviceCode, userCode } = await device.start(supported)
  const { number } = await approve(house, userCode)
  const answers = []
  for (let guess = 0; guess < 3; guess++) answers.push((await device.poll(deviceCode, { countersign: other(number) })).json['error'])
  expect(answers).toEqual(['countersign_required', 'countersign_required', 'access_denied'])
  expect((await device.poll(deviceCode, { countersign: String(number) })).json['error']).toBe('access_denied')
  expect(house.events.filter(({ type }) => type === 'device.countersigned_wrong')).toHaveLength(3)
})

test('fifty wrong numbers at once are still only three tries', async () => {
  const house = await openHouse()
  const device = await house.device('ES256')
  const { deviceCode, userCode } = await device.start(supported)
  const { number } = await approve(house, userCode)
  const guesses = Array.from({ length: 100 }, (_, index) => String(index).padStart(2, '0')).filter((guess) => guess !== number)
  const answers = await Promise.all(guesses.slice(0, 50).map((countersign) => device.poll(deviceCode, { countersign })))
  expect(answers.filter(({ json }) => json['error'] === 'countersign_required')).toHaveLength(2)
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(0)
  expect((await device.poll(deviceCode, { countersign: String(number) })).json['error']).toBe('access_denied')
})

test('asking without a number is paced like any poll and costs no try', async () => {
  const house = await openHouse()
  const device = await house.device('ES256')
  const { deviceCode, userCode } = await device.start(supported)
  const { number } = await approve(house, userCode)
  expect((await device.poll(deviceCode)).json['error']).toBe('countersign_required')
  expect((await device.poll(deviceCode)).json['error']).toBe('slow_down')
  expect((await device.poll(deviceCode, { countersign: String(number) })).status).toBe(200)
})

test('a key that was countersigned once is known to that subject and needs no number again', async () => {
  const house = await openHouse()
  const device = await house.device('ES256')
  const first = await device.start(supported)
  const { number } = await approve(house, first.userCode)
  await device.poll(first.deviceCode, { countersign: String(number) })
  const second = await device.start(supported)
  expect((await approve(house, second.userCode)).number).toBeUndefined()
  expect((await device.poll(second.deviceCode)).status).toBe(200)
  const stranger = await house.device('ES256')
  expect((await approve(house, (await stranger.start(supported)).userCode)).number).toMatch(/^\d\d$/)
})

test('a number sent where none is expected changes nothing', async () => {
  const house = await openHouse()
  const device = await house.device()
  const { deviceCode, userCode } = await device.start()
  expect((await device.poll(deviceCode, { countersign: '12' })).json['error']).toBe('authorization_pending')
  await approve(house, userCode, '203.0.113.20')
  expect((await device.poll(deviceCode, { countersign: '12' })).status).toBe(200)
})

test('a risky scope takes three digits', async () => {
  const house = await openHouse({ resources: resources.map((resource) => ({ ...resource, risky: ['notes:write'] })) })
  const device = await house.device('ES256')
  expect((await approve(house, (await device.start({ ...supported, scope: 'notes:write' })).userCode)).number).toMatch(/^\d{3}$/)
  expect((await approve(house, (await device.start({ ...supported, scope: 'notes:read' })).userCode)).number).toMatch(/^\d{2}$/)
})

verifies(
  ['rfc10027-6.1.1-proximity', 'rfc10027-6.1.7-trusted-devices', 'rfc10027-2-select-mitigations'],
  'a device that cannot ask for the number: same network by default; open or enrolled where the operator or the client says so',
  async () => {
    const attempt = async (house: House, clientId: string, address: string) => {
      const device = await house.device('ES256', clientId)
      const { deviceCode, userCode } = await device.start({ resource: NOTES })
      const { page } = await approve(house, userCode, address)
      return [page.status, (await device.poll(deviceCode)).json['error'] ?? 'redeemed']
    }
    const house = await openHouse()
    await addClient(house, { id: 'relaxed', name: 'Relaxed', approvalPolicy: 'open' })
    await addClient(house, { id: 'strict', name: 'Strict', approvalPolicy: 'enrolled' })
    expect(await attempt(house, 'countersign-cli', FAR)).toEqual([403, 'authorization_pending'])
    expect(await attempt(house, 'countersign-cli', '203.0.113.200')).toEqual([200, 'redeemed'])
    expect(await attempt(house, 'relaxed', FAR)).toEqual([200, 'redeemed'])
    expect(await attempt(house, 'strict', '203.0.113.200')).toEqual([403, 'authorization_pending'])
    expect(await attempt(await openHouse({ settings: { approvalPolicy: 'open' } }), 'countersign-cli', FAR)).toEqual([200, 'redeemed'])
  },
)

test('numbers are drawn evenly', () => {
  const suite = webSuite()
  const counts = new Map<string, number>()
  for (let draw = 0; draw < 20_000; draw++) {
    const digit = drawCountersign(suite, 2)
    counts.set(digit, (counts.get(digit) ?? 0) + 1)
  }
  expect(counts.size).toBe(100)
  const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - 200) ** 2 / 200, 0)
  // 99 degrees of freedom: beyond 170 lies less than one chance in a hundred thousand.
  expect(chiSquare).toBeLessThan(170)
})
