import { bindKey, readDeviceAuthorizationResponse, sendDeviceAuthorizationRequest } from '@countersign/client'
import { createProofVerifier } from '@countersign/proof'
import { webSuite } from '@countersign/proof/web'
import type { CountersignError } from '@countersign/protocol'
import { expect, test } from 'vitest'
import { verifies } from '../../../../requirements/verifies.ts'
import { authority, DEVICE, deviceAnswer, ISSUER, rejection } from '../support/authority.ts'
import { START } from '../support/fake-time.ts'
import { proofOf, stage } from '../support/stage.ts'

function read(body: unknown, status = 200) {
  return readDeviceAuthorizationResponse(
    { status, headers: new Headers(), body: typeof body === 'string' ? body : JSON.stringify(body) },
    ISSUER,
    START,
  )
}

function failure(body: unknown, status = 200): CountersignError {
  try {
    read(body, status)
  } catch (error) {
    return error as CountersignError
  }
  throw new Error('it was accepted')
}

async function sending(request: { scope?: readonly string[]; resource?: string; deviceName?: string }) {
  const { runtime, sent } = stage(authority([]))
  const binding = await bindKey(runtime, await runtime.suite.generateKey('ES256'))
  await sendDeviceAuthorizationRequest(runtime, binding, { endpoint: DEVICE, clientId: 'cli', ...request })
  const [first] = sent
  if (first === undefined) throw new Error('nothing was sent')
  return first
}

verifies(
  ['mcp-resource-param', 'rfc7636-device-flow-note'],
  'the request names client, scope, resource and device, and nothing else',
  async () => {
    const { method, form, headers } = await sending({
      scope: ['read', 'write'],
      resource: 'https://mcp.example/mcp',
      deviceName: 'build box',
    })
    expect(method).toBe('POST')
    expect(headers.get('accept')).toBe('application/json')
    expect([...form]).toEqual([
      ['client_id', 'cli'],
      ['scope', 'read write'],
      ['resource', 'https://mcp.example/mcp'],
      ['device_name', 'build box'],
    ])
  },
)

test('without scope and resource neither parameter is sent', async () => {
  expect([...(await sending({ scope: [] })).form]).toEqual([['client_id', 'cli']])
})

verifies('rfc8707-2-absolute-uri', 'a relative resource, or one with a fragment, is refused before anything is sent', async () => {
  for (const resource of ['/mcp', 'mcp.example/mcp', 'https://mcp.example/mcp#part', '']) {
    const { runtime, sent } = stage(authority([]))
    const request = sendDeviceAuthorizationRequest(runtime, undefined, { endpoint: DEVICE, clientId: 'cli', resource })
    expect(await rejection(request)).toMatchObject({ code: 'usage' })
    expect(sent).toHaveLength(0)
  }
})

verifies(
  ['rfc9449-4.2-proof-header', 'rfc9449-4.2-proof-claims', 'seed-000-dpop'],
  'the request carries a proof of a new key that an independent verifier accepts',
  async () => {
    const request = await sending({ scope: ['read'] })
    const { header, claims } = proofOf(request)
    expect(header).toMatchObject({ typ: 'dpop+jwt', alg: 'ES256' })
    expect(Object.keys(header['jwk'] as object).sort()).toEqual(['crv', 'kty', 'x', 'y'])
    expect(claims).toMatchObject({ htm: 'POST', htu: DEVICE, iat: START / 1000 })
    const verify = createProofVerifier(webSuite())
    await expect(verify({ header: request.headers.get('dpop'), method: 'POST', url: DEVICE, now: START })).resolves.toMatchObject({
      jti: claims['jti'],
    })
  },
)

test('the answer becomes an invitation; the device code stays out of it', () => {
  expect(read(deviceAnswer)).toEqual({
    deviceCode: deviceAnswer.device_code,
    interval: 5,
    invitation: {
      userCode: 'WDJB-MJHT',
      verificationUri: 'https://as.example/device',
      verificationHost: 'as.example',
      verificationUriComplete: 'https://as.example/device?user_code=WDJB-MJHT',
      foreign: false,
      expiresAt: START + 300_000,
    },
  })
})

verifies('rfc8628-3.2-interval-default-5', 'a missing interval is five seconds, and so is one that is no length of time', () => {
  for (const interval of [undefined, null, -1, 0, 'soon', 'NaN', '', {}, [], true])
    expect(read({ ...deviceAnswer, interval }).interval).toBe(5)
  expect(read({ ...deviceAnswer, interval: 7 }).interval).toBe(7)
  expect(read({ ...deviceAnswer, interval: '7' }).interval).toBe(7)
})

test('an interval that outlasts the code is refused: it could never be polled', () => {
  for (const interval of [300, 1e9, 1e308]) expect(failure({ ...deviceAnswer, interval })).toMatchObject({ code: 'invalid_response' })
})

test('a life that is none is refused, an endless one ends after a day', () => {
  for (const expires_in of [undefined, null, -5, 0, 'NaN', 'later', [300]]) {
    expect(failure({ ...deviceAnswer, expires_in }).message).toContain('expires_in')
  }
  expect(read({ ...deviceAnswer, expires_in: 1e15 }).invitation.expiresAt).toBe(START + 86_400_000)
})

test("verification_url, Google's spelling, is accepted", () => {
  const { verification_uri, verification_uri_complete: _complete, ...rest } = deviceAnswer
  expect(read({ ...rest, verification_url: verification_uri }).invitation.verificationUri).toBe(verification_uri)
})

verifies('rfc6749-5.1-ignore-unknown-members', 'unknown members are ignored and codes of any form and size are taken as they are', () => {
  const userCode = `${'ä€7 '.repeat(40)}x`
  const { deviceCode, invitation } = read({
    ...deviceAnswer,
    device_code: 'd'.repeat(8192),
    user_code: userCode,
    message: 'hi',
    nested: { a: [1] },
  })
  expect(deviceCode).toHaveLength(8192)
  expect(invitation.userCode).toBe(userCode)
})

test('what cannot be seen is taken out of the code; a code of nothing else is none', () => {
  expect(read({ ...deviceAnswer, user_code: '\u001b[31mWDJB\u001b[0m-\u202eMJHT\u0007\n' }).invitation.userCode).toBe('WDJB-MJHT')
  expect(failure({ ...deviceAnswer, user_code: '\u200b\u001b[2J' })).toMatchObject({ code: 'invalid_response' })
})

test('missing codes are refused', () => {
  expect(failure({ ...deviceAnswer, device_code: '' })).toMatchObject({ code: 'invalid_response' })
  expect(failure({ ...deviceAnswer, device_code: 7 })).toMatchObject({ code: 'invalid_response' })
  expect(failure({ ...deviceAnswer, user_code: undefined })).toMatchObject({ code: 'invalid_response' })
})

test('a refusal keeps its meaning', () => {
  expect(failure({ error: 'invalid_client' }, 401)).toMatchObject({
    code: 'authorization_server_error',
    message: expect.stringContaining('invalid_client'),
  })
  expect(failure({ error: 'unauthorized_client' }, 400).hint).toContain('device grant')
  expect(failure({ error: 'unsupported_grant_type' }, 400).code).toBe('device_grant_not_supported')
})

test('a server in trouble, a page and a redirect are told apart', () => {
  expect(failure('<h1>oops</h1>', 503).code).toBe('network_failure')
  expect(failure('', 429).code).toBe('network_failure')
  expect(failure('<h1>hello</h1>', 200).code).toBe('invalid_response')
  expect(failure('', 302).code).toBe('invalid_response')
  expect(failure(deviceAnswer, 404).code).toBe('invalid_response')
})
