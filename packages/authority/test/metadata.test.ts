import { insertWellKnown } from '@countersign/protocol'
import { expect, test } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'
import { CLIENT, ISSUER, openHouse } from './house.ts'

verifies(
  ['rfc8628-4-metadata', 'rfc8414-2-required-members', 'rfc8414-3.2-response', 'rfc9449-5.1-metadata-algs', 'mcp-as-oauth21'],
  'the document names every endpoint, and nothing that is not there',
  async () => {
    const house = await openHouse()
    const reply = await house.send('GET', '/.well-known/oauth-authorization-server')
    expect([reply.status, reply.headers['content-type']]).toEqual([200, 'application/json'])
    const document = JSON.parse(reply.body)
    expect(document).toMatchObject({
      issuer: ISSUER,
      device_authorization_endpoint: `${ISSUER}/device_authorization`,
      token_endpoint: `${ISSUER}/token`,
      grant_types_supported: ['urn:ietf:params:oauth:grant-type:device_code', 'authorization_code', 'refresh_token', 'client_credentials'],
      dpop_signing_alg_values_supported: ['ES256', 'EdDSA', 'RS256'],
      authorization_endpoint: `${ISSUER}/authorize`,
      pushed_authorization_request_endpoint: `${ISSUER}/par`,
      response_types_supported: ['code'],
      response_modes_supported: ['query'],
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
    })
    for (const [member, url] of Object.entries<unknown>(document)) {
      if (!/_(endpoint|uri)$/.test(member)) continue
      expect((await house.send('POST', new URL(String(url)).pathname)).status, member).not.toBe(404)
    }
    const openid = await house.send('GET', '/.well-known/openid-configuration')
    expect(openid.body).toBe(reply.body)
  },
)

verifies(
  ['rfc8414-2-required-members', 'rfc9700-2.1.1-pkce-support'],
  'without the code grant nothing of it is named or there',
  async () => {
    const house = await openHouse({ settings: { codeGrant: 'off' } })
    const document = JSON.parse((await house.send('GET', '/.well-known/oauth-authorization-server')).body)
    expect(document).toMatchObject({ issuer: ISSUER, token_endpoint: `${ISSUER}/token`, response_types_supported: [] })
    const members = Object.keys(document).join(' ')
    expect(members).not.toMatch(/\bauthorization_endpoint|pushed|response_modes|code_challenge|iss_parameter/)
    expect(document.grant_types_supported).not.toContain('authorization_code')
    for (const path of ['/authorize', '/authorize/decide', '/par']) expect((await house.send('GET', path)).status).toBe(404)
    const redeemed = await house.post('/token', { grant_type: 'authorization_code', client_id: CLIENT, code: 'x', code_verifier: 'x' })
    expect(redeemed.json['error']).toBe('unsupported_grant_type')
  },
)

verifies('rfc8414-2-auth-method-lists', 'authentication methods are listed, and only those that work', async () => {
  const house = await openHouse()
  const document = JSON.parse((await house.send('GET', '/.well-known/oauth-authorization-server')).body)
  const methods = ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt']
  expect(document.token_endpoint_auth_methods_supported).toEqual(methods)
  expect(document.revocation_endpoint_auth_methods_supported).toEqual(methods)
  expect(document.introspection_endpoint_auth_methods_supported).toEqual(methods.slice(1))
  for (const endpoint of ['token', 'revocation', 'introspection']) {
    expect(document[`${endpoint}_endpoint_auth_signing_alg_values_supported`]).toEqual(['ES256', 'EdDSA', 'RS256'])
  }
})

verifies(
  'rfc8414-3-path-insertion',
  'an issuer with a path has its document between host and path, and every endpoint below the path',
  async () => {
    for (const issuer of ['https://auth.example/tenant/one', 'https://auth.example/tenant/one/']) {
      const house = await openHouse({ issuer })
      const path = new URL(insertWellKnown(issuer, 'oauth-authorization-server')).pathname
      expect(path).toBe('/.well-known/oauth-authorization-server/tenant/one')
      const document = JSON.parse((await house.send('GET', path)).body)
      expect(document).toMatchObject({ issuer, token_endpoint: 'https://auth.example/tenant/one/token' })
      expect((await house.send('GET', '/tenant/one/.well-known/openid-configuration')).status).toBe(200)
      expect((await house.send('POST', '/token')).status).toBe(404)
    }
  },
)

verifies('oauth21-1.5-https-everywhere', 'an issuer is https, or http on loopback', async () => {
  for (const issuer of [
    'http://auth.example',
    'ftp://auth.example',
    'https://auth.example/?a=b',
    'https://auth.example/#x',
    'https://u@auth.example',
    'auth.example',
    '',
  ]) {
    await expect(openHouse({ issuer }), issuer).rejects.toThrow('"issuer"')
  }
  for (const issuer of ['http://127.0.0.1:8080', 'http://localhost', 'http://[::1]:1']) await openHouse({ issuer })
})

test('the key set holds the public key tokens are signed with, and no private part', async () => {
  const house = await openHouse()
  const { keys } = JSON.parse((await house.send('GET', '/jwks')).body)
  expect(keys).toEqual([
    { kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig', kid: expect.any(String), x: expect.any(String), y: expect.any(String) },
  ])
})

test('a second server on the same store signs with the same key; another master key cannot open it', async () => {
  const house = await openHouse()
  const { createAuthority } = await import('@countersign/authority')
  const options = { issuer: ISSUER, store: house.store, suite: house.suite, clock: house.clock, identity: { hasher: house.hasher } }
  const exchange = { method: 'GET', path: '/jwks', query: '', headers: {}, body: '', remoteAddress: '' }
  const second = await createAuthority({ ...options, masterKey: new Uint8Array(32).fill(7) })
  expect((await second.handle(exchange)).body).toBe((await house.send('GET', '/jwks')).body)
  await expect(createAuthority({ ...options, masterKey: new Uint8Array(32).fill(8) })).rejects.toMatchObject({
    code: 'configuration_invalid',
  })
  await expect(createAuthority({ ...options, masterKey: new Uint8Array(31) })).rejects.toThrow('32 bytes')
})
