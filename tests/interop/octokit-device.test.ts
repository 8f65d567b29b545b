/**
 * GitHub's own device client, unmodified: `gh`-like tools in JavaScript sign in with it. It knows GitHub's paths only, and it was written
 * for what GitHub does, which is not always RFC 8628. What differs, and where it is seen below:
 *
 * - It sends JSON. RFC 8628 section 3.1 and RFC 6749 section 4.1.3 want a form; our authority takes nothing else, so the way there turns it.
 * - After slow_down it waits seven seconds more once, then goes back to the old interval. RFC 8628 section 3.5 wants five seconds more for
 *   "this and all subsequent requests". It still gets through, because an early poll does not move the window here.
 * - It needs members that RFC 8628 section 3.2 and RFC 6749 section 5.1 leave optional: `interval` (without one it polls without any pause)
 *   and `scope`. We always send both. As a GitHub App it also needs `refresh_token_expires_in`, which no RFC has.
 * - It sends the token as `Authorization: token ...`, not as Bearer (RFC 6750 section 2.1).
 */
import { DEFAULT_PACE } from '@countersign/protocol'
import { createOAuthDeviceAuth } from '@octokit/auth-oauth-device'
import { request } from '@octokit/request'
import { expect, onTestFinished, test, vi } from 'vitest'
import { startAuthority } from './live-authority.ts'

const PLACES: Readonly<Record<string, string>> = {
  '/login/device/code': '/device_authorization',
  '/login/oauth/access_token': '/token',
}
const resources = [{ resource: 'https://api.example/', name: 'API', scopes: { read: 'Read', write: 'Write' } }]

interface Options {
  /** How many seconds pass at the authority while the device counts one: below 1 its clock runs ahead, and it polls too early. */
  readonly speed?: number
}

/** An authority, the client with its paths mapped, and time that passes whenever the client waits. */
async function start({ speed = 1 }: Options = {}) {
  let now = Date.now()
  const clock = { now: () => now }
  const authority = await startAuthority({ resources, clock, settings: { pace: DEFAULT_PACE } })
  const answers: { path: string; status: number; error: unknown }[] = []
  const waits: number[] = []
  /** What happens during the wait of that number, counted from one. */
  const during = new Map<number, () => Promise<void>>()

  const mapped: typeof fetch = async (input, init) => {
    const asked = new Request(input, init)
    const place = PLACES[new URL(asked.url).pathname]
    if (place === undefined) return fetch(asked)
    const sent = new URLSearchParams((await asked.json()) as Record<string, string>)
    const response = await fetch(authority.issuer + place, { method: 'POST', body: sent })
    const { error } = (await response.clone().json()) as { error?: unknown }
    answers.push({ path: place, status: response.status, error })
    return response
  }

  const timer = globalThis.setTimeout
  function wait(...given: Parameters<typeof timer>) {
    const [resolve, milliseconds = 0] = given
    // Everything else that waits in this program, such as its fetch, keeps real time.
    if (new Error().stack?.includes('auth-oauth-device') !== true) return timer(...given)
    waits.push(milliseconds / 1000)
    now += milliseconds * speed
    void (during.get(waits.length)?.() ?? Promise.resolve()).then(resolve)
    return undefined
  }
  vi.stubGlobal('setTimeout', wait)
  onTestFinished(() => void vi.unstubAllGlobals())

  const mappedRequest = request.defaults({ baseUrl: authority.issuer, request: { fetch: mapped } })
  const codes: string[] = []
  const device = createOAuthDeviceAuth({
    clientType: 'oauth-app',
    clientId: 'device-app',
    scopes: ['read'],
    request: mappedRequest,
    onVerification: (verification) => void codes.push(verification.user_code),
  })
  const decide = (decision: 'approve' | 'deny') => () => authority.decide(String(codes.at(-1)), decision)
  const polls = () => answers.filter(({ path }) => path === '/token').map(({ error }) => error)
  return {
    ...authority,
    request: mappedRequest,
    device,
    codes,
    answers,
    waits,
    during,
    decide,
    polls,
    pass: (seconds: number) => (now += seconds * 1000),
  }
}

const signIn = { type: 'oauth' } as const

test('it asks, waits for the interval, is approved, and its token is good', async () => {
  const { device, during, decide, waits, answers, issuer, subject } = await start()
  during.set(2, decide('approve'))
  const { token, scopes, tokenType } = await device(signIn)
  expect([scopes, tokenType]).toEqual([['read'], 'oauth'])
  expect(waits).toEqual([5, 5])
  expect(answers).toEqual([
    { path: '/device_authorization', status: 200, error: undefined },
    { path: '/token', status: 400, error: 'authorization_pending' },
    { path: '/token', status: 400, error: 'authorization_pending' },
    { path: '/token', status: 200, error: undefined },
  ])
  const userinfo = await fetch(`${issuer}/userinfo`, { headers: { authorization: `Bearer ${token}` } })
  expect([userinfo.status, await userinfo.json()]).toMatchObject([200, { sub: subject }])
  // Kept in memory, for this very scope only.
  expect((await device(signIn)).token).toBe(token)
  during.set(3, decide('approve'))
  expect((await device({ ...signIn, scopes: ['write'] })).scopes).toEqual(['write'])
})

test('it is told slow_down again and again, never keeps the longer interval, and still gets in', async () => {
  const { device, during, decide, waits, polls, answers } = await start({ speed: 0.5 })
  during.set(6, decide('approve'))
  expect((await device(signIn)).scopes).toEqual(['read'])
  expect(polls()).toEqual([
    'authorization_pending',
    // 2.5 seconds after the one before instead of 5: the interval is 10 from now on.
    'slow_down',
    'authorization_pending',
    // Who obeys waits ten seconds again; this one waits five, which are 2.5 here, and then twelve, which are not enough either.
    'slow_down',
    'slow_down',
    // 14.5 seconds after the last poll that was on time, from which they are counted: in time.
    'authorization_pending',
    // Before its time, but approved meanwhile: no early poll costs the approval.
    undefined,
  ])
  expect(waits).toEqual([5, 12, 5, 12, 12, 5])
  // RFC 8628 section 3.5 with RFC 6749 section 5.2. The client would also take the 200 that GitHub sends.
  expect(answers.filter(({ error }) => error !== undefined).map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 400))
})

test('a denial and an expiry reach it as the errors of RFC 8628 section 3.5', async () => {
  const { device, during, decide, pass, polls } = await start()
  during.set(1, decide('deny'))
  await expect(device(signIn)).rejects.toMatchObject({ status: 400, response: { data: { error: 'access_denied' } } })
  during.set(2, async () => void pass(300))
  await expect(device(signIn)).rejects.toMatchObject({ status: 400, response: { data: { error: 'expired_token' } } })
  expect(polls()).toEqual(['authorization_pending', 'access_denied', 'authorization_pending', 'expired_token'])
})

test('its hook names the scheme "token", which no resource server of OAuth takes', async () => {
  const { device, during, decide, request: ask } = await start()
  during.set(1, decide('approve'))
  await expect(device.hook(ask, 'GET /userinfo')).rejects.toMatchObject({ status: 401 })
  const { token } = await device(signIn)
  const { status } = await ask('GET /userinfo', { headers: { authorization: `Bearer ${token}` } })
  expect(status).toBe(200)
})

test('as a GitHub App it trips over a refresh token without GitHub’s own member for its end', async () => {
  const { request: ask, decide, codes, during } = await start()
  during.set(1, decide('approve'))
  const app = createOAuthDeviceAuth({
    clientType: 'github-app',
    clientId: 'device-app',
    request: ask,
    onVerification: (verification) => void codes.push(verification.user_code),
  })
  await expect(app(signIn)).rejects.toThrow(RangeError)
})
