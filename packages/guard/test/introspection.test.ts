import { CountersignError } from '@countersign/protocol'
import { expect, test } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'
import { createGuard, type GuardOptions } from '../src/guard.ts'
import type { IntrospectionOptions } from '../src/introspection.ts'
import { bearer, createWorld, goodClaims, ISSUER, NOW_SECONDS, refusal, RESOURCE, suite } from './world.ts'

const ENDPOINT = `${ISSUER}/introspect`
const CLIENT = { issuer: ISSUER, clientId: 'notes server', clientSecret: 's:cret/1' }

interface Asked {
  readonly method: string
  readonly form: Readonly<Record<string, string>>
  readonly authorization: string | null
}

/** A world whose issuer gives out opaque tokens: their names, and what it says about them. */
async function worldWith(introspection: Partial<IntrospectionOptions> = {}, options: Partial<GuardOptions> = {}) {
  const asked: Asked[] = []
  const about = new Map<string, object>()
  const answer = { status: 200, held: Promise.resolve() }
  const world = await createWorld()
  world.issuer.answers.set(`${ISSUER}/.well-known/oauth-authorization-server`, () =>
    Response.json({ issuer: ISSUER, jwks_uri: `${ISSUER}/jwks`, introspection_endpoint: ENDPOINT }),
  )
  const fetch: GuardOptions['fetch'] = async (input, init) => {
    if (input !== ENDPOINT) return world.issuer.fetch(input, init)
    const form = Object.fromEntries(new URLSearchParams(init?.body as string))
    asked.push({ method: init?.method ?? 'GET', form, authorization: new Headers(init?.headers).get('authorization') })
    await answer.held
    if (answer.status !== 200) return new Response('{"error":"invalid_client"}', { status: answer.status })
    return Response.json(about.get(form['token'] ?? '') ?? { active: false })
  }
  const guard = createGuard({
    resource: RESOURCE,
    authorizationServers: [ISSUER],
    suite,
    clock: world.clock,
    fetch,
    introspection: { ...CLIENT, ...introspection },
    ...options,
  })
  const verify = (headers: Record<string, string>) => guard.verify({ method: 'POST', url: RESOURCE, headers })
  return { ...world, guard, verify, asked, about, answer }
}

const active = (changes: object = {}) => ({ active: true, token_type: 'Bearer', ...goodClaims(), ...changes })

test('an opaque token is asked about by POST, with the credentials of this resource, and gives the access that the answer names', async () => {
  const { verify, about, asked } = await worldWith()
  about.set('opaque-1', active())
  expect(await verify(bearer('opaque-1'))).toMatchObject({ subject: 'ada', clientId: 'cli', scope: ['notes:read', 'notes:write'] })
  // RFC 6749 section 2.3.1: "notes server" and "s:cret/1", form-encoded.
  const authorization = `Basic ${btoa('notes+server:s%3Acret%2F1')}`
  expect(asked).toEqual([{ method: 'POST', form: { token: 'opaque-1', token_type_hint: 'access_token' }, authorization }])
})

test('a JWT is verified with the keys of its issuer and shown to nobody, unless every token is to be asked about', async () => {
  const usual = await worldWith()
  await usual.verify(bearer(await usual.issuer.mint()))
  expect(usual.asked).toEqual([])
  const all = await worldWith({ tokens: 'all' })
  const token = await all.issuer.mint()
  expect((await refusal(all.verify(bearer(token)))).message).toContain('not active')
  all.about.set(await all.issuer.mint({ jti: 'other' }), active())
  const foreign = await all.issuer.mint({ iss: 'https://other.example' })
  expect((await refusal(all.verify(bearer(foreign)))).message).toContain('not from an issuer trusted here')
  expect(all.asked.map(({ form }) => form['token'])).toEqual([token])
})

test.each(
  Object.entries({
    'not active': { active: false },
    'for another resource': active({ aud: 'https://notes.example/b/mcp' }),
    'for a resource that only begins the same': active({ aud: `${RESOURCE}/` }),
    'without audience': active({ aud: undefined }),
    'without end': active({ exp: undefined }),
    expired: active({ exp: NOW_SECONDS - 30 }),
    'not yet valid': active({ nbf: NOW_SECONDS + 31 }),
    'without subject': active({ sub: undefined }),
    'without client': active({ client_id: undefined }),
    'of another issuer': active({ iss: 'https://other.example' }),
    'a refresh token': active({ token_type: 'refresh_token' }),
    'bound to a key that is not told': active({ token_type: 'DPoP' }),
    'bound in a way not understood here': active({ cnf: { 'x5t#S256': 'abc' } }),
    'bound to nothing': active({ cnf: null }),
  }),
)('%s: 401 invalid_token', async (_, answer) => {
  const { verify, about } = await worldWith()
  about.set('opaque-1', answer)
  expect(await refusal(verify(bearer('opaque-1')))).toMatchObject({ code: 'invalid_token', status: 401 })
})

verifies('rfc7662-4-cache-bound', 'an answer is used as long as was configured, and never past the end of the token', async () => {
  const { verify, about, asked, clock } = await worldWith({ keepSeconds: 60 })
  about.set('long', active({ exp: NOW_SECONDS + 900 }))
  await verify(bearer('long'))
  clock.advance(59)
  await verify(bearer('long'))
  expect(asked).toHaveLength(1)
  // Revoked a moment ago: refused as soon as the bound is over, long before the token would have ended.
  about.set('long', { active: false })
  clock.advance(1)
  expect(await refusal(verify(bearer('long')))).toMatchObject({ code: 'invalid_token' })
  about.set('short', active({ exp: NOW_SECONDS + 70 }))
  await verify(bearer('short'))
  expect(asked).toHaveLength(3)
  clock.advance(10)
  // Its end is within what clocks may disagree by; the old answer is not used all the same.
  await verify(bearer('short'))
  expect(asked).toHaveLength(4)
  clock.advance(31)
  expect(await refusal(verify(bearer('short')))).toMatchObject({ message: 'the token has expired' })
})

test('with a bound of nothing the issuer is asked each time', async () => {
  const { verify, about, asked } = await worldWith({ keepSeconds: 0 })
  about.set('opaque-1', active())
  await verify(bearer('opaque-1'))
  about.set('opaque-1', { active: false })
  await refusal(verify(bearer('opaque-1')))
  expect(asked).toHaveLength(2)
})

/** Waits until it is so, and then for whatever else is about to happen. */
async function settled(so: () => boolean): Promise<void> {
  while (!so()) await new Promise((resolve) => setImmediate(resolve))
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
}

test('a hundred questions at once are enough: who comes with yet another token is refused for now, and the issuer is not asked', async () => {
  const { verify, asked, answer } = await worldWith()
  let release = () => {}
  answer.held = new Promise<void>((resolve) => (release = resolve))
  const waiting = Array.from({ length: 100 }, (_, number) => refusal(verify(bearer(`invented-${number}`))))
  await settled(() => asked.length === 100)
  expect(await refusal(verify(bearer('one-more')))).toMatchObject({ code: 'temporarily_unavailable', status: 503 })
  release()
  for (const refused of await Promise.all(waiting)) expect(refused.status).toBe(401)
  expect(asked).toHaveLength(100)
})

test('whoever comes with one token at the same time shares one question, and invented tokens push no good one out', async () => {
  const { verify, about, asked, answer } = await worldWith()
  about.set('opaque-1', active())
  let release = () => {}
  answer.held = new Promise<void>((resolve) => (release = resolve))
  const waiting = ['opaque-1', 'opaque-1', 'opaque-1'].map((token) => verify(bearer(token)))
  await settled(() => asked.length > 0)
  release()
  await Promise.all(waiting)
  expect(asked).toHaveLength(1)
  for (let number = 0; number < 1100; number++) await refusal(verify(bearer(`invented-${number}`)))
  await verify(bearer('opaque-1'))
  expect(asked).toHaveLength(1101)
})

test.each([500, 401, 403, 404, 302])('an endpoint that answers %i is a passing fault here, not a bad token', async (status) => {
  const { verify, about, answer, clock } = await worldWith()
  about.set('opaque-1', active())
  answer.status = status
  const refused = await refusal(verify(bearer('opaque-1')))
  expect([refused.code, refused.status, refused.error.headers['retry-after'], refused.challenges]).toEqual([
    'temporarily_unavailable',
    503,
    '5',
    [],
  ])
  expect(refused.message).not.toContain('opaque-1')
  expect(JSON.stringify(refused.error.cause)).not.toContain('s:cret')
  // An answer that is kept outlives the fault for as long as it may, and no longer.
  answer.status = 200
  await verify(bearer('opaque-1'))
  answer.status = status
  await verify(bearer('opaque-1'))
  clock.advance(10)
  expect((await refusal(verify(bearer('opaque-1')))).status).toBe(503)
})

test('an issuer without such an endpoint, or with one that anybody on the way could swap, is not asked', async () => {
  for (const endpoint of [undefined, 'http://elsewhere.example/introspect']) {
    const { verify, issuer, asked } = await worldWith()
    issuer.answers.set(`${ISSUER}/.well-known/oauth-authorization-server`, () =>
      Response.json({ issuer: ISSUER, ...(endpoint === undefined ? {} : { introspection_endpoint: endpoint }) }),
    )
    expect((await refusal(verify(bearer('opaque-1')))).status).toBe(503)
    expect(asked).toEqual([])
  }
})

test('a bound opaque token needs its proof', async () => {
  const { verify, about, device } = await worldWith()
  const { thumbprint, headers } = await device()
  about.set('opaque-1', active({ token_type: 'DPoP', cnf: { jkt: thumbprint } }))
  expect((await refusal(verify(bearer('opaque-1')))).message).toContain('needs a DPoP proof')
  expect((await verify(await headers('opaque-1'))).keyThumbprint).toBe(thumbprint)
  const thief = await device()
  expect((await refusal(verify(await thief.headers('opaque-1')))).message).toContain('bound to another key')
})

test('a token that no issuer would give out is not shown to one', async () => {
  const { verify, asked } = await worldWith()
  expect((await refusal(verify(bearer('x'.repeat(16_385))))).code).toBe('invalid_token')
  expect(asked).toEqual([])
})

test.each([
  { issuer: 'https://other.example' },
  { clientId: '' },
  { clientSecret: '' },
  { keepSeconds: 301 },
  { keepSeconds: -1 },
  { keepSeconds: Number.NaN },
])('options that could only go wrong are refused at the start: %o', async (changes) => {
  await expect(worldWith(changes)).rejects.toBeInstanceOf(CountersignError)
})
