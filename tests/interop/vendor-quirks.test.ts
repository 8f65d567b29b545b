/** How large providers depart from RFC 8628, as answers written down after their documentation and after what clients report: our client copes. */
import { login, type LoginEvent } from '@countersign/client'
import { describe, expect, test } from 'vitest'
import { rejection } from '../../packages/client/test/support/authority.ts'
import { json, type Network, stage } from '../../packages/client/test/support/stage.ts'

interface Vendor {
  readonly issuer: string
  readonly device: string
  readonly token: string
  readonly invitation: Readonly<Record<string, unknown>>
}

function play({ issuer, device, token, invitation }: Vendor, answers: readonly Network[]) {
  const left = [...answers]
  const at = stage((request) => {
    if (request.url === device) return json(invitation)
    const answer = left.length > 1 ? left.shift() : left[0]
    return request.url === token && answer !== undefined ? answer(request) : new Response('not here', { status: 404 })
  })
  const metadata = { issuer, device_authorization_endpoint: device, token_endpoint: token }
  const events: LoginEvent[] = []
  const run = () =>
    at.time.run(
      login(
        at.runtime,
        { issuer, metadata, bindingRequired: false },
        {
          clientId: 'an-app',
          scope: ['read'],
          confirmForeign: () => true,
          onEvent: (event) => void events.push(event),
        },
      ),
    )
  const polls = () => at.to(token).map(({ at: moment }) => moment)
  return { ...at, run, events, polls }
}

const error =
  (status: number, body: Record<string, unknown>): Network =>
  () =>
    json(body, status)

describe('GitHub answers refusals with status 200, and names the interval again when it wants a slower pace', () => {
  const github: Vendor = {
    issuer: 'https://github.com/login/oauth',
    device: 'https://github.com/login/device/code',
    token: 'https://github.com/login/oauth/access_token',
    invitation: {
      device_code: '3584d83530557fdd1f46af8289938c8ef79f9dc5',
      user_code: 'WDJB-MJHT',
      verification_uri: 'https://github.com/login/device',
      expires_in: 899,
      interval: 5,
    },
  }
  const more = { error_uri: 'https://docs.github.com/developers/apps/authorizing-oauth-apps#error-codes-for-the-device-flow' }

  test('pending, slow_down with interval, then a token without expiry', async () => {
    const { run, polls, sent } = play(github, [
      error(200, { error: 'authorization_pending', error_description: 'The authorization request is still pending.', ...more }),
      error(200, {
        error: 'slow_down',
        error_description: 'Too many requests have been made in the same timeframe.',
        interval: 12,
        ...more,
      }),
      error(200, { access_token: 'gho_16C7e42F292c6912E7710c838347Ae178B4a', token_type: 'bearer', scope: 'read' }),
    ])
    const credential = await run()
    expect([credential.tokenType, credential.expiresAt, credential.refreshToken]).toEqual(['Bearer', undefined, undefined])
    const [first = 0, second = 0, third = 0] = polls()
    expect(second - first).toBeGreaterThanOrEqual(5000)
    expect(third - second).toBeGreaterThanOrEqual(12_000)
    // Without this header GitHub answers with a form.
    for (const { headers } of sent) expect(headers.get('accept')).toBe('application/json')
  })

  test('a refusal with status 200 is no token', async () => {
    const codes = {
      access_denied: 'access_denied',
      expired_token: 'device_code_expired',
      incorrect_device_code: 'authorization_server_error',
    }
    for (const [refusal, code] of Object.entries(codes)) {
      const { run } = play(github, [error(200, { error: refusal, error_description: 'as documented', ...more })])
      expect(await rejection(run())).toMatchObject({ code })
    }
  })
})

test('Google spells it verification_url, on another host, and answers pending with status 428', async () => {
  const google: Vendor = {
    issuer: 'https://accounts.google.com',
    device: 'https://oauth2.googleapis.com/device/code',
    token: 'https://oauth2.googleapis.com/token',
    invitation: {
      device_code: '4/4-GMMhmHCXhWEzkobqIHGG_EnNYYsAkukHspeYUk9E8',
      user_code: 'GQVQ-JKEC',
      verification_url: 'https://www.google.com/device',
      expires_in: 1800,
      interval: 5,
    },
  }
  const { run, events } = play(google, [
    error(428, { error: 'authorization_pending', error_description: 'Precondition Required' }),
    error(403, { error: 'slow_down', error_description: 'Forbidden' }),
    error(200, { access_token: 'ya29.token', expires_in: 3920, scope: 'read', token_type: 'Bearer', refresh_token: '1//xEoDL4iW' }),
  ])
  expect((await run()).refreshToken).toBe('1//xEoDL4iW')
  expect(events[0]).toMatchObject({ type: 'code', invitation: { verificationUri: 'https://www.google.com/device', foreign: true } })
})

describe('Entra names intervals as text, adds a message with the code in it, and has an own word for a refusal', () => {
  const entra: Vendor = {
    issuer: 'https://login.microsoftonline.com/6731de76-14a6-49ae-97bc-6eba6914391e/v2.0',
    device: 'https://login.microsoftonline.com/6731de76-14a6-49ae-97bc-6eba6914391e/oauth2/v2.0/devicecode',
    token: 'https://login.microsoftonline.com/6731de76-14a6-49ae-97bc-6eba6914391e/oauth2/v2.0/token',
    invitation: {
      user_code: 'FJC3TQGH4',
      device_code: 'FAQABAAEAAAAm',
      verification_uri: 'https://microsoft.com/devicelogin',
      expires_in: '900',
      interval: '5',
      message:
        'To sign in, use a web browser to open the page https://microsoft.com/devicelogin and enter the code FJC3TQGH4 to authenticate.',
    },
  }
  const refusal = (name: string, number: number) =>
    error(400, {
      error: name,
      error_description: `AADSTS${number}: words.\r\nTrace ID: 0\r\nCorrelation ID: 0\r\nTimestamp: 2026-01-01 00:00:00Z`,
      error_codes: [number],
      error_uri: `https://login.microsoftonline.com/error?code=${number}`,
    })

  test('pending, then a token', async () => {
    const answer = {
      token_type: 'Bearer',
      scope: 'read',
      expires_in: '3599',
      ext_expires_in: '3599',
      access_token: 'eyJ0.x.y',
      refresh_token: '0.AR',
    }
    const { run, polls } = play(entra, [refusal('authorization_pending', 70016), error(200, answer)])
    const credential = await run()
    expect((credential.expiresAt ?? 0) - credential.obtainedAt).toBe(3_599_000)
    expect(polls()).toHaveLength(2)
  })

  test('authorization_declined is a person who said no, on one line', async () => {
    const { run } = play(entra, [refusal('authorization_declined', 70_000)])
    const failure = await rejection(run())
    expect(failure).toMatchObject({
      code: 'access_denied',
      hint: expect.stringContaining('https://login.microsoftonline.com/error') as string,
    })
    expect(failure.message).not.toMatch(/[\r\n]/)
  })
})

test('a server that names no interval and no expiry of the token is polled every five seconds', async () => {
  const plain: Vendor = {
    issuer: 'https://as.example',
    device: 'https://as.example/device',
    token: 'https://as.example/token',
    invitation: { device_code: 'a', user_code: 'B', verification_uri: 'https://as.example/go', expires_in: 60 },
  }
  const { run, polls } = play(plain, [
    error(400, { error: 'authorization_pending' }),
    error(200, { access_token: 't', token_type: 'bearer' }),
  ])
  await run()
  const [first = 0, second = 0] = polls()
  expect(second - first).toBeGreaterThanOrEqual(5000)
})
