import { addClient } from '@countersign/authority'
import { publicOf } from '@countersign/proof'
import { CLIENT_CREDENTIALS } from '@countersign/protocol'
import { expect, test } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'
import { ISSUER, openHouse } from './house.ts'

const TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

async function opened() {
  const house = await openHouse()
  const key = await house.suite.generateKey('ES256')
  await addClient(house, {
    id: 'job',
    name: 'Job',
    confidential: true,
    jwks: [publicOf(key)],
    grantTypes: [CLIENT_CREDENTIALS, 'urn:ietf:params:oauth:grant-type:device_code'],
  })
  const sign = await house.suite.signer(key)
  const now = () => Math.floor(house.clock.now() / 1000)
  let count = 0
  const assertion = async (claims: object = {}, header: object = {}) =>
    sign(
      JSON.stringify({ alg: 'ES256', ...header }),
      JSON.stringify({ iss: 'job', sub: 'job', aud: ISSUER, exp: now() + 60, jti: `j${count++}`, ...claims }),
    )
  const post = (path: string, client_assertion: string, form: Record<string, string> = {}) =>
    house.post(path, { grant_type: CLIENT_CREDENTIALS, client_assertion, client_assertion_type: TYPE, ...form })
  return { house, key, assertion, post, now }
}

verifies(
  ['rfc7523-2.2-assertion-params', 'rfc8628-3.1-client-auth'],
  'a signed assertion authenticates, with or without client_id, at every endpoint',
  async () => {
    const { assertion, post } = await opened()
    expect((await post('/token', await assertion())).status).toBe(200)
    expect((await post('/token', await assertion(), { client_id: 'job' })).status).toBe(200)
    expect((await post('/device_authorization', await assertion())).status).toBe(200)
    expect((await post('/revoke', await assertion(), { token: 'x' })).status).toBe(200)
    expect((await post('/introspect', await assertion(), { token: 'x' })).status).toBe(200)
  },
)

verifies(
  'rfc7523bis-aud-issuer-only',
  'the audience is the issuer and nothing else: not the token endpoint, not a list that holds it',
  async () => {
    const { assertion, post } = await opened()
    expect((await post('/token', await assertion({ aud: [ISSUER] }))).status).toBe(200)
    for (const aud of [
      `${ISSUER}/token`,
      `${ISSUER}/`,
      `${ISSUER}/device_authorization`,
      [ISSUER, 'https://other.example'],
      'https://other.example',
      undefined,
      7,
    ]) {
      for (const path of ['/token', '/device_authorization']) {
        const { status, json } = await post(path, await assertion({ aud }))
        expect([aud, status, json['error']]).toEqual([aud, 401, 'invalid_client'])
      }
    }
  },
)

verifies(['rfc7523-3-claims', 'rfc7523-3.2-invalid-client', 'rfc7523-3-jti-replay'], 'every other fault is invalid_client', async () => {
  const { house, assertion, post, now } = await opened()
  const faults: [string, () => object][] = [
    ['foreign issuer', () => ({ iss: 'other' })],
    ['foreign subject', () => ({ sub: 'other' })],
    ['expired', () => ({ exp: now() - 31 })],
    ['no end', () => ({ exp: undefined })],
    ['far end', () => ({ exp: now() + 3600 })],
    ['not yet', () => ({ nbf: now() + 60 })],
    ['no jti', () => ({ jti: undefined })],
  ]
  for (const [what, claims] of faults) {
    house.clock.advance(700)
    expect((await post('/token', await assertion({ exp: now() + 60, ...claims() }))).json['error'], what).toMatch(
      /invalid_client|invalid_request/,
    )
  }
  house.clock.advance(700)
  const once = await assertion()
  expect((await post('/token', once)).status).toBe(200)
  expect((await post('/token', once)).json['error']).toBe('invalid_client')
  const stranger = await house.suite.signer(await house.suite.generateKey('ES256'))
  const forged = await stranger('{"alg":"ES256"}', JSON.stringify({ iss: 'job', sub: 'job', aud: ISSUER, exp: now() + 60, jti: 'f' }))
  expect((await post('/token', forged)).json['error']).toBe('invalid_client')
  const [, payload] = (await assertion()).split('.')
  expect((await post('/token', `${btoa('{"alg":"none"}').replace(/=+$/, '')}.${payload}.AA`)).json['error']).toBe('invalid_client')
})

test('a client proves itself in the way it is registered for, and in one way only', async () => {
  const { house, assertion, post } = await opened()
  const { secret } = await addClient(house, { id: 'office', name: 'Office', confidential: true })
  expect((await post('/token', await assertion({ iss: 'office', sub: 'office' }))).json['error']).toBe('invalid_client')
  expect((await house.post('/token', { grant_type: CLIENT_CREDENTIALS, client_id: 'job', client_secret: 'x' })).json['error']).toBe(
    'invalid_client',
  )
  expect((await post('/token', await assertion(), { client_secret: String(secret) })).json['error']).toBe('invalid_request')
  expect((await post('/token', await assertion(), { client_assertion_type: 'urn:other' })).json['error']).toBe('invalid_request')
  expect((await post('/token', await assertion(), { client_id: 'office' })).json['error']).toBe('invalid_client')
})
