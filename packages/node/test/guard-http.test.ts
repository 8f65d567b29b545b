import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Access, createGuard, type GateOptions } from '@countersign/guard'
import { type AccessTokenClaims, createAccessTokenSigner, createProver, publicOf, thumbprint } from '@countersign/proof'
import { OAuthError, parseChallenges } from '@countersign/protocol'
import { afterEach, expect, test } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'
import { type GuardedListener, nodeGuard } from '../src/guard-http.ts'
import { nodeSuite } from '../src/node-suite.ts'
import { systemClock } from '../src/system-clock.ts'
import { sendRaw } from './http/raw-http.ts'

const ISSUER = 'https://issuer.example'
const suite = nodeSuite()
const clock = systemClock()

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()))
})

const greet: GuardedListener = (_request, response, { subject }) => void response.end(`hello ${subject}`)

/** A server on a free port of this machine, its guard, and an issuer that is asked without a network. */
async function listening(listener: GuardedListener = greet, options: GateOptions = {}, publicUrl?: string) {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => new Promise((resolve) => server.close(resolve)))
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}/mcp`
  const resource = publicUrl ?? url
  const key = await suite.generateKey('ES256')
  const sign = await createAccessTokenSigner(suite, key, 'key-1')
  const guard = createGuard({
    resource,
    authorizationServers: [ISSUER],
    suite,
    clock,
    dpopNonce: { key: suite.random(32) },
    fetch: async (asked) =>
      Response.json(
        asked.endsWith('/jwks') ? { keys: [{ ...publicOf(key), kid: 'key-1' }] } : { issuer: ISSUER, jwks_uri: `${ISSUER}/jwks` },
      ),
  })
  server.on('request', nodeGuard(guard, listener, options))
  const seconds = Math.floor(clock.now() / 1000)
  const good = {
    iss: ISSUER,
    sub: 'ada',
    aud: resource,
    client_id: 'cli',
    iat: seconds,
    exp: seconds + 60,
    jti: 'token-1',
    scope: 'notes:read',
  }
  const mint = async (changes: Partial<AccessTokenClaims> = {}) => sign({ ...good, ...changes })
  return { server, url, port, resource, guard, mint }
}

const raw = (port: number, lines: readonly string[], target = '/mcp') =>
  sendRaw(port, [`POST ${target} HTTP/1.1`, 'Connection: close', 'Content-Length: 0', ...lines, '', ''].join('\r\n'))

test('a request with a token reaches the listener with its access, one without is answered in front of it', async () => {
  const seen: Access[] = []
  const { url, mint } = await listening((_request, response, access) => {
    seen.push(access)
    response.end('inside')
  })
  const inside = await fetch(url, { method: 'POST', headers: { authorization: `Bearer ${await mint()}` }, body: '{}' })
  expect([inside.status, await inside.text()]).toEqual([200, 'inside'])
  const outside = await fetch(url, { method: 'POST', body: 'x'.repeat(100_000) })
  expect([outside.status, await outside.text()]).toEqual([401, ''])
  expect(parseChallenges(outside.headers.get('www-authenticate') ?? '').map(({ scheme }) => scheme)).toEqual(['Bearer', 'DPoP'])
  expect(seen.map(({ subject, clientId }) => [subject, clientId])).toEqual([['ada', 'cli']])
})

verifies('rfc6750-3-challenge', 'each challenge is a header line of its own', async () => {
  const { port } = await listening()
  const [answer] = await raw(port, [`Host: 127.0.0.1:${port}`])
  expect(answer?.headers.filter(([name]) => name === 'www-authenticate').map(([, value]) => value.split(' ')[0])).toEqual([
    'Bearer',
    'DPoP',
  ])
})

verifies('rfc9449-4.3-single-header', 'repeated Authorization and DPoP lines are seen, though node:http would hide them', async () => {
  const { port, mint, url } = await listening()
  const host = `Host: 127.0.0.1:${port}`
  const token = await mint()
  const [twice] = await raw(port, [host, `Authorization: Bearer ${token}`, `Authorization: Bearer ${token}`])
  expect([twice?.status, twice?.body]).toEqual([400, expect.stringContaining('more than one Authorization header')])
  const key = await suite.generateKey('ES256')
  const prove = await createProver(suite, clock, key)
  const bound = await mint({ cnf: { jkt: await thumbprint(suite, publicOf(key)) } })
  const proof = async () => `DPoP: ${await prove({ method: 'POST', url, accessToken: bound })}`
  const [doubled] = await raw(port, [host, `Authorization: DPoP ${bound}`, await proof(), await proof()])
  expect([doubled?.status, doubled?.body]).toEqual([401, expect.stringContaining('invalid_dpop_proof')])
})

verifies('rfc9449-4.3-htm-htu', 'behind a proxy the proof is for the public address, with nonce and all', async () => {
  const { port, mint, resource } = await listening(greet, {}, 'https://notes.example/mcp')
  const key = await suite.generateKey('ES256')
  const prove = await createProver(suite, clock, key)
  const token = await mint({ cnf: { jkt: await thumbprint(suite, publicOf(key)) } })
  const send = (proof: string) =>
    fetch(`http://127.0.0.1:${port}/mcp?cursor=1`, { method: 'GET', headers: { authorization: `DPoP ${token}`, dpop: proof } })
  const asked = await send(await prove({ method: 'GET', url: resource, accessToken: token }))
  expect([asked.status, await asked.json()]).toMatchObject([401, { error: 'use_dpop_nonce' }])
  const nonce = asked.headers.get('dpop-nonce') ?? undefined
  const inside = await send(await prove({ method: 'GET', url: resource, accessToken: token, nonce }))
  expect([inside.status, await inside.text()]).toEqual([200, 'hello ada'])
  const local = await send(await prove({ method: 'GET', url: `http://127.0.0.1:${port}/mcp`, accessToken: token, nonce }))
  expect(local.status).toBe(401)
})

test('below a mount path, where Express cuts the URL short, the proof is still for the whole address', async () => {
  const { server, url, mint } = await listening()
  server.prependListener('request', (incoming) => void Object.assign(incoming, { originalUrl: incoming.url, url: '/' }))
  const key = await suite.generateKey('ES256')
  const prove = await createProver(suite, clock, key)
  const accessToken = await mint({ cnf: { jkt: await thumbprint(suite, publicOf(key)) } })
  const send = async (nonce?: string) =>
    fetch(url, {
      headers: { authorization: `DPoP ${accessToken}`, dpop: await prove({ method: 'GET', url, accessToken, nonce }) },
    })
  const asked = await send()
  expect(await asked.json()).toMatchObject({ error: 'use_dpop_nonce' })
  expect((await send(asked.headers.get('dpop-nonce') ?? '')).status).toBe(200)
  const [challenge] = parseChallenges((await fetch(url)).headers.get('www-authenticate') ?? '')
  expect((await fetch(String(challenge?.parameters['resource_metadata']))).status).toBe(200)
})

verifies('mcp-http-origin-check', 'a foreign Origin and a foreign Host are 403 before the listener, repeated ones too', async () => {
  const { port, mint } = await listening(greet, { allowedOrigins: ['https://app.example'] })
  const token = `Authorization: Bearer ${await mint()}`
  const host = `Host: 127.0.0.1:${port}`
  const refused = [
    [host, token, 'Origin: https://evil.example'],
    [host, token, 'Origin: null'],
    [host, token, 'Origin: https://app.example', 'Origin: https://evil.example'],
    ['Host: evil.example', token],
    [`Host: evil.example:${port}`, token],
    [host, 'Host: evil.example', token],
  ]
  for (const lines of refused)
    expect(
      (await raw(port, lines)).map(({ status }) => status),
      lines.join(' '),
    ).toEqual([403])
  const [friendly] = await raw(port, [host, token, 'Origin: https://app.example'])
  expect(friendly?.status).toBe(200)
  expect(friendly?.headers).toContainEqual(['access-control-allow-origin', 'https://app.example'])
})

verifies(['mcp-auth-discovery-mechanism', 'rfc9728-3.1-path-insertion'], 'the metadata that the challenge names is there', async () => {
  const { url, resource } = await listening()
  const [challenge] = parseChallenges((await fetch(url)).headers.get('www-authenticate') ?? '')
  const address = challenge?.parameters['resource_metadata'] ?? ''
  expect(new URL(address).pathname).toBe('/.well-known/oauth-protected-resource/mcp')
  const document = await fetch(address)
  expect([document.status, document.headers.get('content-type'), await document.json()]).toMatchObject([
    200,
    'application/json',
    { resource },
  ])
  expect((await fetch(address, { method: 'HEAD' })).status).toBe(200)
})

test('targets that could mean another host are refused, with credentials and all', async () => {
  const { port, mint } = await listening()
  const token = `Authorization: Bearer ${await mint()}`
  for (const target of ['//evil.example/mcp', 'http://evil.example/mcp', '*', '/mcp\\..']) {
    const [answer] = await raw(port, [`Host: 127.0.0.1:${port}`, token], target)
    expect(answer?.status, target).toBe(400)
  }
})

test('a listener may refuse, and what breaks in it says nothing outside', async () => {
  const failures: unknown[] = []
  const broken = new Error('password=hunter2')
  let fault: Error = broken
  const { url, mint } = await listening(
    async () => {
      throw fault
    },
    { failed: (cause) => failures.push(cause) },
  )
  const headers = { authorization: `Bearer ${await mint()}` }
  const failed = await fetch(url, { headers })
  expect([failed.status, await failed.text()]).toEqual([
    500,
    '{"error":"server_error","error_description":"the server met an unexpected condition"}',
  ])
  expect(failures).toEqual([broken])
  fault = new OAuthError('invalid_request', 'no such note', { status: 404 })
  const refused = await fetch(url, { headers })
  expect([refused.status, await refused.json()]).toEqual([404, { error: 'invalid_request', error_description: 'no such note' }])
  expect(failures).toHaveLength(1)
})

test('an answer that broke in the middle ends the connection', async () => {
  const { port, mint } = await listening((_request, response) => {
    response.writeHead(200, { 'content-length': 100 })
    response.write('half')
    throw new Error('broken')
  })
  const request = fetch(`http://127.0.0.1:${port}/mcp`, { headers: { authorization: `Bearer ${await mint()}` } })
  await expect(request.then((response) => response.text())).rejects.toThrow(/terminated|fetch failed/)
})
