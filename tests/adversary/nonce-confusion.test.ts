/**
 * Nonces of DPoP (RFC 9449 section 8) put to other uses: of another server, of another time, with another key. A nonce says that a proof is
 * new and nothing else, and asking for one is never a poll.
 */
import { createNonces, createProver } from '@countersign/proof'
import { DEVICE_CODE } from '@countersign/protocol'
import { expect, test } from 'vitest'
import { verifies } from '../../requirements/verifies.ts'
import { CLIENT, type House, ISSUER, MASTER_KEY, NOTES, openHouse } from '../../packages/authority/test/house.ts'
import { decide, openBrowser } from '../../packages/authority/test/person.ts'

const START = '/device_authorization'

async function open(settings: object = { dpopNonce: 'always' }) {
  const house = await openHouse({ settings })
  return { house, ...(await holder(house)) }
}

/** Somebody with a key, who sends a proof with this nonce, or with none. */
async function holder(house: House) {
  const prove = await createProver(house.suite, house.clock, await house.suite.generateKey('ES256'))
  const send = async (path: string, form: Record<string, string>, nonce?: string) =>
    house.post(path, { client_id: CLIENT, ...form }, { dpop: await prove({ method: 'POST', url: ISSUER + path, nonce }) })
  const poll = (deviceCode: unknown, nonce?: string, more: Record<string, string> = {}) =>
    send('/token', { grant_type: DEVICE_CODE, device_code: String(deviceCode), ...more }, nonce)
  const nonce = async () => String((await send(START, {})).headers['dpop-nonce'])
  return { send, poll, nonce }
}

verifies(
  'rfc9449-4.3-nonce-match',
  'a nonce of a resource server, of another issuer and of a stranger with a key of his own is none here',
  async () => {
    const { house, send } = await open()
    const strangers = [
      createNonces(house.suite, house.clock, NOTES, { key: MASTER_KEY }),
      createNonces(house.suite, house.clock, ISSUER, { key: MASTER_KEY }),
      createNonces(house.suite, house.clock, ISSUER, { key: new Uint8Array(32).fill(9) }),
    ]
    const issued = await Promise.all(strangers.map(async ({ issue }) => issue()))
    const other = await openHouse({ issuer: 'https://other.example', settings: { dpopNonce: 'always' } })
    const elsewhere = await createProver(other.suite, other.clock, await other.suite.generateKey('ES256'))
    const challenged = await other.post(
      START,
      { client_id: CLIENT },
      { dpop: await elsewhere({ method: 'POST', url: `https://other.example${START}` }) },
    )
    for (const nonce of [...issued, String(challenged.headers['dpop-nonce']), '', 'x', '0.x', '__proto__']) {
      const answer = await send(START, {}, nonce)
      expect([answer.status, answer.json['error'], typeof answer.headers['dpop-nonce']]).toEqual([400, 'use_dpop_nonce', 'string'])
      expect(answer.headers['dpop-nonce']).not.toBe(nonce)
    }
    expect(house.events.filter(({ type }) => type === 'device.opened')).toEqual([])
  },
)

test('of another time: a nonce lives between five and ten minutes, and neither before nor after', async () => {
  const { house, send, nonce } = await open()
  const early = await nonce()
  house.clock.advance(600)
  expect((await send(START, {}, early)).json['error']).toBe('use_dpop_nonce')
  const late = await nonce()
  house.clock.advance(-600)
  expect((await send(START, {}, late)).json['error']).toBe('use_dpop_nonce')
})

test('one nonce serves every endpoint of this server and every key; whose proof it is still decides', async () => {
  const { house, send, poll, nonce } = await open()
  const shared = await nonce()
  const { json } = await send(START, {}, shared)
  await decide(house, String(json['user_code']), 'approve')
  const thief = await holder(house)
  expect((await thief.poll(json['device_code'], shared)).json['error']).toBe('invalid_grant')
  expect(await house.grants()).toEqual([])
  const redeemed = await poll(json['device_code'], shared)
  expect(redeemed.json['token_type']).toBe('DPoP')
  const refresh = { grant_type: 'refresh_token', refresh_token: String(redeemed.json['refresh_token']) }
  expect((await thief.send('/token', refresh, shared)).json['error']).toBe('invalid_grant')
  expect((await send('/token', refresh, shared)).status).toBe(200)
})

verifies(
  'dpopdevice-nonce-vs-interval',
  'a hundred requests without the nonce are no poll: the pace, the record and the tries of the countersign stay',
  async () => {
    const { house, send, poll, nonce } = await open()
    const shared = await nonce()
    const { json } = await send(START, { countersign_supported: 'true' }, shared)
    const code = json['device_code']
    const before = JSON.stringify(await house.recordOf(String(code)))
    for (let attempt = 0; attempt < 100; attempt++) expect((await poll(code)).json['error']).toBe('use_dpop_nonce')
    expect((await poll(code, shared)).json['error']).toBe('authorization_pending')
    expect(JSON.stringify(await house.recordOf(String(code)))).toBe(before)
    house.clock.advance(5)
    expect((await poll(code, shared)).json['error']).toBe('authorization_pending')

    const browser = openBrowser(house)
    await browser.signIn()
    const page = await browser.approve(await browser.enter(String(json['user_code'])))
    const number = /class="unseen">([\d ]+)</.exec(page.body)?.[1]?.replaceAll(' ', '') ?? ''
    const wrong = number === '11' ? '22' : '11'
    for (let attempt = 0; attempt < 20; attempt++) {
      expect((await poll(code, undefined, { countersign: wrong })).json['error']).toBe('use_dpop_nonce')
    }
    expect(house.events.filter(({ type }) => type === 'device.countersigned_wrong' || type === 'device.slowed_down')).toEqual([])
    expect((await poll(code, shared, { countersign: number })).status).toBe(200)
  },
)

test('a demand for a nonce carries exactly one, tells no code, and spends no refresh token', async () => {
  const { house, send, poll, nonce } = await open()
  const shared = await nonce()
  const { json } = await send(START, {}, shared)
  await decide(house, String(json['user_code']), 'approve')
  const demanded = await poll(json['device_code'])
  expect([demanded.status, typeof demanded.headers['dpop-nonce']]).toEqual([400, 'string'])
  expect(demanded.json).toEqual({ error: 'use_dpop_nonce', error_description: expect.any(String) })
  const tokens = (await poll(json['device_code'], shared)).json
  const refresh = { grant_type: 'refresh_token', refresh_token: String(tokens['refresh_token']) }
  for (let attempt = 0; attempt < 3; attempt++) expect((await send('/token', refresh)).json['error']).toBe('use_dpop_nonce')
  expect(await house.grants()).toMatchObject([{ family: { generation: 0 } }])
  expect((await send('/token', refresh, shared)).status).toBe(200)
})
