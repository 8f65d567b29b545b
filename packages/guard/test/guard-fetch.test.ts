import { parseChallenges } from '@countersign/protocol'
import { expect, test } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'
import type { GateOptions } from '../src/gate.ts'
import { type GuardedHandler, guardFetch } from '../src/guard-fetch.ts'
import { bearer, createWorld, METADATA, refusal, RESOURCE } from './world.ts'

const greet: GuardedHandler = (_request, { subject }) => Response.json({ hello: subject })

async function listener(handler: GuardedHandler = greet, options: GateOptions = {}, guardOptions: Parameters<typeof createWorld>[0] = {}) {
  const world = await createWorld(guardOptions)
  const answer = guardFetch(world.guard, handler, options)
  const call = (headers: Record<string, string> = {}, init: RequestInit = {}, url: string = RESOURCE) =>
    answer(new Request(url, { method: 'POST', headers, ...init }))
  return { ...world, call }
}

verifies(
  'rfc6750-3-challenge',
  'a request with a token reaches the handler, one without gets both challenges and nothing else',
  async () => {
    const { call, issuer } = await listener()
    const inside = await call(bearer(await issuer.mint()))
    expect([inside.status, await inside.json()]).toEqual([200, { hello: 'ada' }])
    const outside = await call()
    expect([outside.status, await outside.text()]).toEqual([401, ''])
    const challenges = parseChallenges(outside.headers.get('www-authenticate') ?? '')
    expect(challenges.map(({ scheme, parameters }) => [scheme, parameters['resource_metadata']])).toEqual([
      ['Bearer', METADATA],
      ['DPoP', METADATA],
    ])
    const wrong = await call(bearer('nonsense'))
    expect([wrong.status, wrong.headers.get('cache-control'), await wrong.json()]).toEqual([
      401,
      'no-store',
      { error: 'invalid_token', error_description: 'the token is not from an issuer trusted here' },
    ])
  },
)

test('headers that were joined on the way are told from one header', async () => {
  const { call, issuer, device } = await listener()
  const token = await issuer.mint()
  expect((await call({ authorization: `Bearer ${token}, Bearer ${token}` })).status).toBe(400)
  const phone = await device()
  const bound = await issuer.mint({ cnf: { jkt: phone.thumbprint } })
  const one = await phone.headers(bound)
  const other = await phone.headers(bound)
  const doubled = await call({ ...one, dpop: `${one.dpop}, ${other.dpop}` })
  expect([doubled.status, await doubled.json()]).toMatchObject([401, { error: 'invalid_dpop_proof' }])
  expect((await call(one)).status).toBe(200)
})

test('a proof is for the public address, however a proxy forwards the request and whatever Host claims', async () => {
  const { call, issuer, device, verify } = await listener()
  const phone = await device()
  const token = await issuer.mint({ cnf: { jkt: phone.thumbprint } })
  const inside = await call(await phone.headers(token), {}, 'http://10.0.0.7:3000/a/mcp?cursor=1')
  expect(inside.status).toBe(200)
  const forInside = await phone.headers(token, { method: 'POST', url: 'http://10.0.0.7:3000/a/mcp', accessToken: token })
  const refused = await call({ ...forInside, 'x-forwarded-host': '10.0.0.7:3000', host: '10.0.0.7:3000' }, {}, 'http://10.0.0.7:3000/a/mcp')
  expect(await refused.json()).toMatchObject({ error: 'invalid_dpop_proof' })
  expect((await refusal(verify(forInside))).code).toBe('invalid_dpop_proof')
})

verifies('mcp-auth-discovery-mechanism', 'the metadata is served in front of the handler, without credentials', async () => {
  const { call } = await listener()
  for (const path of ['/.well-known/oauth-protected-resource/a/mcp', '/.well-known/oauth-protected-resource']) {
    const document = await call({ origin: 'https://any.example' }, { method: 'GET' }, `https://notes.example${path}`)
    expect([document.status, await document.json()]).toMatchObject([200, { resource: RESOURCE }])
  }
})

test('the scope a request needs may depend on the request', async () => {
  const { call, issuer } = await listener(greet, { requiredScope: ({ method }) => (method === 'GET' ? ['notes:read'] : ['admin']) })
  const headers = bearer(await issuer.mint())
  expect((await call(headers, { method: 'GET' })).status).toBe(200)
  const refused = await call(headers)
  expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([403, expect.stringContaining('scope="admin"')])
})

verifies('mcp-insufficient-scope-403', 'a handler that finds the scope too small throws the refusal', async () => {
  const world = await createWorld()
  const answer = guardFetch(world.guard, (_request, access) => {
    throw world.guard.insufficientScope(access, ['notes:share'])
  })
  const response = await answer(new Request(RESOURCE, { headers: bearer(await world.issuer.mint()) }))
  expect(response.status).toBe(403)
  expect(response.headers.get('www-authenticate')).toBe(
    `Bearer error="insufficient_scope", error_description="the access token does not cover this operation", scope="notes:share", resource_metadata="${METADATA}"`,
  )
})

test('what breaks inside is reported inside and says nothing outside', async () => {
  const failures: unknown[] = []
  const broken = new Error('password=hunter2')
  const { call, issuer } = await listener(
    () => {
      throw broken
    },
    { failed: (cause) => failures.push(cause) },
  )
  const response = await call(bearer(await issuer.mint()))
  expect([response.status, await response.json()]).toEqual([
    500,
    { error: 'server_error', error_description: 'the server met an unexpected condition' },
  ])
  expect(failures).toEqual([broken])
  issuer.answers.clear()
  const away = await listener(
    greet,
    { failed: (cause) => failures.push(cause) },
    { fetch: async () => new Response(null, { status: 500 }) },
  )
  const unavailable = await away.call(bearer(await away.issuer.mint()))
  expect([unavailable.status, unavailable.headers.get('retry-after')]).toEqual([503, '5'])
  expect(failures).toHaveLength(2)
})

verifies('mcp-http-origin-check', 'pages of other origins get 403 before anything else; programs send no Origin', async () => {
  const { call, issuer } = await listener(greet, { allowedOrigins: ['https://app.example', 'vscode-webview://abc'] })
  const headers = bearer(await issuer.mint())
  for (const origin of [
    'https://evil.example',
    'https://app.example.evil.example',
    'http://app.example',
    'https://app.example:444',
    'null',
    '',
    'https://app.example/',
  ]) {
    const refused = await call({ ...headers, origin })
    expect([refused.status, refused.headers.get('access-control-allow-origin'), await refused.json()], origin).toMatchObject([
      403,
      null,
      { error: 'access_denied' },
    ])
    expect((await call({ origin, 'access-control-request-method': 'POST' }, { method: 'OPTIONS' })).status).toBe(403)
  }
  expect((await call(headers)).status).toBe(200)
  expect((await call({ ...headers, origin: 'vscode-webview://abc' })).status).toBe(200)
  const own = await listener()
  expect((await own.call({ ...bearer(await own.issuer.mint()), origin: 'https://notes.example' })).status).toBe(200)
})

verifies('rfc9449-9-rs-nonce', 'a page that may call can read the challenge and the nonce, also where it is refused', async () => {
  const { call, issuer, device } = await listener(
    greet,
    { allowedOrigins: ['https://app.example'] },
    { dpopNonce: { key: new Uint8Array(32) } },
  )
  const origin = 'https://app.example'
  const preflight = await call(
    { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization, dpop, mcp-method' },
    { method: 'OPTIONS' },
  )
  expect([preflight.status, preflight.headers.get('access-control-allow-headers')]).toEqual([204, 'authorization, dpop, mcp-method'])
  const phone = await device()
  const token = await issuer.mint({ cnf: { jkt: phone.thumbprint } })
  const refused = await call({ ...(await phone.headers(token)), origin })
  expect(refused.status).toBe(401)
  const nonce = refused.headers.get('dpop-nonce') ?? undefined
  const inside = await call({ ...(await phone.headers(token, { method: 'POST', url: RESOURCE, accessToken: token, nonce })), origin })
  expect(inside.status).toBe(200)
  for (const response of [refused, inside]) {
    expect(response.headers.get('access-control-allow-origin')).toBe(origin)
    expect(response.headers.get('access-control-expose-headers')).toMatch(/WWW-Authenticate, DPoP-Nonce/)
    expect(response.headers.get('vary')).toBe('Origin')
  }
})

test('a newer nonce comes with the answer of the handler', async () => {
  const { call, issuer, device, clock } = await listener(greet, {}, { dpopNonce: { key: new Uint8Array(32), life: 60 } })
  const phone = await device()
  const token = await issuer.mint({ cnf: { jkt: phone.thumbprint } })
  const proofWith = (nonce: string | undefined) => phone.headers(token, { method: 'POST', url: RESOURCE, accessToken: token, nonce })
  const nonce = (await call(await proofWith(undefined))).headers.get('dpop-nonce') ?? undefined
  expect((await call(await proofWith(nonce))).headers.get('dpop-nonce')).toBeNull()
  clock.advance(60)
  const later = await call(await proofWith(nonce))
  expect(later.status).toBe(200)
  expect(later.headers.get('dpop-nonce')).toMatch(/^[\w.-]+$/)
  expect(later.headers.get('dpop-nonce')).not.toBe(nonce)
})

test('a server on loopback answers to the names of the machine only, so a rebound name leads nowhere', async () => {
  const resource = 'http://127.0.0.1:8080/mcp'
  const { call, issuer } = await listener(greet, {}, { resource })
  const headers = bearer(await issuer.mint({ aud: resource }))
  for (const host of ['127.0.0.1:8080', 'localhost:8080', 'LOCALHOST:8080', '[::1]:8080']) {
    expect((await call({ ...headers, host }, {}, resource)).status, host).toBe(200)
  }
  // Runtimes that hide the Host header have made the URL from it.
  expect((await call(headers, {}, resource)).status).toBe(200)
  expect((await call(headers, {}, 'http://evil.example:8080/mcp')).status).toBe(403)
  for (const host of ['evil.example', 'evil.example:8080', '127.0.0.1', '127.0.0.1:8081', '127.0.0.1:8080.evil.example']) {
    expect((await call({ ...headers, host }, {}, resource)).status, host).toBe(403)
    expect((await call({ host }, { method: 'GET' }, 'http://127.0.0.1:8080/.well-known/oauth-protected-resource')).status).toBe(403)
  }
  const listed = await listener(greet, { allowedHosts: ['Notes.example'] })
  const token = bearer(await listed.issuer.mint())
  expect((await listed.call({ ...token, host: 'notes.example' })).status).toBe(200)
  expect((await listed.call({ ...token, host: 'other.example' })).status).toBe(403)
})

test('an origin that no browser sends is refused at the start', async () => {
  const { guard } = await createWorld()
  for (const origin of ['https://app.example/', 'app.example', '*', 'https://APP.example', 'https://app.example/path', '']) {
    expect(() => guardFetch(guard, greet, { allowedOrigins: [origin] }), origin).toThrow(/is not an origin/)
  }
})
