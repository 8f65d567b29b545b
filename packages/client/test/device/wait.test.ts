import { bindKey, type WaitEvent, waitForTokens } from '@countersign/client'
import type { CountersignError } from '@countersign/protocol'
import { expect, test } from 'vitest'
import { verifies } from '../../../../requirements/verifies.ts'
import { authority, pending, rejection, TOKEN, tokenAnswer, tokens } from '../support/authority.ts'
import { START } from '../support/fake-time.ts'
import { json, type Network, oauthError, proofOf, type Sent, stage, text } from '../support/stage.ts'

const RESOURCE = 'https://mcp.example/mcp'

async function waiting(network: Network, more: { interval?: number; life?: number; signal?: AbortSignal } = {}) {
  const { runtime, time, to, sent } = stage(network)
  const events: WaitEvent[] = []
  const binding = await bindKey(runtime, await runtime.suite.generateKey('ES256'))
  const result = waitForTokens(runtime, binding, {
    endpoint: TOKEN,
    clientId: 'cli',
    resource: RESOURCE,
    deviceCode: 'dc',
    interval: more.interval ?? 5,
    expiresAt: START + (more.life ?? 300) * 1000,
    onEvent: (event) => events.push(event),
    signal: more.signal,
  })
  const moments = () => to(TOKEN).map(({ at }) => (at - START) / 1000)
  return {
    result,
    run: () => time.run(result),
    failure: () => time.run(rejection(result)),
    events,
    moments,
    polls: () => to(TOKEN),
    time,
    sent,
  }
}

function gaps(moments: readonly number[]): readonly number[] {
  return moments.map((moment, index) => moment - (moments[index - 1] ?? 0))
}

verifies('rfc8628-3.5-wait-interval', 'on the wire no poll comes before one interval has passed, the first included', async () => {
  const { run, moments } = await waiting(authority([pending, pending, pending, tokens]))
  await run()
  for (const gap of gaps(moments())) expect(gap).toBeGreaterThanOrEqual(5)
  expect(moments()).toHaveLength(4)
})

verifies('rfc8628-3.5-slow-down', 'measured gaps become 5, 10, 15 and never shrink; the reader of the events is told', async () => {
  const slower = () => oauthError('slow_down')
  const { run, moments, events } = await waiting(authority([slower, slower, pending, pending, tokens]))
  await run()
  const measured = gaps(moments())
  for (const [index, least] of [5, 10, 15, 15, 15].entries()) {
    expect(measured[index]).toBeGreaterThanOrEqual(least)
    expect(measured[index]).toBeLessThan(least * 1.2)
  }
  expect(events.filter(({ type }) => type === 'slowed_down')).toEqual([
    { type: 'slowed_down', interval: 10 },
    { type: 'slowed_down', interval: 15 },
  ])
})

verifies('seed-000-honour-interval-client', 'slow_down with an interval of its own, and 429 with Retry-After', async () => {
  const named = () => oauthError('slow_down', { interval: 20 })
  const busy = () => text('slow', 429, { 'retry-after': '70' })
  const { run, moments } = await waiting(authority([named, busy, pending, tokens]), { interval: 7 })
  await run()
  expect(gaps(moments())).toEqual([7.7, 22, 70, 27.5].map((gap) => expect.closeTo(gap, 3)))
})

verifies(
  'rfc8628-3.5-timeout-backoff',
  'timeouts, resets, 502 pages and pages with status 200 are polled through, ever more slowly, to the tokens',
  async () => {
    const hang = (): Promise<Response> => new Promise(() => {})
    const reset = (): Promise<Response> => Promise.reject(new TypeError('fetch failed', { cause: { code: 'ECONNRESET' } }))
    const { run, moments, events } = await waiting(
      authority([hang, reset, () => text('<h1>Bad gateway</h1>', 502), () => text('<h1>Sign in to the hotel</h1>'), tokens]),
    )
    expect((await run()).tokens.accessToken).toBe(tokenAnswer.access_token)
    // The first gap after a hang also holds the 15 seconds it was waited for.
    expect(gaps(moments())).toEqual([5.5, 15 + 11, 22, 44, 60].map((gap) => expect.closeTo(gap, 3)))
    const reasons = events.filter((event) => event.type === 'retrying').map(({ why }) => why)
    expect(reasons).toEqual([
      'as.example did not answer within 15 s',
      'could not reach as.example (ECONNRESET)',
      'status 502',
      'status 200 without JSON',
    ])
  },
)

test('a server that stays away does not keep it past the end of the code', async () => {
  const { failure, moments, time } = await waiting(() => Promise.reject(new TypeError('fetch failed')), { life: 300 })
  expect(await failure()).toMatchObject({ code: 'device_code_expired' })
  expect(time.clock.now()).toBe(START + 300_000)
  const measured = gaps(moments())
  expect(measured.slice(0, 5)).toEqual([5.5, 11, 22, 44, 60].map((gap) => expect.closeTo(gap, 3)))
  expect(moments().at(-1)).toBe(298)
})

verifies('rfc8628-3.5-no-auto-restart', 'expiry ends it with one last poll and no new device authorization', async () => {
  const { failure, moments, sent } = await waiting(authority([pending]), { life: 60 })
  expect(await failure()).toMatchObject({ code: 'device_code_expired', hint: expect.stringContaining('Start again') })
  expect(moments().at(-1)).toBe(58)
  expect(sent.every(({ url }) => url === TOKEN)).toBe(true)
})

verifies(
  ['rfc8628-3.5-stop-on-other-errors', 'seed-002-handle-all-poll-errors', 'seed-002-troubleshooting-link'],
  'every other error ends it at once, each with a message and a next step of its own',
  async () => {
    const errors = ['access_denied', 'expired_token', 'invalid_grant', 'invalid_client', 'unauthorized_client', 'invalid_scope', 'teapot']
    const seen: { readonly error: CountersignError; readonly polls: number }[] = []
    for (const error of errors) {
      const refusal = () => oauthError(error, { error_description: 'words of the server', error_uri: 'https://as.example/help' })
      const { failure, polls, time } = await waiting(authority([pending, refusal, tokens]))
      seen.push({ error: (await failure()) as CountersignError, polls: polls().length })
      expect(time.sleepers()).toBe(0)
    }
    expect(seen.map(({ polls }) => polls)).toEqual(errors.map(() => 2))
    expect(new Set(seen.map(({ error }) => error.message)).size).toBe(errors.length)
    expect(seen.slice(0, 3).map(({ error }) => error.code)).toEqual(['access_denied', 'device_code_expired', 'authorization_server_error'])
    for (const { error } of seen) {
      expect(error.message).toContain('words of the server')
      expect(error.hint).toContain('https://as.example/help')
    }
  },
)

test('an unknown status with an error code in it still ends it', async () => {
  const { failure } = await waiting(authority([() => json({ error: 'invalid_client' }, 401)]))
  expect(await failure()).toMatchObject({ message: expect.stringContaining('invalid_client') })
})

test('success without a token is an error, not a reason to go on', async () => {
  const { failure, polls } = await waiting(authority([() => json({ token_type: 'DPoP' })]))
  expect(await failure()).toMatchObject({ code: 'invalid_response' })
  expect(polls()).toHaveLength(1)
})

verifies(
  ['rfc8628-3.4-grant-type-urn', 'mcp-resource-param', 'rfc7636-device-flow-note'],
  'a poll is a form with the grant type, the code, the client and the resource, and nothing else',
  async () => {
    const { run, polls } = await waiting(authority([pending, tokens]))
    await run()
    for (const { method, form } of polls()) {
      expect(method).toBe('POST')
      expect(Object.fromEntries(form)).toEqual({
        client_id: 'cli',
        device_code: 'dc',
        grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
        resource: RESOURCE,
      })
    }
  },
)

verifies('rfc9449-4.2-unique-proof-per-request', 'thirty polls and a retry for a nonce carry as many different proofs', async () => {
  let count = 0
  const answer = (): Response => {
    count++
    if (count === 3) return oauthError('use_dpop_nonce', {}, { 'dpop-nonce': 'n1' })
    return count < 31 ? pending() : tokens()
  }
  const { run, polls } = await waiting(authority([answer]))
  await run()
  const identifiers = polls().map((poll) => proofOf(poll).claims['jti'])
  expect(identifiers).toHaveLength(31)
  expect(new Set(identifiers).size).toBe(31)
})

test('a demand for a nonce is met at once and is not a poll', async () => {
  const { run, moments, polls, events } = await waiting(
    authority([pending, () => oauthError('use_dpop_nonce', {}, { 'dpop-nonce': 'n1' }), pending, tokens]),
  )
  await run()
  expect(gaps(moments())).toEqual([5.5, 5.5, 0, 5.5].map((gap) => expect.closeTo(gap, 3)))
  expect(polls().map((poll) => proofOf(poll).claims['nonce'])).toEqual([undefined, undefined, 'n1', 'n1'])
  expect(events.every(({ type }) => type === 'waiting')).toBe(true)
})

test('a server that never takes its own nonce is not asked for ever', async () => {
  let round = 0
  const { failure, polls } = await waiting(authority([() => oauthError('use_dpop_nonce', {}, { 'dpop-nonce': `n${round++}` })]))
  expect(await failure()).toMatchObject({ code: 'authorization_server_error' })
  expect(polls()).toHaveLength(2)
})

test('aborted while it sleeps, it ends without the clock moving', async () => {
  const stop = new AbortController()
  const { result, time, polls } = await waiting(authority([pending]), { signal: stop.signal })
  const ended = rejection(result)
  await time.settle()
  stop.abort()
  expect(await ended).toMatchObject({ code: 'aborted' })
  expect(time.clock.now()).toBe(START)
  expect(time.sleepers()).toBe(0)
  expect(polls()).toHaveLength(0)
})

test('aborted while a poll hangs in a network that ignores signals, it ends all the same', async () => {
  const stop = new AbortController()
  let asked: Sent | undefined
  const { result, time } = await waiting(
    (request) => {
      asked = request
      stop.abort()
      return new Promise(() => {})
    },
    { signal: stop.signal },
  )
  expect(await time.run(rejection(result))).toMatchObject({ code: 'aborted' })
  expect(time.clock.now()).toBe(START + 5500)
  expect(asked?.init.signal?.aborted).toBe(true)
})

test('aborted before it began, it asks nothing', async () => {
  const { result, sent } = await waiting(authority([tokens]), { signal: AbortSignal.abort() })
  expect(await rejection(result)).toMatchObject({ code: 'aborted' })
  expect(sent).toHaveLength(0)
})

test('the life of the token is counted from when the request left', async () => {
  const { run } = await waiting(authority([pending, tokens]))
  expect((await run()).sentAt).toBe(START + 11_000)
})
