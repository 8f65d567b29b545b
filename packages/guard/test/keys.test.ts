import { publicOf } from '@countersign/proof'
import { expect, test } from 'vitest'
import { bearer, createIssuer, createWorld, goodClaims, ISSUER, mint, refusal, suite, type World } from './world.ts'

const WELL_KNOWN = `${ISSUER}/.well-known/oauth-authorization-server`
const AWAY = { code: 'temporarily_unavailable', status: 503, challenges: [] }

/** A request of another person each time, so that nothing about it can be remembered but the keys. */
const ask = async ({ verify, issuer }: World) => verify(bearer(await issuer.mint({ jti: `token-${issuer.asked.length}` })))

test('keys are fetched once, for however many requests, and again when they are ten minutes old', async () => {
  const world = await createWorld()
  const tokens = await Promise.all(Array.from({ length: 20 }, (_, index) => world.issuer.mint({ jti: `token-${index}` })))
  await Promise.all(tokens.map((token) => world.verify(bearer(token))))
  expect(world.issuer.asked).toEqual([WELL_KNOWN, `${ISSUER}/jwks`])
  world.clock.advance(599)
  await ask(world)
  expect(world.issuer.asked).toHaveLength(2)
  world.clock.advance(1)
  await Promise.all(tokens.map((token) => world.verify(bearer(token))))
  expect(world.issuer.asked).toHaveLength(4)
})

test('a new key is found by its id; invented ids make the issuer be asked no more than once in a while', async () => {
  const world = await createWorld()
  await ask(world)
  const next = await suite.generateKey('EdDSA')
  const token = await mint(next, { ...goodClaims(), exp: goodClaims().exp + 3600 }, 'key-2')
  world.clock.advance(10)
  world.issuer.answers.set(`${ISSUER}/jwks`, () => Response.json({ keys: [{ ...publicOf(next), kid: 'key-2' }] }))
  expect((await world.verify(bearer(token))).subject).toBe('ada')
  expect(world.issuer.asked).toHaveLength(4)
  const invented = Array.from({ length: 30 }, async (_, index) =>
    refusal(world.verify(bearer(await mint(next, goodClaims(), `invented-${index}`)))),
  )
  for (const answer of await Promise.all(invented)) expect(answer).toMatchObject({ code: 'invalid_token', status: 401 })
  expect(world.issuer.asked).toHaveLength(4)
  world.clock.advance(10)
  await refusal(world.verify(bearer(await mint(next, goodClaims(), 'invented'))))
  expect(world.issuer.asked).toHaveLength(6)
  // A key that is gone from the set is gone.
  expect(await refusal(ask(world))).toMatchObject({ code: 'invalid_token', status: 401 })
})

test('keys that are changed while they are fetched: tokens of the new key pass at once, and those of the old one until it is gone', async () => {
  const world = await createWorld()
  const next = await suite.generateKey('ES256')
  const newer = await mint(next, { ...goodClaims(), jti: 'token-new' }, 'key-2')
  const both = [
    { ...publicOf(world.issuer.key), kid: 'key-1' },
    { ...publicOf(next), kid: 'key-2' },
  ]
  const old = world.issuer.answers.get(`${ISSUER}/jwks`) as () => Response
  let release = () => {}
  const held = new Promise<void>((resolve) => (release = resolve))
  world.issuer.answers.set(`${ISSUER}/jwks`, () => held.then(old))
  const first = ask(world)
  while (world.issuer.asked.length < 2) await new Promise((resolve) => setImmediate(resolve))
  // The issuer changes its keys while its former answer is on the way.
  world.issuer.answers.set(`${ISSUER}/jwks`, () => Response.json({ keys: both }))
  const second = world.verify(bearer(newer))
  release()
  expect(await Promise.all([first, second])).toHaveLength(2)
  expect(world.issuer.asked).toHaveLength(4)
})

test('an issuer that is away means 503, never access; it is asked again after a pause', async () => {
  const failures: Record<string, () => Response | Promise<Response>> = {
    'connection refused': () => Promise.reject(new TypeError('fetch failed')),
    'an error': () => new Response('down', { status: 500 }),
    'no key set': () => new Response('<html>', { status: 200 }),
    'a key set that is none': () => Response.json({ keys: 'none' }),
    'a key set without end': () => Response.json({ keys: [], padding: 'x'.repeat(300_000) }),
    'far too many keys': () => Response.json({ keys: Array.from({ length: 101 }, () => ({})) }),
    'not found': () => Response.json({ keys: [] }, { status: 404 }),
  }
  for (const [what, failure] of Object.entries(failures)) {
    const world = await createWorld()
    const good = world.issuer.answers.get(`${ISSUER}/jwks`)
    world.issuer.answers.set(`${ISSUER}/jwks`, failure)
    const first = await refusal(ask(world))
    expect(first, what).toMatchObject(AWAY)
    expect(first.error.headers['retry-after']).toBe('5')
    expect(first.message).not.toContain('fetch')
    const asked = world.issuer.asked.length
    world.clock.advance(4)
    expect(await refusal(ask(world)), what).toMatchObject(AWAY)
    expect(world.issuer.asked.length).toBe(asked)
    if (good !== undefined) world.issuer.answers.set(`${ISSUER}/jwks`, good)
    world.clock.advance(1)
    expect((await ask(world)).subject, what).toBe('ada')
  }
})

test('keys at hand outlive a short absence of the issuer, and not a long one', async () => {
  const world = await createWorld()
  await ask(world)
  world.issuer.answers.set(WELL_KNOWN, () => new Response(null, { status: 502 }))
  world.clock.advance(601)
  const asked = world.issuer.asked.length
  expect((await ask(world)).subject).toBe('ada')
  // Broken is not the same as not there: no other place is tried.
  expect(world.issuer.asked.slice(asked)).toEqual([WELL_KNOWN])
  // A key that is not at hand may be new: that cannot be told now.
  expect(await refusal(world.verify(bearer(await mint(world.issuer.key, goodClaims(), 'key-9'))))).toMatchObject(AWAY)
  world.clock.advance(3600 - 601)
  const late = await world.issuer.mint({ exp: goodClaims().exp + 7200 })
  expect(await refusal(world.verify(bearer(late)))).toMatchObject(AWAY)
})

test('metadata of another issuer, or keys at an address nobody can trust, are not used', async () => {
  const documents: Record<string, object> = {
    'another issuer': { issuer: 'https://evil.example', jwks_uri: `${ISSUER}/jwks` },
    'the issuer with a slash': { issuer: `${ISSUER}/`, jwks_uri: `${ISSUER}/jwks` },
    'no issuer': { jwks_uri: `${ISSUER}/jwks` },
    'keys on another host over http': { issuer: ISSUER, jwks_uri: 'http://keys.example/jwks' },
    'keys on the same host over http': { issuer: ISSUER, jwks_uri: 'http://issuer.example/jwks' },
    'keys on this machine': { issuer: ISSUER, jwks_uri: 'https://127.0.0.1/jwks' },
    'keys in a file': { issuer: ISSUER, jwks_uri: 'file:///etc/jwks' },
    'keys in the document': { issuer: ISSUER, jwks_uri: 'data:application/json,{"keys":[]}' },
    'no address': { issuer: ISSUER },
  }
  for (const [what, document] of Object.entries(documents)) {
    const world = await createWorld()
    world.issuer.answers.set(WELL_KNOWN, () => Response.json(document))
    expect(await refusal(ask(world)), what).toMatchObject(AWAY)
    expect(world.issuer.asked, what).toEqual([WELL_KNOWN])
  }
})

test('an issuer on loopback keeps its keys on its own origin', async () => {
  const issuer = 'http://127.0.0.1:9000'
  const local = await createIssuer(issuer)
  const { verify } = await createWorld({ authorizationServers: [issuer], fetch: local.fetch })
  expect((await verify(bearer(await local.mint()))).issuer).toBe(issuer)
  const moved = await createIssuer(issuer)
  moved.answers.set(`${issuer}/.well-known/oauth-authorization-server`, () =>
    Response.json({ issuer, jwks_uri: 'http://127.0.0.1:9001/jwks' }),
  )
  const other = await createWorld({ authorizationServers: [issuer], fetch: moved.fetch })
  expect(await refusal(other.verify(bearer(await moved.mint())))).toMatchObject(AWAY)
})

test('keys over https may be elsewhere, and OpenID Connect issuers are found where they publish', async () => {
  const issuer = 'https://login.example/tenant'
  const world = await createIssuer(issuer)
  const keys = world.answers.get(`${issuer}/jwks`)
  world.answers.clear()
  world.answers.set('https://login.example/.well-known/oauth-authorization-server/tenant', () => new Response('<html>nothing here</html>'))
  world.answers.set(`${issuer}/.well-known/openid-configuration`, () => Response.json({ issuer, jwks_uri: 'https://keys.example/tenant' }))
  world.answers.set('https://keys.example/tenant', () => keys?.() ?? new Response())
  const { verify } = await createWorld({ authorizationServers: [issuer], fetch: world.fetch })
  expect((await verify(bearer(await world.mint()))).issuer).toBe(issuer)
  expect(world.asked).toEqual([
    'https://login.example/.well-known/oauth-authorization-server/tenant',
    'https://login.example/.well-known/openid-configuration/tenant',
    `${issuer}/.well-known/openid-configuration`,
    'https://keys.example/tenant',
  ])
})

test('requests to the issuer follow no redirect and do not wait for ever', async () => {
  const { fetch, mint: mintToken } = await createIssuer()
  const inits: (RequestInit | undefined)[] = []
  const ended = AbortSignal.abort()
  const waits: number[] = []
  const deadline = (milliseconds: number) => {
    waits.push(milliseconds)
    return ended
  }
  const world = await createWorld({
    deadline,
    fetch: async (url, init) => {
      inits.push(init)
      init?.signal?.throwIfAborted()
      return fetch(url, init)
    },
  })
  expect(await refusal(world.verify(bearer(await mintToken())))).toMatchObject(AWAY)
  expect(waits).toEqual([5000])
  expect(inits).toEqual([expect.objectContaining({ redirect: 'error', signal: ended })])
})

test('keys that are for something else, unreadable, off their curve or published with their private part verify nothing', async () => {
  const world = await createWorld()
  const key = publicOf(world.issuer.key)
  const useless: object[] = [
    { ...key, use: 'enc' },
    { ...key, alg: 'ES384' },
    { ...key, alg: 'HS256' },
    { ...key, key_ops: ['sign'] },
    { ...key, crv: 'P-384' },
    { ...key, kid: 7 },
    { ...key, y: key.kty === 'EC' ? key.x : '' },
    world.issuer.key,
    { kty: 'oct', k: 'c2VjcmV0' },
  ].map((jwk) => ({ kid: 'key-1', ...jwk }))
  for (const jwk of useless) {
    const fresh = await createWorld({ fetch: world.issuer.fetch })
    world.issuer.answers.set(`${ISSUER}/jwks`, () => Response.json({ keys: [jwk, null, 'key'] }))
    expect(await refusal(fresh.verify(bearer(await world.issuer.mint()))), JSON.stringify(jwk)).toMatchObject({
      code: 'invalid_token',
      status: 401,
    })
  }
})

test('a token without a key id is tried against the few keys that fit', async () => {
  const world = await createWorld()
  const others = await Promise.all(Array.from({ length: 4 }, async () => suite.generateKey('ES256')))
  const header = { typ: 'at+jwt', alg: 'ES256' }
  const publish = (keys: object[]) => world.issuer.answers.set(`${ISSUER}/jwks`, () => Response.json({ keys }))
  const [first, second] = others.map((key, index) => ({ ...publicOf(key), kid: `other-${index}` }))
  publish([first ?? {}, second ?? {}, { ...publicOf(world.issuer.key), kid: 'key-1' }])
  expect((await world.verify(bearer(await world.issuer.mint({}, header)))).subject).toBe('ada')
  const stranger = await suite.generateKey('ES256')
  expect(await refusal(world.verify(bearer(await mint(stranger, goodClaims(), header))))).toMatchObject({
    code: 'invalid_token',
    status: 401,
  })
  // Keys of another kind do not count.
  const edwards = await Promise.all(Array.from({ length: 4 }, async () => publicOf(await suite.generateKey('EdDSA'))))
  publish([...edwards, publicOf(world.issuer.key)])
  world.clock.advance(600)
  expect((await world.verify(bearer(await world.issuer.mint({ jti: 'another' }, header)))).subject).toBe('ada')
  // A long list would let strangers buy many verifications with one request.
  publish([...others.map((key) => publicOf(key)), publicOf(world.issuer.key)])
  world.clock.advance(600)
  expect(await refusal(world.verify(bearer(await world.issuer.mint({ exp: goodClaims().exp + 3600 }, header))))).toMatchObject({
    code: 'invalid_token',
    status: 401,
  })
})
