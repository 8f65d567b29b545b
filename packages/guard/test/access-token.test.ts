import { algorithmOf, encodeBase64url, publicOf } from '@countersign/proof'
import { CompactSign, importJWK } from 'jose'
import { expect, test } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'
import { bearer, createIssuer, createWorld, forge, goodClaims, ISSUER, mint, NOW_SECONDS, refusal, RESOURCE, suite } from './world.ts'

const rsa = await suite.generateKey('RS256')
const atJwt = { typ: 'at+jwt', alg: 'ES256', kid: 'key-1' }

verifies('rfc9068-4-validation', 'every way a token can be wrong is 401 invalid_token', async () => {
  const { verify, issuer } = await createWorld()
  const stranger = await suite.generateKey('ES256')
  const claims = goodClaims()
  const wrong: Record<string, string> = {
    'an ID token': await issuer.mint({}, { ...atJwt, typ: 'JWT' }),
    'no typ': await issuer.mint({}, { alg: 'ES256', kid: 'key-1' }),
    'a proof as a token': await issuer.mint({}, { ...atJwt, typ: 'dpop+jwt' }),
    'a foreign issuer': await issuer.mint({ iss: 'https://other.example' }),
    'an issuer that only looks the same': await issuer.mint({ iss: `${ISSUER}/` }),
    'no issuer': await issuer.mint({ iss: undefined }),
    'a foreign audience': await issuer.mint({ aud: 'https://notes.example/b/mcp' }),
    'no audience': await issuer.mint({ aud: undefined }),
    expired: await issuer.mint({ exp: NOW_SECONDS - 30 }),
    'without end': await issuer.mint({ exp: undefined }),
    'an end that is no number': await issuer.mint({ exp: '99999999999' }),
    'not yet valid': await issuer.mint({ nbf: NOW_SECONDS + 31 }),
    'without subject': await issuer.mint({ sub: undefined }),
    'without client': await issuer.mint({ client_id: undefined }),
    'a scope that is no text': await issuer.mint({ scope: ['notes:read'] }),
    'a scope that is malformed': await issuer.mint({ scope: 'notes:read "x"' }),
    'another key': await mint(stranger, claims, atJwt),
    'a changed payload': (await issuer.mint()).replace(
      /\.[^.]+\./,
      `.${encodeBase64url(new TextEncoder().encode(JSON.stringify({ ...claims, sub: 'eve' })))}.`,
    ),
    'a critical extension': await new CompactSign(new TextEncoder().encode(JSON.stringify(claims)))
      .setProtectedHeader({ ...atJwt, crit: ['mark'], mark: 1 })
      .sign(await importJWK(issuer.key, 'ES256'), { crit: { mark: true } }),
    'no JWT': 'opaque-token',
    'an oversized JWT': await issuer.mint({ padding: 'x'.repeat(20_000) }),
  }
  for (const [what, token] of Object.entries(wrong)) {
    expect(await refusal(verify(bearer(token))), what).toMatchObject({ code: 'invalid_token', status: 401 })
  }
  expect((await verify(bearer(await issuer.mint({}, { ...atJwt, typ: 'application/AT+JWT' })))).subject).toBe('ada')
})

test('alg none and a MAC keyed with the public key get nobody in', async () => {
  const { verify, issuer } = await createWorld()
  const publicKey = { ...publicOf(issuer.key), kid: 'key-1', alg: 'ES256', use: 'sig' }
  const secrets = [JSON.stringify(publicKey), JSON.stringify(publicOf(issuer.key)), JSON.stringify({ keys: [publicKey] })]
  for (const alg of ['none', 'None', 'nOnE', '']) {
    for (const signature of [new Uint8Array(), new Uint8Array(64), new Uint8Array(1)]) {
      const token = forge({ typ: 'at+jwt', alg, kid: 'key-1' }, goodClaims(), signature)
      // A JWT without a signature part is not even a token.
      expect((await refusal(verify(bearer(token)))).code, token.slice(-8)).toMatch(/^invalid_token$/)
    }
  }
  for (const secret of secrets) {
    const unsigned = forge({ typ: 'at+jwt', alg: 'HS256', kid: 'key-1' }, goodClaims(), new Uint8Array())
    const bytes = new TextEncoder().encode(secret)
    const signed = unsigned + (await suite.hmac(bytes)(unsigned.slice(0, -1)))
    expect(await refusal(verify(bearer(signed)))).toMatchObject({ code: 'invalid_token', status: 401 })
  }
})

test('a key is used only under its own id, with its own algorithm and for its own issuer', async () => {
  const { verify, issuer } = await createWorld()
  issuer.answers.set(`${ISSUER}/jwks`, () =>
    Response.json({
      keys: [
        { ...publicOf(issuer.key), kid: 'key-1' },
        { ...publicOf(rsa), kid: 'key-2' },
      ],
    }),
  )
  const confused = [
    await mint(rsa, goodClaims(), { typ: 'at+jwt', alg: 'RS256', kid: 'key-1' }),
    await issuer.mint({}, { ...atJwt, kid: 'key-2' }),
    await issuer.mint({}, { ...atJwt, kid: '../key-1' }),
    await issuer.mint({}, { ...atJwt, kid: ['key-1'] }),
  ]
  for (const token of confused) expect(await refusal(verify(bearer(token)))).toMatchObject({ code: 'invalid_token', status: 401 })
  expect((await verify(bearer(await issuer.mint()))).subject).toBe('ada')
  expect((await verify(bearer(await mint(rsa, goodClaims(), 'key-2')))).subject).toBe('ada')
})

test('two issuers: the keys of one are never asked to vouch for the other', async () => {
  const other = await createIssuer('https://other.example')
  const first = await createIssuer()
  const { verify } = await createWorld({
    authorizationServers: [ISSUER, 'https://other.example'],
    fetch: (url) => (url.startsWith('https://other.example') ? other : first).fetch(url),
  })
  expect(await verify(bearer(await other.mint()))).toMatchObject({ issuer: 'https://other.example', subject: 'ada' })
  expect(await verify(bearer(await first.mint()))).toMatchObject({ issuer: ISSUER, subject: 'ada' })
  const crossed = await other.mint({ iss: ISSUER })
  expect(await refusal(verify(bearer(crossed)))).toMatchObject({ code: 'invalid_token', status: 401 })
  // An issuer that is not named is not even asked.
  const third = await createIssuer('https://third.example')
  const before = first.asked.length + other.asked.length
  expect(await refusal(verify(bearer(await third.mint())))).toMatchObject({ code: 'invalid_token', status: 401 })
  expect(first.asked.length + other.asked.length + third.asked.length).toBe(before)
})

verifies('mcp-token-audience', 'only a token issued for exactly this resource is taken', async () => {
  const { verify, issuer } = await createWorld()
  const tricks: unknown[] = [
    `${RESOURCE}/`,
    'https://NOTES.example/a/mcp',
    'https://notes.example:443/a/mcp',
    'https://notes.example/a',
    `${RESOURCE}?x`,
    `https://evil.example/ ${RESOURCE}`,
    `${RESOURCE},https://evil.example`,
    'https://api.upstream.example',
    '',
    [],
    [''],
    [`${RESOURCE}/`, 'https://notes.example'],
    [[RESOURCE]],
    [{ value: RESOURCE }],
    { includes: RESOURCE, 0: RESOURCE, length: 1 },
    [RESOURCE, 7],
    null,
    true,
  ]
  for (const aud of tricks) {
    expect(await refusal(verify(bearer(await issuer.mint({ aud })))), JSON.stringify(aud)).toMatchObject({
      code: 'invalid_token',
      status: 401,
    })
  }
  // RFC 9068 section 4: contained in an array is enough.
  expect((await verify(bearer(await issuer.mint({ aud: ['https://other.example', RESOURCE] })))).resource).toBe(RESOURCE)
})

verifies('rfc9068-2.1-rs256-supported', 'tokens signed with RS256, ES256 and EdDSA are all taken', async () => {
  const { verify, issuer } = await createWorld()
  const keys = { RS256: rsa, ES256: await suite.generateKey('ES256'), EdDSA: await suite.generateKey('EdDSA') }
  issuer.answers.set(`${ISSUER}/jwks`, () =>
    Response.json({ keys: Object.entries(keys).map(([kid, key]) => ({ ...publicOf(key), kid, alg: kid, use: 'sig' })) }),
  )
  for (const [kid, key] of Object.entries(keys)) {
    expect(algorithmOf(key)).toBe(kid)
    expect((await verify(bearer(await mint(key, goodClaims(), kid)))).subject).toBe('ada')
  }
})

test('clocks may disagree by the leeway and no more', async () => {
  // The clock stands half a second past NOW_SECONDS.
  for (const [leeway, exp, lives] of [
    [30, NOW_SECONDS - 29, true],
    [30, NOW_SECONDS - 30, false],
    [0, NOW_SECONDS + 1, true],
    [0, NOW_SECONDS, false],
  ] as const) {
    const { verify, issuer } = await createWorld({ leeway })
    const access = verify(bearer(await issuer.mint({ exp })))
    if (lives) expect((await access).expiresAt).toBe(exp * 1000)
    else expect(await refusal(access)).toMatchObject({ code: 'invalid_token', status: 401 })
  }
  const { verify, issuer } = await createWorld()
  expect((await verify(bearer(await issuer.mint({ nbf: NOW_SECONDS + 30 })))).subject).toBe('ada')
})
