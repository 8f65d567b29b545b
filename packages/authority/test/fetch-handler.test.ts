/** The authority behind Request and Response, as a worker has it. */
import { toFetchHandler } from '@countersign/authority'
import { DEVICE_CODE, type Exchange } from '@countersign/protocol'
import { expect, test } from 'vitest'
import { openScriptlessBrowser, type Transport } from '../../../examples/first-login/src/scriptless-browser.ts'
import { CLIENT, ISSUER, NOTES, openHouse } from './house.ts'

const FORM = 'application/x-www-form-urlencoded'

/** Answers with what it was given. */
function echo(options?: Parameters<typeof toFetchHandler>[1]) {
  const seen: Exchange[] = []
  const handle = toFetchHandler(async (exchange) => {
    seen.push(exchange)
    return { status: 200, headers: { 'content-type': 'text/plain' }, body: 'fine' }
  }, options)
  return { seen, handle }
}

const post = (body: BodyInit | null, headers: Record<string, string> = {}) =>
  new Request(`${ISSUER}/token?a=1`, { method: 'POST', headers, body, ...({ duplex: 'half' } as object) })

test('a device signs in and a person approves, without anything of Node.js in between', async () => {
  const house = await openHouse()
  const handle = toFetchHandler(house.authority.handle)
  const call = async (path: string, form: Record<string, string>) => {
    const response = await handle(new Request(ISSUER + path, { method: 'POST', body: new URLSearchParams(form) }), '203.0.113.7')
    return (await response.json()) as Record<string, unknown>
  }
  const device = await call('/device_authorization', { client_id: CLIENT, resource: NOTES })
  const transport: Transport = async ({ method, path, headers, body }) => {
    const request = new Request(new URL(path, ISSUER), { method, headers, ...(method === 'POST' ? { body } : {}) })
    const response = await handle(request, '203.0.113.7')
    return {
      status: response.status,
      headers: { ...Object.fromEntries(response.headers), 'set-cookie': response.headers.getSetCookie() },
      body: await response.text(),
    }
  }
  const browser = openScriptlessBrowser(ISSUER, transport)
  await browser.signIn('ada', 'correct horse')
  expect((await browser.approve(await browser.enter(String(device['user_code'])))).status).toBe(200)
  const tokens = await call('/token', { grant_type: DEVICE_CODE, client_id: CLIENT, device_code: String(device['device_code']) })
  expect(tokens).toMatchObject({ token_type: 'Bearer', scope: 'notes:read' })
})

test('an exchange holds what was sent, the address the caller knows, and nothing of what the peer says about itself', async () => {
  const { seen, handle } = echo()
  const headers = { 'content-type': FORM, forwarded: 'for=192.0.2.1', 'x-forwarded-for': '192.0.2.1', 'X-Forwarded-Host': 'evil.example' }
  const response = await handle(post('\ufeffgrant=ü', headers), '203.0.113.7')
  expect([response.status, await response.text()]).toEqual([200, 'fine'])
  expect(seen).toEqual([
    {
      method: 'POST',
      path: '/token',
      query: 'a=1',
      headers: { host: 'auth.example', 'content-type': FORM },
      body: '\ufeffgrant=ü',
      remoteAddress: '203.0.113.7',
    },
  ])
})

test('HEAD is asked as GET and answered without content', async () => {
  const { seen, handle } = echo()
  const response = await handle(new Request(ISSUER, { method: 'HEAD' }), '')
  expect([seen[0]?.method, response.status, response.headers.get('content-type'), response.body]).toEqual(['GET', 200, 'text/plain', null])
})

test('a long body is refused, announced or not, and the longest that is allowed is read', async () => {
  const { seen, handle } = echo({ bodyLimit: 100 })
  const refused = { error: 'invalid_request', error_description: 'the body is longer than 100 bytes' }
  for (const headers of [{}, { 'content-length': '101' }]) {
    const response = await handle(post(new Blob(['x'.repeat(101)]).stream(), headers), '')
    expect([response.status, await response.json(), response.headers.get('cache-control')]).toEqual([413, refused, 'no-store'])
  }
  // Announced as too long, it is not even begun.
  const untouched = post('x', { 'content-length': '101' })
  expect([(await handle(untouched, '')).status, untouched.bodyUsed]).toEqual([413, false])
  expect(seen).toEqual([])
  expect((await handle(post('x'.repeat(100)), '')).status).toBe(200)
  expect((await echo().handle(post('x'.repeat(65_536)), '')).status).toBe(200)
  expect((await echo().handle(post('x'.repeat(65_537)), '')).status).toBe(413)
})

test('what is not UTF-8 or breaks off is a bad request', async () => {
  const { seen, handle } = echo()
  const broken = new ReadableStream({ pull: (controller) => controller.error(new Error('secret path /etc/x')) })
  for (const body of [new Uint8Array([0x61, 0xc3, 0x28]), broken]) {
    const response = await handle(post(body), '')
    expect([response.status, await response.json()]).toEqual([
      400,
      { error: 'invalid_request', error_description: 'the body is not UTF-8, or broke off' },
    ])
  }
  expect(seen).toEqual([])
})

test('a body that was read before is a fault of the wiring, told to whoever wired it', async () => {
  const { seen, handle } = echo()
  const request = post('grant_type=x', { 'content-type': FORM })
  await request.text()
  await expect(handle(request, '')).rejects.toMatchObject({ code: 'configuration_invalid', hint: expect.stringContaining('before') })
  expect(seen).toEqual([])
})

test('the paths are those that are answered at, and no others', async () => {
  const issuer = `${ISSUER}/auth`
  const { authority } = await openHouse({ issuer })
  expect([...authority.paths].filter((path) => !path.startsWith('/auth'))).toEqual([
    '/.well-known/oauth-authorization-server/auth',
    '/.well-known/openid-configuration/auth',
  ])
  expect([...authority.paths]).toEqual(expect.arrayContaining(['/auth', '/auth/', '/auth/device', '/auth/token', '/auth/sign-in']))
  const handle = toFetchHandler(authority.handle)
  for (const path of authority.paths) expect((await handle(new Request(ISSUER + path), '')).status, path).not.toBe(404)
  expect((await handle(new Request(`${ISSUER}/device`), '')).status).toBe(404)
})
