import { createSecretKey } from 'node:crypto'
import {
  type AccessTokenClaims,
  type AccessTokenExpectation,
  algorithmOf,
  createAccessTokenSigner,
  decodeJwt,
  type PrivateJwk,
  publicOf,
  type SignatureAlgorithm,
  thumbprint,
  verifyAccessToken,
} from '@countersign/proof'
import { webSuite } from '@countersign/proof/web'
import { OAuthError } from '@countersign/protocol'
import { importJWK, type JWTHeaderParameters, type JWTPayload, jwtVerify, SignJWT } from 'jose'
import { expect, test } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'

const suite = webSuite()
const NOW = 1_700_000_000_000
const ISSUER = 'https://authority.example/t1'
const RESOURCE = 'https://mcp.example/mcp'

const claims: AccessTokenClaims = {
  iss: ISSUER,
  sub: 'subject-1',
  aud: RESOURCE,
  client_id: 'cli',
  iat: NOW / 1000,
  exp: NOW / 1000 + 900,
  jti: 'token-1',
  scope: 'read write',
}

async function issuer(alg: SignatureAlgorithm = 'ES256') {
  const key = await suite.generateKey(alg)
  const verify = await suite.verifier(publicOf(key))
  const expected: AccessTokenExpectation = {
    issuer: ISSUER,
    audience: RESOURCE,
    now: NOW,
    leeway: 5,
    keyFor: async (keyId, asked) => (keyId === 'k1' && asked === alg ? verify : undefined),
  }
  return { key, expected, sign: await createAccessTokenSigner(suite, key, 'k1') }
}

/** Signed by the issuer's key with jose, with any header and any claims; a member that is undefined is left out. */
async function forged(key: PrivateJwk, header: Readonly<Record<string, unknown>>, changes: Record<string, unknown> = {}) {
  const alg = algorithmOf(key)
  const signing = new SignJWT({ ...claims, ...changes } as JWTPayload)
  return signing
    .setProtectedHeader({ typ: 'at+jwt', alg, kid: 'k1', ...header } as JWTHeaderParameters)
    .sign(await importJWK({ ...key }, alg))
}

async function refused(token: string, expected: AccessTokenExpectation, what?: string) {
  const verdict = verifyAccessToken(token, expected)
  await expect(verdict, what).rejects.toThrow(OAuthError)
  await expect(verdict, what).rejects.toMatchObject({ code: 'invalid_token', status: 401 })
}

verifies(
  ['rfc9068-2.1-typ-at-jwt', 'rfc9068-2.2-required-claims'],
  'a signed token has typ at+jwt, an asymmetric alg, the key id and the claims as given',
  async () => {
    for (const alg of ['ES256', 'EdDSA', 'RS256'] as const) {
      const { sign } = await issuer(alg)
      const jwt = decodeJwt(await sign(claims))
      expect(jwt?.header).toEqual({ typ: 'at+jwt', alg, kid: 'k1' })
      expect(jwt?.claims).toEqual(claims)
    }
  },
)

verifies('rfc9068-2.1-rs256-supported', 'RS256 tokens are signed and verified like ES256 and EdDSA ones, by us and by jose', async () => {
  for (const alg of ['RS256', 'ES256', 'EdDSA'] as const) {
    const { key, sign, expected } = await issuer(alg)
    const token = await sign(claims)
    expect(await verifyAccessToken(token, expected)).toEqual(claims)
    const options = { issuer: ISSUER, audience: RESOURCE, typ: 'at+jwt', currentDate: new Date(NOW), algorithms: [alg] }
    expect((await jwtVerify(token, await importJWK({ ...publicOf(key) }, alg), options)).payload).toEqual(claims)
    expect(await verifyAccessToken(await forged(key, {}), expected)).toEqual(claims)
  }
})

test('a resource may be one of several audiences, and typ may be spelled in full and in any case', async () => {
  const { key, expected } = await issuer()
  expect((await verifyAccessToken(await forged(key, {}, { aud: ['https://other.example', RESOURCE] }), expected)).aud).toHaveLength(2)
  for (const typ of ['application/at+jwt', 'AT+JWT']) await verifyAccessToken(await forged(key, { typ }), expected)
  await verifyAccessToken(await forged(key, {}, { aud: 'https://other.example' }), { ...expected, audience: undefined })
})

verifies('rfc9068-4-validation', 'wrong typ, issuer, audience, key, algorithm, signature or age: each is invalid_token', async () => {
  const { key, sign, expected } = await issuer()
  const token = await sign(claims)
  expect(await verifyAccessToken(token, expected)).toEqual(claims)
  const [header, body, signature = ''] = token.split('.')
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const secret = createSecretKey(Buffer.from(JSON.stringify(publicOf(key))))
  const hs256 = { typ: 'at+jwt', alg: 'HS256', kid: 'k1' }

  await refused(await forged(key, { typ: 'JWT' }), expected, 'an ID token')
  await refused(await forged(key, { typ: 'dpop+jwt' }), expected, 'a proof')
  await refused(await forged(key, { typ: undefined }), expected, 'no typ')
  await refused(await forged(key, { typ: 'at+jwtx' }), expected, 'another typ')
  await refused(await forged(key, {}, { iss: 'https://authority.example/t1/' }), expected, 'an issuer with a slash more')
  await refused(await forged(key, {}, { iss: 'https://AUTHORITY.example/t1' }), expected, 'an issuer in another case')
  await refused(await forged(key, {}, { aud: 'https://mcp.example/mcp/' }), expected, 'an audience with a slash more')
  await refused(await forged(key, {}, { aud: ['https://other.example'] }), expected, 'another audience')
  await refused(await forged(key, {}, { aud: [] }), expected, 'no audience in the list')
  await refused(`${part({ typ: 'at+jwt', alg: 'none', kid: 'k1' })}.${body}.`, expected, 'alg none')
  await refused(`${part({ typ: 'at+jwt', alg: 'none', kid: 'k1' })}.${body}.${signature}`, expected, 'alg none with a signature')
  await refused(
    await new SignJWT({ ...claims } as unknown as JWTPayload).setProtectedHeader(hs256).sign(secret),
    expected,
    'HMAC under the public key',
  )
  await refused(await forged(await suite.generateKey('ES256'), {}), expected, 'a foreign key')
  await refused(await forged(key, { kid: 'k2' }), expected, 'an unknown key id')
  await refused(await forged(key, { kid: undefined }), expected, 'no key id')
  await refused(`${header}.${part({ ...claims, scope: 'admin' })}.${signature}`, expected, 'changed claims')
  await refused(`${header}.${body}.${signature.slice(0, -1)}${respelled(signature)}`, expected, 'a respelled signature')
  await refused(
    await forged(key, { crit: ['x'], x: 1 }).catch(() => `${part({ crit: ['x'] })}.${body}.${signature}`),
    expected,
    'a critical extension',
  )
  for (const text of ['', 'opaque', 'a.b.c', `${token}.x`, `Bearer ${token}`, token.repeat(100)]) await refused(text, expected, text)
})

/** The last character with one of the bits set that carry nothing. */
function respelled(signature: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  return alphabet[alphabet.indexOf(signature.slice(-1)) + 1] ?? ''
}

verifies(
  'rfc9068-4-validation',
  'a token is good up to its expiry and from its not-before on, with the leeway and not a moment more',
  async () => {
    const { key, sign, expected } = await issuer()
    const token = await sign(claims)
    const at = (seconds: number, milliseconds: number) => ({ ...expected, now: seconds * 1000 + milliseconds })
    await verifyAccessToken(token, at(claims.exp + 5, -1))
    await refused(token, at(claims.exp + 5, 0))
    await refused(token, { ...at(claims.exp, 0), leeway: 0 })
    const later = await forged(key, {}, { nbf: claims.iat + 60 })
    await verifyAccessToken(later, at(claims.iat + 55, 0))
    await refused(later, at(claims.iat + 55, -1))
  },
)

verifies(
  ['rfc9068-2.2-required-claims', 'rfc9068-4-validation'],
  'a token that lacks a required claim, or holds one of the wrong type, is refused',
  async () => {
    const { key, expected } = await issuer()
    for (const name of ['iss', 'sub', 'aud', 'client_id', 'iat', 'exp', 'jti']) {
      await refused(await forged(key, {}, { [name]: undefined }), expected, `no ${name}`)
      for (const value of [null, {}, true, [1], name === 'iat' || name === 'exp' ? '1' : 1])
        await refused(await forged(key, {}, { [name]: value }), expected, `${name} is ${JSON.stringify(value)}`)
    }
    const wrong: readonly Record<string, unknown>[] = [
      { exp: `${claims.exp}` },
      { aud: [RESOURCE, 1] },
      { nbf: '1' },
      { nbf: null },
      { scope: ['read'] },
      { scope: null },
    ]
    for (const changes of wrong) await refused(await forged(key, {}, changes), expected, JSON.stringify(changes))
  },
)

test('a token that is bound in a way not understood never passes for an unbound one', async () => {
  const { key, expected } = await issuer()
  const jkt = await thumbprint(suite, publicOf(key))
  expect((await verifyAccessToken(await forged(key, {}, { cnf: { jkt } }), expected)).cnf).toEqual({ jkt })
  for (const cnf of [null, 'x', [], {}, { jkt: 1 }, { jkt: null }, { 'x5t#S256': 'bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2' }]) {
    await refused(await forged(key, {}, { cnf }), expected, JSON.stringify(cnf))
  }
})

test('the verifier is asked for with the key id and algorithm of the header, and never for a malformed header', async () => {
  const { key, expected } = await issuer()
  const asked: unknown[] = []
  const keyFor: AccessTokenExpectation['keyFor'] = async (...question) => {
    asked.push(question)
    return undefined
  }
  await refused(await forged(key, {}), { ...expected, keyFor })
  await refused(await forged(key, { kid: undefined }), { ...expected, keyFor })
  await refused(await forged(key, { kid: 1 }), { ...expected, keyFor })
  expect(asked).toEqual([
    ['k1', 'ES256'],
    [undefined, 'ES256'],
  ])
})
