/**
 * A page that pointed its own name at this machine (DNS rebinding), or that simply calls across origins (MCP Streamable HTTP, security): both
 * are refused before anything is looked at, in front of every way the server is mounted, also with a token that is good.
 */
import { expect, test } from 'vitest'
import { sendRaw } from '../../packages/node/test/http/raw-http.ts'
import { verifies } from '../../requirements/verifies.ts'
import { deviceSignIn } from '../interop/device-sign-in.ts'
import { startFiveScopes } from '../interop/five-scopes.ts'

const BODY = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"whoami","arguments":{}}}'

type Library = Awaited<ReturnType<typeof startFiveScopes>>

async function send({ url }: Library, lines: readonly string[], target = '/mcp', method = 'POST') {
  const { port } = new URL(url)
  const head = [
    `${method} ${target} HTTP/1.1`,
    ...lines,
    'Content-Type: application/json',
    `Content-Length: ${BODY.length}`,
    'Connection: close',
  ]
  const [answer] = await sendRaw(Number(port), `${head.join('\r\n')}\r\n\r\n${BODY}`)
  const headers = Object.fromEntries(answer?.headers ?? [])
  return { status: answer?.status, challenge: headers['www-authenticate'], opened: headers['access-control-allow-origin'] }
}

verifies('mcp-http-origin-check', 'a name that is not of this machine: 403, whatever else is claimed and whoever signed in', async () => {
  const library = await startFiveScopes()
  const { port, host } = new URL(library.url)
  const { accessToken } = (await deviceSignIn(library, [])).credential
  const token = `Authorization: DPoP ${accessToken}`
  const rebound = [
    ['Host: evil.example'],
    [`Host: evil.example:${port}`],
    [`Host: 127.0.0.1.evil.example:${port}`],
    [`Host: localhost:${port}.evil.example`],
    [`Host: evil.example:${port}`, `X-Forwarded-Host: ${host}`, `Forwarded: host=${host}`],
    ['Host: 127.0.0.1:1'],
    ['Host: 0.0.0.0'],
  ]
  for (const lines of rebound) {
    expect(await send(library, [...lines, token]), lines.join()).toEqual({ status: 403, challenge: undefined, opened: undefined })
    // Nor does it learn where people sign in.
    expect((await send(library, lines, '/.well-known/oauth-protected-resource/mcp', 'GET')).status, lines.join()).toBe(403)
  }
  // The target in absolute form names the host a second time.
  expect((await send(library, [`Host: ${host}`, token], 'http://evil.example/mcp')).status).toBeGreaterThanOrEqual(400)
  expect((await send(library, [`Host: ${host}`])).status).toBe(401)
  expect(library.ran).toEqual([])
})

test('a page of another origin is refused and cannot read why; one of the server itself may call', async () => {
  const library = await startFiveScopes()
  const { host, origin } = new URL(library.url)
  for (const evil of [
    'https://evil.example',
    'null',
    `${origin}.evil.example`,
    origin.replace('http:', 'https:'),
    `${origin}/`,
    'file://',
    '',
  ]) {
    expect(await send(library, [`Host: ${host}`, `Origin: ${evil}`]), evil).toEqual({
      status: 403,
      challenge: undefined,
      opened: undefined,
    })
    expect(
      (await send(library, [`Host: ${host}`, `Origin: ${evil}`, 'Access-Control-Request-Method: POST'], '/mcp', 'OPTIONS')).status,
    ).toBe(403)
  }
  expect((await send(library, [`Host: ${host}`, `Origin: ${origin}`, `Origin: https://evil.example`])).status).toBeGreaterThanOrEqual(400)
  expect(await send(library, [`Host: ${host}`, `Origin: ${origin}`])).toMatchObject({ status: 401, opened: origin })
  expect(library.ran).toEqual([])
})
