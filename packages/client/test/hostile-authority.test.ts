/** An authorization server that wants something else than to sign anybody in. Each attack runs through the whole login. */
import { type LoginEvent, login } from '@countersign/client'
import type { CountersignError } from '@countersign/protocol'
import { describe, expect, test } from 'vitest'
import { authority, DEVICE, deviceAnswer, pending, place, rejection, REVOKE, TOKEN, tokenAnswer, tokens } from './support/authority.ts'
import { START } from './support/fake-time.ts'
import { json, type Network, oauthError, routes, stage, text } from './support/stage.ts'

function attacked(network: Network, where = place()) {
  const set = stage(network)
  const events: LoginEvent[] = []
  const result = login(set.runtime, where, { clientId: 'cli', onEvent: (event) => events.push(event) })
  return {
    ...set,
    events,
    run: () => set.time.run(result),
    failure: async () => (await set.time.run(rejection(result))) as CountersignError,
  }
}

const control = /[\p{Cc}\p{Cf}]/u

describe('pages that are traps', () => {
  test.each([
    ['javascript:fetch("https://evil.example")'],
    ['data:text/html,x'],
    ['http://as.example/device'],
    ['https://as.example@evil.example/device'],
    ['http://127.0.0.1:8080/device'],
    [''],
  ])('%s is never shown', async (verification_uri) => {
    const { failure, events, to } = attacked(authority([tokens], { verification_uri }))
    expect(await failure()).toMatchObject({ code: 'invalid_response' })
    expect(events).toEqual([])
    expect(to(TOKEN)).toHaveLength(0)
  })

  test.each([['https://as.example.evil.example/device'], ['https://as-example.com/device'], ['https://\u0430s.example/device']])(
    '%s is not shown without a question',
    async (verification_uri) => {
      const { failure, events } = attacked(authority([tokens], { verification_uri }))
      const error = await failure()
      expect(error.code).toBe('invalid_response')
      expect(error.message).toMatch(/evil\.example|as-example\.com|xn--s-7sb\.example/)
      expect(events).toEqual([])
    },
  )

  test.each([
    ['https://evil.example/device?user_code=WDJB-MJHT'],
    ['javascript:alert(1)'],
    ['https://as.example/open?to=https://evil.example'],
  ])('the complete page %s is dropped, the plain one stays', async (verification_uri_complete) => {
    const { run, events } = attacked(authority([tokens], { verification_uri_complete }))
    await run()
    const [shown] = events
    expect(shown?.type === 'code' && shown.invitation).toMatchObject({
      verificationUri: deviceAnswer.verification_uri,
      userCode: 'WDJB-MJHT',
    })
    expect(shown).not.toHaveProperty('invitation.verificationUriComplete')
  })
})

test('escape sequences reach neither the events nor the errors', async () => {
  const esc = '\u001b]8;;https://evil.example\u0007\u001b[2J\u202e'
  const shown = attacked(authority([tokens], { user_code: `${esc}WDJB-MJHT`, verification_uri: `https://as.example/${esc}device` }))
  await shown.run()
  const codes = shown.events.flatMap((event) =>
    event.type === 'code' ? [event.invitation.userCode, event.invitation.verificationUri] : [],
  )
  expect(codes).toEqual(['WDJB-MJHT', 'https://as.example/device'])

  const refusals = [
    () => oauthError(`access_denied${esc}`, { error_description: `${esc}pay at evil.example` }),
    () => tokens({ token_type: `${esc}x` }),
    () => tokens({ scope: 'read admin!' }),
  ]
  for (const answer of refusals) {
    const error = await attacked(authority([answer])).failure()
    expect(`${error.message}${error.hint}${JSON.stringify(error.cause ?? '')}`).not.toMatch(control)
  }
})

describe('answers without end or sense', () => {
  const huge = () => new Response(new ReadableStream({ pull: (to) => to.enqueue(new Uint8Array(65_536).fill(32)) }))

  test('a huge answer to the first request ends it', async () => {
    expect(await attacked(() => huge()).failure()).toMatchObject({ code: 'invalid_response' })
  })

  test('a huge answer to a poll is a missed poll', async () => {
    const { run, events } = attacked(authority([huge, tokens]))
    expect((await run()).accessToken).toBe(tokenAnswer.access_token)
    expect(events.find(({ type }) => type === 'retrying')).toMatchObject({ why: expect.stringContaining('longer than') })
  })

  test('pages instead of JSON are missed polls until the code ends', async () => {
    const { failure, time } = attacked(authority([() => text('<html>Sign in to the hotel network</html>')], { expires_in: 60 }))
    expect(await failure()).toMatchObject({ code: 'device_code_expired' })
    expect(time.clock.now()).toBe(START + 60_000)
  })

  test('a server that accepts and never answers is given up', async () => {
    const { failure, time } = attacked(() => new Promise(() => {}))
    expect(await failure()).toMatchObject({ code: 'network_failure' })
    expect(time.clock.now()).toBe(START + 15_000)
  })
})

describe('redirects of requests that carry a code or a token', () => {
  for (const status of [301, 302, 303, 307, 308]) {
    test(`${status} is not followed: the code stays where it is`, async () => {
      const network = routes({
        [DEVICE]: () => json(deviceAnswer),
        [TOKEN]: () => text('', status, { location: 'https://evil.example/token' }),
        'https://evil.example/token': () => tokens(),
      })
      const { failure, sent } = attacked(network)
      expect(await failure()).toMatchObject({ code: 'device_code_expired' })
      expect(sent.some(({ url }) => url.includes('evil'))).toBe(false)
      expect(sent.every(({ init }) => init.redirect === 'manual')).toBe(true)
    })
  }

  test('nor is one of the first request', async () => {
    const { failure, sent } = attacked(() => text('', 307, { location: 'https://evil.example/device_authorization' }))
    expect(await failure()).toMatchObject({ code: 'invalid_response' })
    expect(sent).toHaveLength(1)
  })
})

describe('numbers', () => {
  test.each([[-1], [0], ['NaN'], [null], ['-5'], [{}], [[7]]])('interval %j is taken for none', async (interval) => {
    const { run, to } = attacked(authority([pending, tokens], { interval }))
    await run()
    expect(to(TOKEN).map(({ at }) => at - START)).toEqual([5500, 11_000])
  })

  test.each([[1e9], ['999999999']])('interval %j would never poll, and is refused', async (interval) => {
    expect(await attacked(authority([tokens], { interval })).failure()).toMatchObject({ code: 'invalid_response' })
  })

  test.each([[-1], [0], ['NaN'], [null], [undefined], ['soon']])('expires_in %j is refused', async (expires_in) => {
    expect(await attacked(authority([tokens], { expires_in })).failure()).toMatchObject({ code: 'invalid_response' })
  })

  test('a code that never ends does end', async () => {
    const { failure, time } = attacked(authority([pending], { expires_in: 1e12, interval: 3600 }))
    expect(await failure()).toMatchObject({ code: 'device_code_expired' })
    expect(time.clock.now()).toBe(START + 86_400_000)
  })

  test.each([[-1], [1e308], ['NaN'], [null]])('slow_down with interval %j does not speed it up, and it still ends', async (interval) => {
    const { failure, to, time } = attacked(authority([() => oauthError('slow_down', { interval })]))
    expect(await failure()).toMatchObject({ code: 'device_code_expired' })
    expect(time.clock.now()).toBe(START + 300_000)
    const moments = to(TOKEN).map(({ at }) => at)
    for (const [index, moment] of moments.entries())
      expect(moment - (moments[index - 1] ?? START)).toBeGreaterThanOrEqual(5000 * (index + 1))
  })

  test.each([[-1], ['NaN'], [1e308]])('expires_in %j of a token is an unknown or an endless life, not a crash', async (expires_in) => {
    const { expiresAt } = await attacked(authority([() => tokens({ expires_in })])).run()
    expect(expiresAt === undefined || expiresAt > START).toBe(true)
  })
})

test('inflated scope is refused and revoked, whatever order or doubling it comes in', async () => {
  for (const scope of ['admin read', 'read  admin', 'read read admin', 'READ']) {
    const { failure, to } = attacked(authority([() => tokens({ scope })]))
    expect(await failure()).toMatchObject({ code: 'scope_exceeded' })
    expect(to(REVOKE)).toHaveLength(1)
  }
})

test('a token that would break out of its header is refused', async () => {
  for (const access_token of ['a\r\nset-cookie: b', 'a\u0000', '\u001b[2J']) {
    expect(await attacked(authority([() => tokens({ access_token })])).failure()).toMatchObject({ code: 'invalid_response' })
  }
})

test('members named like those of every object change nothing', async () => {
  const polluting = () => new Response('{"__proto__":{"access_token":"x","token_type":"DPoP"},"constructor":1}')
  expect(await attacked(authority([polluting])).failure()).toMatchObject({ code: 'invalid_response' })
  expect(await attacked(authority([() => oauthError('__proto__')])).failure()).toMatchObject({ code: 'authorization_server_error' })
})
