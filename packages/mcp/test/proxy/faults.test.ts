/** What the network, the authorization server and the resource do to a proxy, and what comes of it for the host. */
import { describe, expect, test } from 'vitest'
import { FAULTS, openPlace, signedInCall } from '../support/faulty-place.ts'

const { reset, unavailable, gateway, html, truncated, json, lostAnswer } = FAULTS
const PASSING = Object.entries({ reset, unavailable, gateway, html, truncated })

describe('the authorization server, while somebody signs in', () => {
  test.each(PASSING)('polls that meet %s change nothing: the same code goes on', async (_name, fault) => {
    const place = await openPlace()
    const host = await place.open()
    place.line(place.paths.token, fault, fault)
    expect(await signedInCall(host, place, 'look')).toBe('look ran')
    expect(place.codesShown()).toHaveLength(1)
    expect(place.requests(place.paths.token).length).toBeGreaterThan(2)
    place.expectClean()
  })

  test.each(['published', 'metadata', 'device'] as const)(
    '%s that cannot be had is said in the result, and the next call tries again',
    async (which) => {
      for (const [, fault] of PASSING) {
        const place = await openPlace()
        const host = await place.open()
        place.line(place.paths[which], fault, fault, fault, fault)
        const told = await host.call('look')
        expect(told).toContain('has not run')
        place.clear(place.paths[which])
        expect(await signedInCall(host, place, 'look')).toBe('look ran')
        expect(place.codesShown()).toHaveLength(1)
        await host.close()
        place.expectClean()
      }
    },
  )

  test('slow_down is five seconds more, for good', async () => {
    const place = await openPlace()
    const host = await place.open()
    place.line(place.paths.token, json({ error: 'slow_down' }, 400))
    await host.call('look')
    await expect.poll(() => place.requests(place.paths.token).length, { timeout: 20_000 }).toBeGreaterThan(3)
    const [, ...times] = place.requests(place.paths.token).map(({ at }) => at)
    for (const [at, time] of times.slice(1).entries()) expect(time - Number(times[at])).toBeGreaterThanOrEqual(9500)
    expect(place.codesShown()).toHaveLength(1)
  })

  test.each(['expired_token', 'access_denied'])('%s ends the code: the next call says so or asks anew', async (error) => {
    const place = await openPlace()
    const host = await place.open()
    place.line(place.paths.token, json({ error }, 400))
    await host.call('look')
    await expect.poll(() => place.requests(place.paths.token).length, { timeout: 20_000 }).toBeGreaterThan(0)
    expect(await signedInCall(host, place, 'look')).toMatch(/look ran|denied|refused|declined/)
    expect(await signedInCall(host, place, 'look')).toBe('look ran')
    expect(place.codesShown()).toHaveLength(2)
  })

  test.each([
    ['no interval', { interval: undefined }],
    ['an address with the code in it', { verification_uri_complete: 'https://evil.example/?user_code=BCD' }],
  ])('an answer with %s', async (_what, change) => {
    const place = await openPlace()
    const host = await place.open()
    const full = {
      device_code: 'device-0',
      user_code: 'BCD-FGH-JKL',
      verification_uri: `${place.issuer}/device`,
      expires_in: 600,
      interval: 5,
    }
    place.line(place.paths.device, json({ ...full, ...change }))
    const told = await host.call('look')
    expect(told).toContain(`${place.issuer}/device`)
    expect(told).toContain('BCD-FGH-JKL')
    expect(told).not.toContain('evil')
  })

  test('metadata without an authorization endpoint are enough for the device grant', async () => {
    const place = await openPlace({ metadata: { authorization_endpoint: undefined, response_types_supported: undefined } })
    expect(await signedInCall(await place.open(), place, 'look')).toBe('look ran')
  })

  test('metadata of another issuer are not used, and nobody is asked for anything', async () => {
    const place = await openPlace({ metadata: { issuer: 'https://other.example' } })
    const host = await place.open()
    expect(await host.call('look')).toContain('issuer')
    expect([place.codesShown(), place.requests(place.paths.device)]).toEqual([[], []])
  })
})

describe('the authorization server, when a token has ended', () => {
  /** A host that is signed in with a token that the server does not take any more. */
  async function withDeadToken() {
    const place = await openPlace()
    const host = await place.open()
    expect(await signedInCall(host, place, 'look')).toBe('look ran')
    // A token that has just been given out is not renewed again because one server refuses it.
    await new Promise((resolve) => setTimeout(resolve, 300))
    place.revoke()
    return { place, host }
  }
  const shown = (place: Awaited<ReturnType<typeof openPlace>>) => place.codesShown().length

  test('the call that found out is made again with a renewed one, and nobody is asked', async () => {
    const { place, host } = await withDeadToken()
    expect(await host.call('change')).toBe('change ran')
    expect([shown(place), place.ran]).toEqual([1, ['look', 'change']])
    place.expectClean()
  })

  test.each(Object.entries({ reset, unavailable, gateway }))(
    '%s while it is renewed: the call says so, nobody is asked, and a later call runs',
    async (_name, fault) => {
      const { place, host } = await withDeadToken()
      place.line(place.paths.token, fault)
      const told = await host.call('change')
      if (told !== 'change ran') {
        expect(told).not.toContain('/as/device')
        expect(await host.call('change')).toBe('change ran')
      }
      expect([shown(place), place.ran]).toEqual([1, ['look', 'change']])
      place.expectClean()
    },
  )

  test.each([
    ['invalid_grant', json({ error: 'invalid_grant' }, 400)],
    [
      'an error of another shape',
      json({ code: 400, error_code: 'refresh_token_not_found', msg: 'Invalid Refresh Token: Refresh Token Not Found' }, 400),
    ],
  ])('%s for the refresh token: the person is asked, and the call runs', async (_name, fault) => {
    const { place, host } = await withDeadToken()
    place.endFamily()
    place.line(place.paths.token, fault)
    expect(await signedInCall(host, place, 'change')).toBe('change ran')
    expect([shown(place), place.ran]).toEqual([2, ['look', 'change']])
    place.expectClean()
  })

  test('a rotation whose answer was lost: the family ends at the server, and the person is asked once', async () => {
    const { place, host } = await withDeadToken()
    place.line(place.paths.token, lostAnswer)
    expect(await signedInCall(host, place, 'change')).not.toContain('ran')
    expect(await signedInCall(host, place, 'change')).toBe('change ran')
    expect([shown(place), place.ran]).toEqual([2, ['look', 'change']])
    place.expectClean()
  })
})

describe('the resource', () => {
  async function signedIn(options = {}) {
    const place = await openPlace()
    const host = await place.open(options)
    expect(await signedInCall(host, place, 'look')).toBe('look ran')
    place.ran.length = 0
    return { place, host }
  }

  test.each(Object.entries({ reset, gateway, html, truncated, lostAnswer }))(
    '%s in a call that changes something: it is not made twice',
    async (_name, fault) => {
      const { place, host } = await signedIn()
      place.line(place.paths.resource, fault)
      expect(await host.call('change')).not.toContain('ran')
      expect(place.ran.length).toBeLessThanOrEqual(1)
      expect(await host.call('change')).toBe('change ran')
      place.expectClean()
    },
  )

  test('503 was not acted on: the call is made again', async () => {
    const { place, host } = await signedIn()
    place.line(place.paths.resource, unavailable)
    expect(await host.call('change')).toBe('change ran')
    expect(place.ran).toEqual(['change'])
  })

  test.each(Object.entries({ reset, gateway, unavailable, truncated }))(
    '%s in a list, which changes nothing: it is asked for again',
    async (_name, fault) => {
      const { place, host } = await signedIn()
      place.line(place.paths.resource, fault)
      expect(await host.tools()).toEqual(['look', 'change', 'admin'])
    },
  )

  test('no answer in the time that --headers-timeout gives: the host gets an error, and the connection is given up', async () => {
    const { place, host } = await signedIn({ limits: { headersTimeout: 5000 } })
    place.line(place.paths.resource, FAULTS.stall)
    expect(await host.call('change')).toContain('did not answer within 5 s')
    expect(await host.call('change')).toBe('change ran')
  })

  const event = (id: string, value: object) => `id: ${id}\nretry: 500\ndata: ${JSON.stringify(value)}\n\n`
  const progress = { jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data: 'begun' } }

  test('a stream that broke and told ids is taken up where it broke, with the token', async () => {
    const { place, host } = await signedIn()
    let asked = 0
    place.line(
      place.paths.resource,
      (_request, response, body) => {
        asked = (JSON.parse(body) as { id: number }).id
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        response.write(event('e1', progress), () => response.destroy())
      },
      (request, response) => {
        expect([request.method, request.headers['last-event-id'], request.headers.authorization]).toEqual(['GET', 'e1', 'Bearer access-1'])
        const result = { content: [{ type: 'text', text: 'taken up' }] }
        response.writeHead(200, { 'content-type': 'text/event-stream' }).end(event('e2', { jsonrpc: '2.0', id: asked, result }))
      },
    )
    expect(await host.call('change')).toBe('taken up')
    expect(host.changes).toContain('notifications/message')
    expect(place.ran).toEqual([])
  })

  test('a stream that broke and told none is an error, and the call is not made again', async () => {
    const { place, host } = await signedIn()
    place.line(place.paths.resource, (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(`data: ${JSON.stringify(progress)}\n\n`, () => response.destroy())
    })
    expect(await host.call('change')).toContain('broke')
    expect(place.ran).toEqual([])
  })

  test('a session that the server forgot is begun again, and the call made in the new one', async () => {
    const place = await openPlace()
    place.keepSessions()
    const host = await place.open()
    expect(await signedInCall(host, place, 'look')).toBe('look ran')
    place.forgetSession()
    expect(await host.call('change')).toBe('change ran')
    expect(place.ran).toEqual(['look', 'change'])
  })

  test('403 insufficient_scope once: one code for the union, and the call runs', async () => {
    const { place, host } = await signedIn()
    expect(await signedInCall(host, place, 'admin')).toBe('admin ran')
    expect(place.scopesAsked()).toEqual(['read', 'read write'])
    place.expectClean()
  })

  test('403 for good: it ends in words, and does not ask for ever', async () => {
    const { place, host } = await signedIn()
    const refuse = json({}, 403, { 'www-authenticate': 'Bearer error="insufficient_scope", scope="read write"' })
    place.line(place.paths.resource, ...Array.from({ length: 60 }, () => refuse))
    let told = ''
    for (let calls = 0; calls < 12 && !told.includes('refuses this'); calls++) told = await signedInCall(host, place, 'admin')
    expect(told).toContain('refuses this with the scopes that were granted')
    expect(place.codesShown().length).toBeLessThanOrEqual(4)
    expect(place.ran).toEqual([])
  })

  test('a plain 403 is a no, and no reason to sign in', async () => {
    const { place, host } = await signedIn()
    place.line(place.paths.resource, json({ message: 'no' }, 403))
    expect(await host.call('change')).toContain('403')
    expect(place.codesShown()).toHaveLength(1)
  })

  test('401 without a word about metadata: what the resource publishes is found all the same', async () => {
    const place = await openPlace()
    const bare = json({}, 401, { 'www-authenticate': 'Bearer' })
    place.line(place.paths.resource, bare, bare, bare)
    const host = await place.open()
    expect(await signedInCall(host, place, 'look')).toBe('look ran')
  })
})
