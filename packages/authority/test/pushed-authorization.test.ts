import { createProver } from '@countersign/proof'
import { expect, test } from 'vitest'
import { answerOf, APP, CALLBACK, openApp } from './app.ts'
import { ISSUER, openHouse } from './house.ts'

async function open(...more: Parameters<typeof openApp> extends [unknown, ...infer Rest] ? Rest : never) {
  const house = await openHouse()
  return { house, app: await openApp(house, ...more) }
}
const referenceIn = (json: Readonly<Record<string, unknown>>) => String(json['request_uri'])

test('a pushed request is answered by 201 with a reference, and asked by that reference alone', async () => {
  const { house, app } = await open({ confidential: true })
  const { status, json, headers } = await app.push()
  expect([status, headers['cache-control']]).toEqual([201, 'no-store'])
  expect(json).toEqual({ request_uri: expect.stringMatching(/^urn:ietf:params:oauth:request_uri:[\w-]{43}$/), expires_in: 60 })
  // RFC 9126 section 4: what stands beside the reference does not count.
  const address = `/authorize?client_id=${APP}&request_uri=${referenceIn(json)}`
  const beside = '&redirect_uri=https://evil.example/&scope=notes:write&state=other'
  const answer = await app.ask({
    request_uri: referenceIn(json),
    redirect_uri: 'https://evil.example/',
    state: 'other',
    scope: 'notes:write',
  })
  expect(answer).toMatchObject({ place: CALLBACK, parameters: { state: 'state-1', iss: ISSUER } })
  const redeemed = await app.redeem(answer.parameters['code'] ?? '')
  expect(redeemed.json['scope']).toBe('notes:read')
  // Once, and never again.
  for (const path of [address, address + beside]) {
    const again = await house.send('GET', path)
    expect([again.status, again.headers['location'], again.body.includes('invalid_request_uri')]).toEqual([400, undefined, true])
  }
})

test('a reference is good for sixty seconds, for its client, and for one browser of many', async () => {
  const { house, app } = await open()
  const late = referenceIn((await app.push()).json)
  house.clock.advance(60)
  const asked = async (client: string, reference: string) =>
    answerOf(await house.send('GET', `/authorize?client_id=${client}&request_uri=${reference}`))
  expect((await asked(APP, late)).status).toBe(400)
  await openApp(house, { id: 'other-app' })
  const mine = referenceIn((await app.push()).json)
  expect((await asked('other-app', mine)).status).toBe(400)
  const all = await Promise.all(Array.from({ length: 20 }, () => asked(APP, mine)))
  expect(all.filter(({ place }) => place === '/authorize/decide').length).toBe(1)
  expect((await asked(APP, `${mine}x`)).status).toBe(400)
  expect((await asked(APP, 'https://evil.example/request.jwt')).status).toBe(400)
})

test('the client authenticates, and hears at once what is wrong with its request', async () => {
  const { app } = await open({ confidential: true })
  expect((await app.push({ client_secret: undefined })).json['error']).toBe('invalid_client')
  for (const [changes, error] of [
    [{ redirect_uri: 'https://evil.example/' }, 'invalid_request'],
    [{ code_challenge_method: 'plain' }, 'invalid_request'],
    [{ response_type: 'token' }, 'unsupported_response_type'],
    [{ scope: 'notes:burn' }, 'invalid_scope'],
    [{ request_uri: 'urn:ietf:params:oauth:request_uri:x' }, 'invalid_request'],
    [{ request: 'a.b.c' }, 'request_not_supported'],
  ] as const) {
    const { status, json } = await app.push(changes)
    expect([status, json['error']], JSON.stringify(changes)).toEqual([400, error])
  }
})

test('the key that signed the pushed request is the key of the code (RFC 9449 section 10.1)', async () => {
  const { house, app } = await open({}, 'ES256')
  const { json } = await app.push()
  const code = (await app.ask({ request_uri: referenceIn(json) })).parameters['code'] ?? ''
  const thief = await createProver(house.suite, house.clock, await house.suite.generateKey('ES256'))
  const body = {
    grant_type: 'authorization_code',
    client_id: APP,
    code,
    code_verifier: 'correct-horse-battery-staple-correct-horse-battery',
  }
  const stolen = await house.post('/token', body, { dpop: await thief({ method: 'POST', url: `${ISSUER}/token` }) })
  expect(stolen.json['error']).toBe('invalid_grant')
  expect((await app.redeem(code)).json['token_type']).toBe('DPoP')
  expect((await app.push({ dpop_jkt: 'x'.repeat(43) })).json['error']).toBe('invalid_dpop_proof')
  expect((await app.push({ dpop_jkt: app.thumbprint })).status).toBe(201)
})

test('prompt=none holds for a pushed request, and its answer goes back to the client', async () => {
  const { house, app } = await open()
  const { json } = await app.push({ prompt: 'none' })
  const answer = answerOf(await house.send('GET', `/authorize?client_id=${APP}&request_uri=${referenceIn(json)}`))
  expect(answer).toMatchObject({ place: CALLBACK, parameters: { error: 'login_required', state: 'state-1', iss: ISSUER } })
})
