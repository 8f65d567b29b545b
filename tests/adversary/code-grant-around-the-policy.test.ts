/**
 * A client whose devices are turned down asks in the other way: by the code grant, with the browser of the same person. What the policy
 * refuses to the one it refuses to the other.
 */
import { addAccount, addClient, setAccountDisabled } from '@countersign/authority'
import { AUTHORIZATION_CODE, DEVICE_CODE, REFRESH_TOKEN } from '@countersign/protocol'
import { expect, test } from 'vitest'
import { verifies } from '../../requirements/verifies.ts'
import { visibleText } from '../../examples/first-login/src/scriptless-browser.ts'
import { rememberKey } from '../../packages/authority/src/approval/known-keys.ts'
import { answerOf, APP, openApp, VERIFIER } from '../../packages/authority/test/app.ts'
import { type House, ISSUER, NOTES, openHouse, resources } from '../../packages/authority/test/house.ts'
import { openBrowser } from '../../packages/authority/test/person.ts'

const BOTH = [DEVICE_CODE, AUTHORIZATION_CODE, REFRESH_TOKEN]
const grantsOf = async (house: House) => (await house.store.list('grant', house.subject, 10)).length

/** Ada approves what a device of the client asks for, from the network of the device; whether tokens came of it. */
async function byDevice(house: House, key: 'ES256' | 'none'): Promise<boolean> {
  const device = await house.device(key, APP)
  const { deviceCode, userCode } = await device.start({ resource: NOTES })
  const browser = openBrowser(house)
  await browser.signIn()
  await browser.approve(await browser.enter(userCode))
  return (await device.poll(deviceCode)).status === 200
}

verifies('rfc10027-6.1.7-trusted-devices', 'enrolled: no key, a new key and a key of somebody else get no code either', async () => {
  for (const whose of ['client', 'server'] as const) {
    const house = await openHouse(whose === 'server' ? { settings: { approvalPolicy: 'enrolled' } } : {})
    const app = await openApp(house, { grantTypes: BOTH, ...(whose === 'client' ? { approvalPolicy: 'enrolled' } : {}) }, 'ES256')
    await rememberKey(house, await addAccount(house, 'mallory', 'correct horse'), String(app.thumbprint))
    for (const key of ['ES256', 'none'] as const) expect(await byDevice(house, key)).toBe(false)
    const { json } = await app.push()
    const before = house.events.length
    for (const changes of [{}, { dpop_jkt: 'k'.repeat(43) }, { dpop_jkt: app.thumbprint }, { request_uri: String(json['request_uri']) }]) {
      const { place, parameters } = await app.ask(changes)
      expect([place, parameters], JSON.stringify(changes)).toEqual([
        'https://app.example/callback',
        { error: 'access_denied', error_description: expect.stringContaining('enrolled'), state: 'state-1', iss: ISSUER },
      ])
    }
    const refused = house.events.slice(before).flatMap((event) => (event.type === 'authorization.refused' ? [event.keyThumbprint] : []))
    // What an operator would enrol.
    expect(refused).toEqual([undefined, 'k'.repeat(43), app.thumbprint, app.thumbprint])
    expect(house.events.filter(({ type }) => type === 'authorization.approved')).toEqual([])
    expect(await grantsOf(house)).toBe(0)
  }
})

test('enrolled: the no is final for its request, and the code that would have come of it is worth nothing', async () => {
  const house = await openHouse()
  const app = await openApp(house, { approvalPolicy: 'enrolled' }, 'ES256')
  const browser = openBrowser(house)
  const page = await browser.signIn('ada', 'correct horse', app.address({ dpop_jkt: app.thumbprint }))
  const request = /name="request" value="([^"]+)"/.exec(page.body)?.[1] ?? ''
  await browser.submit(page, '/authorize/decide', { decision: 'approve' })
  await rememberKey(house, house.subject, String(app.thumbprint))
  expect((await browser.submit(page, '/authorize/decide', { decision: 'approve' })).status).toBe(409)
  expect((await app.redeem(await house.digest('authorization_code', request))).json['error']).toBe('invalid_grant')
  expect(await grantsOf(house)).toBe(0)
})

test('enrolled: the key of this subject gets a code, and nobody redeems it with another', async () => {
  const house = await openHouse({ settings: { approvalPolicy: 'enrolled' } })
  const app = await openApp(house, {}, 'ES256')
  await rememberKey(house, house.subject, String(app.thumbprint))
  for (const changes of [{ dpop_jkt: app.thumbprint }, { request_uri: String((await app.push()).json['request_uri']) }]) {
    const code = await app.code(changes)
    const body = { grant_type: AUTHORIZATION_CODE, client_id: APP, code, code_verifier: VERIFIER }
    expect((await house.post('/token', body)).json['error']).toBe('invalid_grant')
    expect((await (await house.device('ES256', APP)).request('/token', body)).json['error']).toBe('invalid_grant')
    expect((await app.redeem(code)).json['token_type']).toBe('DPoP')
  }
  // The same key, not named when asking: it could be any, and so it is none.
  expect((await app.ask()).parameters['error']).toBe('access_denied')
})

test('whatever the policy of server and client and whatever the key: no code where a device beside the browser gets nothing', async () => {
  for (const ofServer of ['open', 'same-network', 'enrolled'] as const) {
    for (const ofClient of [undefined, 'open', 'same-network', 'enrolled'] as const) {
      for (const key of ['none', 'ES256'] as const) {
        const house = await openHouse({ settings: { approvalPolicy: ofServer } })
        const policy = ofClient === undefined ? {} : { approvalPolicy: ofClient }
        const app = await openApp(house, { grantTypes: BOTH, ...policy }, key)
        const named = app.thumbprint === undefined ? {} : { dpop_jkt: app.thumbprint }
        const byCode = (await app.ask(named)).parameters['code'] !== undefined
        expect([ofServer, ofClient, key, byCode]).toEqual([ofServer, ofClient, key, await byDevice(house, key)])
      }
    }
  }
})

test('a risky scope takes the same fresh sign-in in both ways', async () => {
  const house = await openHouse({ resources: resources.map((resource) => ({ ...resource, risky: ['notes:write'] })) })
  const app = await openApp(house, { grantTypes: BOTH })
  const browser = openBrowser(house)
  await browser.signIn()
  house.clock.advance(300)
  const device = await house.device('none', APP)
  const { deviceCode, userCode } = await device.start({ scope: 'notes:write', resource: NOTES })
  expect(visibleText(await browser.approve(await browser.enter(userCode)))).toContain('Confirm that it is you')
  for (const changes of [{}, { prompt: 'consent' }, { max_age: '999999' }, { prompt: 'select_account', max_age: '999999' }]) {
    const page = await browser.get(app.address({ scope: 'notes:write', ...changes }))
    const answer = await browser.submit(page, '/authorize/decide', { decision: 'approve', scope: 'notes:write' })
    expect([answerOf(answer).place, visibleText(answer).includes('Confirm that it is you')]).toEqual([undefined, true])
  }
  expect((await device.poll(deviceCode)).json['error']).toBe('authorization_pending')
  expect(house.events.filter(({ type }) => type.endsWith('.approved'))).toEqual([])
})

test('the ceiling of a client, a key it must prove, and its other grants hold in both ways', async () => {
  const house = await openHouse()
  const app = await openApp(house, { grantTypes: BOTH, scopes: ['notes:read'], dpopBound: true }, 'ES256')
  const [keyless, keyed] = [await house.device('none', APP), await house.device('ES256', APP)]
  expect((await keyed.start({ scope: 'notes:read notes:write' })).json['error']).toBe('invalid_scope')
  expect(answerOf(await house.send('GET', app.address({ scope: 'notes:read notes:write' }))).parameters['error']).toBe('invalid_scope')
  expect((await app.push({ scope: 'notes:write' })).json['error']).toBe('invalid_scope')
  expect((await keyless.start()).json['error']).toBe('invalid_dpop_proof')
  const code = await app.code()
  const body = { grant_type: AUTHORIZATION_CODE, client_id: APP, code, code_verifier: VERIFIER }
  expect((await house.post('/token', body)).json['error']).toBe('invalid_dpop_proof')
  // A client for devices alone has no other way in.
  await addClient(house, { id: 'device-only', name: 'Device only' })
  expect((await house.send('GET', app.address({ client_id: 'device-only' }))).status).toBe(400)
  expect((await house.post('/token', { ...body, client_id: 'device-only' })).json['error']).toBe('unauthorized_client')
  expect(await grantsOf(house)).toBe(0)
})

test('boxes that were unticked stay unticked, and a form cannot tick what was not asked', async () => {
  const house = await openHouse()
  const app = await openApp(house, { grantTypes: BOTH, scopes: ['notes:read', 'notes:write'] })
  const browser = openBrowser(house)
  const page = await browser.signIn('ada', 'correct horse', app.address({ scope: 'notes:read notes:write' }))
  const answer = answerOf(await browser.submit(page, '/authorize/decide', { decision: 'approve', scope: ['notes:write', 'admin'] }))
  expect((await app.redeem(answer.parameters['code'] ?? '')).json['scope']).toBe('notes:write')
})

test('an account that was disabled approves nothing in a browser that was left open', async () => {
  const house = await openHouse()
  const app = await openApp(house)
  const browser = openBrowser(house)
  const page = await browser.signIn('ada', 'correct horse', app.address())
  await setAccountDisabled(house, 'ada', true)
  const answer = await browser.submit(page, '/authorize/decide', { decision: 'approve' })
  expect([answer.headers['location'], visibleText(answer).includes('Password')]).toEqual([undefined, true])
  expect(house.events.filter(({ type }) => type === 'authorization.approved')).toEqual([])
})
