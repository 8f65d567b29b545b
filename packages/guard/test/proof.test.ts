import { encodeBase64url, type PrivateJwk, publicOf } from '@countersign/proof'
import { parseChallenges } from '@countersign/protocol'
import { expect, test } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'
import { bearer, createWorld, type Device, forge, METADATA, NOW_SECONDS, refusal, RESOURCE, suite, type World } from './world.ts'

/** A world with a device and a token bound to its key. */
async function bound(options?: Parameters<typeof createWorld>[0]): Promise<World & { phone: Device; token: string }> {
  const world = await createWorld(options)
  const phone = await world.device()
  const token = await world.issuer.mint({ cnf: { jkt: phone.thumbprint } })
  return { ...world, phone, token }
}

/** A proof with any header and claims, signed by the key: what the prover would never make. */
async function handmade(key: PrivateJwk, token: string, claims: object = {}, header: object = {}): Promise<string> {
  const good = {
    jti: `handmade-${encodeBase64url(suite.random(9))}`,
    htm: 'POST',
    htu: RESOURCE,
    iat: NOW_SECONDS,
    ath: await suite.sha256(token),
  }
  const sign = await suite.signer(key)
  return sign(JSON.stringify({ typ: 'dpop+jwt', alg: 'ES256', jwk: publicOf(key), ...header }), JSON.stringify({ ...good, ...claims }))
}

const dpop = (token: string, proof: string | string[] | undefined) => ({ authorization: `DPoP ${token}`, dpop: proof })
const BAD_PROOF = { code: 'invalid_dpop_proof', status: 401 }

test('a bound token with a fresh proof of its key is let in, whatever the case of the scheme', async () => {
  const { verify, phone, token } = await bound()
  expect(await verify(await phone.headers(token))).toMatchObject({ subject: 'ada', keyThumbprint: phone.thumbprint })
  const { dpop: proof } = await phone.headers(token)
  expect((await verify({ authorization: `dpop ${token}`, dpop: [proof] })).keyThumbprint).toBe(phone.thumbprint)
})

verifies('rfc9449-4.3-single-header', 'one DPoP header with one JWT, or nothing', async () => {
  const { verify, phone, token } = await bound()
  const one = await handmade(phone.key, token)
  const other = await handmade(phone.key, token)
  for (const proof of [[one, other], `${one}, ${other}`, `${one},${other}`, '', 'garbage', `${one}.x`, ' ', `${one}=`]) {
    expect(await refusal(verify(dpop(token, proof))), String(proof)).toMatchObject(BAD_PROOF)
  }
  expect(await refusal(verify(dpop(token, undefined)))).toMatchObject(BAD_PROOF)
  expect((await verify(dpop(token, one))).subject).toBe('ada')
})

verifies('rfc9449-4.3-required-claims', 'a proof without jti, htm, htu, iat or ath is refused', async () => {
  const { verify, phone, token } = await bound()
  for (const claim of ['jti', 'htm', 'htu', 'iat', 'ath']) {
    expect(await refusal(verify(dpop(token, await handmade(phone.key, token, { [claim]: undefined })))), claim).toMatchObject(BAD_PROOF)
  }
})

verifies('rfc9449-4.3-typ', 'only typ dpop+jwt makes a proof', async () => {
  const { verify, phone, token } = await bound()
  for (const typ of ['at+jwt', 'JWT', 'jwt', '', undefined, 7]) {
    expect(await refusal(verify(dpop(token, await handmade(phone.key, token, {}, { typ })))), String(typ)).toMatchObject(BAD_PROOF)
  }
})

verifies('rfc9449-4.3-alg', 'none, MACs and algorithms that do not fit the key are refused', async () => {
  const { verify, phone, token } = await bound()
  const jwk = publicOf(phone.key)
  const claims = { jti: 'forged', htm: 'POST', htu: RESOURCE, iat: NOW_SECONDS, ath: await suite.sha256(token) }
  for (const alg of ['none', 'ES384', 'RS256', 'ES256K', '']) {
    expect(await refusal(verify(dpop(token, forge({ typ: 'dpop+jwt', alg, jwk }, claims, new Uint8Array(64))))), alg).toMatchObject(
      BAD_PROOF,
    )
  }
  const unsigned = forge({ typ: 'dpop+jwt', alg: 'HS256', jwk }, claims, new Uint8Array())
  const mac = await suite.hmac(new TextEncoder().encode(JSON.stringify(jwk)))(unsigned.slice(0, -1))
  expect(await refusal(verify(dpop(token, unsigned + mac)))).toMatchObject(BAD_PROOF)
})

verifies('rfc9449-4.3-signature-public-jwk', 'the embedded key must verify the proof and must be public', async () => {
  const { verify, phone, token, device } = await bound()
  const [head = '', , signature = ''] = (await handmade(phone.key, token)).split('.')
  const changed = encodeBase64url(
    new TextEncoder().encode(JSON.stringify({ jti: 'x', htm: 'POST', htu: RESOURCE, iat: NOW_SECONDS, ath: await suite.sha256(token) })),
  )
  expect(await refusal(verify(dpop(token, `${head}.${changed}.${signature}`)))).toMatchObject(BAD_PROOF)
  const other = await device()
  expect(await refusal(verify(dpop(token, await handmade(other.key, token, {}, { jwk: publicOf(phone.key) }))))).toMatchObject(BAD_PROOF)
  for (const jwk of [phone.key, { ...publicOf(phone.key), d: '' }, { kty: 'oct', k: 'AAAA' }, {}, null, 'key']) {
    expect(await refusal(verify(dpop(token, await handmade(phone.key, token, {}, { jwk }))))).toMatchObject(BAD_PROOF)
  }
})

verifies('rfc9449-4.3-htm-htu', 'a proof is for one method and one address, and an address may be spelt in more than one way', async () => {
  const { guard, phone, token } = await bound({ resource: 'https://notes.example/a~b/mcp' }).then(async (world) => ({
    ...world,
    token: await world.issuer.mint({ aud: 'https://notes.example/a~b/mcp', cnf: { jkt: world.phone.thumbprint } }),
  }))
  const url = 'https://notes.example/a~b/mcp?cursor=2'
  const send = async (claims: object, method = 'POST') =>
    guard.verify({ method, url, headers: dpop(token, await handmade(phone.key, token, claims)) })
  const wrong = [
    { htm: 'GET' },
    { htm: 'post' },
    { htu: 'https://notes.example/a~b' },
    { htu: 'https://notes.example/a~b/mcp/' },
    { htu: 'https://notes.example/A~b/mcp' },
    { htu: 'https://other.example/a~b/mcp' },
    { htu: 'http://notes.example/a~b/mcp' },
    { htu: 'https://notes.example:8443/a~b/mcp' },
    { htu: '/a~b/mcp' },
    { htu: ['https://notes.example/a~b/mcp'] },
  ]
  for (const claims of wrong) expect(await refusal(send(claims)), JSON.stringify(claims)).toMatchObject(BAD_PROOF)
  expect(await refusal(send({ htu: url }, 'GET'))).toMatchObject(BAD_PROOF)
  const right = [
    'https://notes.example/a~b/mcp',
    'https://NOTES.example/a~b/mcp',
    'https://notes.example:443/a~b/mcp',
    'https://notes.example/a%7Eb/mcp',
    'https://notes.example/a%7eb/mcp',
    url,
  ]
  for (const htu of right) expect((await send({ htu })).subject, htu).toBe('ada')
})

verifies('rfc9449-4.3-iat-window', 'a proof is taken for five minutes, and from a clock that is a minute fast at most', async () => {
  const { verify, phone, token } = await bound()
  const at = async (offset: number) => verify(dpop(token, await handmade(phone.key, token, { iat: NOW_SECONDS + offset })))
  // The clock stands at NOW_SECONDS and a half.
  for (const offset of [-299, 0, 60]) expect((await at(offset)).subject, String(offset)).toBe('ada')
  for (const offset of [-301, -300, 61, 3600, Number.NaN]) expect(await refusal(at(offset)), String(offset)).toMatchObject(BAD_PROOF)
})

verifies(
  ['rfc9449-4.3-ath-and-key-match', 'sep1932-mcp-dpop-server'],
  'the proof must name this token and be signed by the key it is bound to',
  async () => {
    const { verify, phone, token, issuer, device } = await bound()
    const second = await issuer.mint({ jti: 'token-2', cnf: { jkt: phone.thumbprint } })
    expect(await refusal(verify(dpop(second, await handmade(phone.key, token))))).toMatchObject(BAD_PROOF)
    const thief = await device()
    expect(await refusal(verify(await thief.headers(token)))).toMatchObject({ code: 'invalid_token', status: 401 })
    // A proof of the right key does not make a token for another resource a token for this one.
    const foreign = await issuer.mint({ aud: 'https://other.example', cnf: { jkt: phone.thumbprint } })
    expect(await refusal(verify(await phone.headers(foreign)))).toMatchObject({ code: 'invalid_token', status: 401 })
  },
)

verifies('rfc9449-7.2-no-bearer-downgrade', 'a bound token is worth nothing as Bearer, even with its proof beside it', async () => {
  const { verify, phone, token, issuer } = await bound()
  const { dpop: proof } = await phone.headers(token)
  for (const headers of [bearer(token), { ...bearer(token), dpop: proof }]) {
    const { code, status, challenges } = await refusal(verify(headers))
    expect({ code, status }).toEqual({ code: 'invalid_token', status: 401 })
    expect(challenges[0]).toMatch(/^Bearer error="invalid_token"/)
  }
  // Bound in ways that are not checked here is bound all the same.
  for (const cnf of [{ 'x5t#S256': 'abc' }, { jkt: phone.thumbprint, 'x5t#S256': 'abc' }, {}, { jkt: 7 }, 'jkt', null]) {
    expect(await refusal(verify(bearer(await issuer.mint({ cnf })))), JSON.stringify(cnf)).toMatchObject({
      code: 'invalid_token',
      status: 401,
    })
  }
})

test('a token bound in a second way is refused, since only one of the two is checked here', async () => {
  const { verify, phone, issuer } = await bound()
  const twice = await issuer.mint({ cnf: { jkt: phone.thumbprint, 'x5t#S256': 'abc' } })
  expect(await refusal(verify(await phone.headers(twice)))).toMatchObject({ code: 'invalid_token', status: 401 })
})

test('a token that is not bound cannot borrow the DPoP scheme', async () => {
  const { verify, phone, issuer } = await bound()
  expect(await refusal(verify(await phone.headers(await issuer.mint())))).toMatchObject({ code: 'invalid_token', status: 401 })
})

verifies('rfc9449-11.1-jti-replay', 'a proof works once, until it is too old to work at all', async () => {
  const { verify, phone, token, clock } = await bound()
  const headers = await phone.headers(token)
  expect((await verify(headers)).subject).toBe('ada')
  for (const wait of [0, 1, 150, 148, 0.4]) {
    clock.advance(wait)
    expect((await refusal(verify(headers))).message).toBe('the proof was used before')
  }
  clock.advance(1)
  expect(await refusal(verify(headers))).toMatchObject({ ...BAD_PROOF, message: 'iat is not close to the present' })
  expect(
    await refusal(verify(dpop(token, await handmade(phone.key, token, { jti: 'x'.repeat(10_000), iat: NOW_SECONDS + 300 })))),
  ).toMatchObject(BAD_PROOF)
})

verifies('rfc9449-11.1-jti-replay', 'servers that share the memory of proofs refuse what another has seen', async () => {
  const seen = new Set<string>()
  const asked: string[] = []
  const once = async (key: string) => {
    asked.push(key)
    return !seen.has(key) && seen.add(key) !== undefined
  }
  const one = await bound({ once })
  const other = await createWorld({ once, fetch: one.issuer.fetch })
  const headers = await one.phone.headers(one.token)
  expect((await one.verify(headers)).subject).toBe('ada')
  expect((await refusal(other.verify(headers))).message).toBe('the proof was used before')
  // A proof that proves nothing is not worth remembering: it would let strangers fill the memory.
  const before = asked.length
  await refusal(one.verify(dpop(one.token, await handmade(one.phone.key, 'another token'))))
  expect(asked.length).toBe(before)
  // Whatever a client calls its proofs, the key is short and holds no part of it.
  expect(asked.every((key) => /^guard-proof:[\w-]{43}$/.test(key))).toBe(true)
})

test('when the memory of proofs is away or full nobody gets in', async () => {
  const { verify, phone, token } = await bound({ once: async () => Promise.reject(new Error('connection refused')) })
  const away = await refusal(verify(await phone.headers(token)))
  expect(away).toMatchObject({ code: 'temporarily_unavailable', status: 503, challenges: [] })
  expect(away.message).not.toContain('connection')
})

test('where bound tokens are required a bearer token is refused, and only DPoP is asked for', async () => {
  const { verify, issuer, phone, token } = await bound({ dpop: 'require' })
  const { status, challenges } = await refusal(verify(bearer(await issuer.mint())))
  expect(status).toBe(401)
  expect(challenges.flatMap(parseChallenges)).toEqual([
    {
      scheme: 'DPoP',
      parameters: {
        error: 'invalid_token',
        error_description: 'this resource takes tokens with a DPoP proof only',
        algs: 'ES256 EdDSA RS256',
        resource_metadata: METADATA,
      },
    },
  ])
  expect((await verify(await phone.headers(token))).subject).toBe('ada')
})
