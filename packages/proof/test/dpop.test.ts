import { createHash, createHmac, generateKeyPairSync, sign } from 'node:crypto'
import { createProofVerifier, DEFAULT_PROOF_WINDOW, PROOF_ALGORITHMS, type ProofExpectation, publicOf } from '@countersign/proof'
import { OAuthError } from '@countersign/protocol'
import { expect, test } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'
import { device, es256, expecting, NOW, part, suite, URL_OF_TOKEN } from './proving-device.ts'

const verify = createProofVerifier(suite)

async function refused(header: string | null, changes: Partial<ProofExpectation> = {}, what = '') {
  const verdict = verify(expecting(header, changes))
  await expect(verdict, what).rejects.toThrow(OAuthError)
  await expect(verdict, what).rejects.toMatchObject({ code: 'invalid_dpop_proof', status: 400 })
}
const accepted = (header: string, changes: Partial<ProofExpectation> = {}) => verify(expecting(header, changes))

test('the example of RFC 9449 section 4.1 is accepted', async () => {
  const example =
    'eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMi' +
    'LCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIj' +
    'oiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg' +
    '4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg'
  const verified = await accepted(example, { url: 'https://server.example.com/token', now: 1_562_262_616_000 })
  expect(verified).toMatchObject({ thumbprint: '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I', jti: '-BwC3ESc6acc2lTc', nonce: undefined })
})

test('a good proof of every supported algorithm is accepted', async () => {
  expect(PROOF_ALGORITHMS).toEqual(['ES256', 'EdDSA', 'RS256'])
  for (const alg of PROOF_ALGORITHMS) {
    const { proof, thumbprint } = await device(alg)
    expect(await accepted(proof())).toEqual({
      thumbprint,
      jti: 'proof-1',
      nonce: undefined,
      madeAt: 1_700_000_000_000,
      staleAt: NOW + 300_001,
    })
  }
})

verifies('rfc9449-4.3-single-header', 'no header twice, no pair, no empty value, no garbage', async () => {
  const { proof } = await device()
  const good = proof()
  await refused(null, {}, 'two headers')
  const bad = [
    '',
    ' ',
    `${good},${good}`,
    `${good}, ${proof()}`,
    `${good} ${good}`,
    `DPoP ${good}`,
    `${good}.`,
    `${good}\n`,
    'garbage',
    'a.b.c',
    '..',
  ]
  for (const header of bad) await refused(header, {}, header)
  await refused(proof({ claims: { pad: 'x'.repeat(20_000) } }), {}, 'a proof of 20 kB')
})

verifies('rfc9449-4.3-required-claims', 'a proof that lacks a claim, or has one of the wrong type, is refused', async () => {
  const { proof } = await device()
  const accessToken = 'token'
  const ath = createHash('sha256').update(accessToken).digest('base64url')
  await accepted(proof({ claims: { ath } }), { accessToken })
  for (const name of ['jti', 'htm', 'htu', 'iat', 'ath']) {
    for (const value of [undefined, null, '', {}, [], true, name === 'iat' ? `${NOW / 1000}` : 1]) {
      await refused(proof({ claims: { ath, [name]: value } }), { accessToken }, `${name} is ${JSON.stringify(value)}`)
    }
  }
  // JSON can say a number that no double holds.
  const payload = JSON.stringify({ jti: 'proof-1', htm: 'POST', htu: URL_OF_TOKEN, iat: 0 })
  await refused(proof({ payload: payload.replace('"iat":0', '"iat":1e999') }), {}, 'iat is infinite')
  await accepted(proof({ payload: payload.replace('"iat":0', `"iat":${NOW / 1000}`) }))
})

verifies('rfc9449-4.3-typ', 'only typ dpop+jwt is a proof, whatever the same key signed otherwise', async () => {
  const { proof } = await device()
  for (const typ of [
    undefined,
    null,
    '',
    'JWT',
    'jwt',
    'at+jwt',
    'dpop',
    'dpop+jwtx',
    'application/dpop+jwt',
    'DPoP+JWT',
    ['dpop+jwt'],
    1,
  ]) {
    await refused(proof({ header: { typ } }), {}, `typ is ${JSON.stringify(typ)}`)
  }
})

verifies('rfc9449-4.3-alg', 'none, HMAC under the public key, and every algorithm that is not the one of the key are refused', async () => {
  const { key, proof } = await device()
  const unsigned = proof({ header: { alg: 'none' } }).split('.')
  await refused(`${unsigned[0]}.${unsigned[1]}.`, {}, 'alg none')
  await refused(proof({ header: { alg: 'none' } }), {}, 'alg none with a signature')
  for (const secret of [JSON.stringify(publicOf(key)), 'x' in key ? key.x : '']) {
    const signWith = (input: string) => createHmac('sha256', secret).update(input).digest()
    await refused(proof({ header: { alg: 'HS256' }, signWith }), {}, 'HS256')
    await refused(
      proof({ header: { alg: 'HS256', jwk: { kty: 'oct', k: Buffer.from(secret).toString('base64url') } }, signWith }),
      {},
      'HS256, oct',
    )
    await refused(proof({ signWith }), {}, 'HMAC called ES256')
  }
  for (const alg of [undefined, null, '', 'es256', 'ES384', 'ES256K', 'EdDSA', 'RS256', 'PS256', ['ES256']]) {
    await refused(proof({ header: { alg } }), {}, `alg is ${JSON.stringify(alg)}`)
  }
})

test('the algorithm is compared with the key before any suite is asked', async () => {
  const { proof } = await device()
  const trusting = createProofVerifier({ ...suite, verifier: () => () => true })
  await trusting(expecting(proof()))
  for (const alg of ['ES384', 'EdDSA', 'RS256', 'HS256', 'none']) {
    await expect(trusting(expecting(proof({ header: { alg } }))), alg).rejects.toMatchObject({ code: 'invalid_dpop_proof' })
  }
})

verifies('rfc9449-4.3-alg', 'keys of another kind, curve or length are refused', async () => {
  const { proof } = await device()
  const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' })
  const es384 = (input: string) => sign('sha384', Buffer.from(input), { key: p384.privateKey, dsaEncoding: 'ieee-p1363' })
  const jwk384 = p384.publicKey.export({ format: 'jwk' })
  await refused(proof({ header: { alg: 'ES384', jwk: jwk384 }, signWith: es384 }), {}, 'P-384')
  await refused(proof({ header: { alg: 'ES256', jwk: jwk384 }, signWith: es384 }), {}, 'P-384 called ES256')
  const k256 = generateKeyPairSync('ec', { namedCurve: 'secp256k1' })
  await refused(
    proof({ header: { jwk: { ...k256.publicKey.export({ format: 'jwk' }), crv: 'P-256' } }, signWith: es256(k256.privateKey) }),
    {},
    'secp256k1',
  )
  for (const modulusLength of [512, 1024]) {
    const rsa = generateKeyPairSync('rsa', { modulusLength })
    const signWith = (input: string) => sign('sha256', Buffer.from(input), rsa.privateKey)
    const jwk = rsa.publicKey.export({ format: 'jwk' })
    const padded = Buffer.concat([Buffer.alloc(256 - modulusLength / 8), Buffer.from(jwk.n ?? '', 'base64url')]).toString('base64url')
    await refused(proof({ header: { alg: 'RS256', jwk }, signWith }), {}, `RSA ${modulusLength}`)
    await refused(proof({ header: { alg: 'RS256', jwk: { ...jwk, n: padded } }, signWith }), {}, `RSA ${modulusLength}, padded`)
  }
})

verifies(
  'rfc9449-4.3-signature-public-jwk',
  'a changed text, another key, no key, a key off its curve and a private key are refused',
  async () => {
    const { key, proof } = await device()
    const other = await device()
    const [header, claims, signature] = proof().split('.')
    await refused(
      `${header}.${part({ jti: 'proof-2', htm: 'POST', htu: URL_OF_TOKEN, iat: NOW / 1000 })}.${signature}`,
      {},
      'changed claims',
    )
    await refused(`${other.proof().split('.')[0]}.${claims}.${signature}`, {}, 'another header')
    await refused(proof({ header: { jwk: publicOf(other.key) } }), {}, 'the key of another')
    for (const jwk of [undefined, null, 'x', [], {}, [publicOf(key)], JSON.stringify(publicOf(key))])
      await refused(proof({ header: { jwk } }))
    await refused(proof({ header: { jwk: { kty: 'EC', crv: 'P-256', x: 'A'.repeat(43), y: 'A'.repeat(43) } } }), {}, 'off the curve')
    for (const member of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']) {
      await refused(proof({ header: { jwk: { ...publicOf(key), [member]: 'AAAA' } } }), {}, `a key with ${member}`)
    }
    await refused(proof({ header: { jwk: key } }), {}, 'the private key')
    await refused(proof({ header: { crit: ['x'], x: 1 } }), {}, 'a critical extension')
  },
)

test('members of the key that are not of its thumbprint change nothing', async () => {
  const { key, proof, thumbprint } = await device()
  expect((await accepted(proof({ header: { jwk: { kid: 'a', use: 'sig', ...publicOf(key) } } }))).thumbprint).toBe(thumbprint)
})

verifies(
  'rfc9449-4.3-htm-htu',
  'the method and the address have to be those of the request; spelling that means nothing is forgiven',
  async () => {
    const { proof } = await device()
    for (const htm of ['GET', 'post', 'POST ', '']) await refused(proof({ claims: { htm } }), {}, htm)
    const same: readonly (readonly [htu: string, url: string])[] = [
      ['https://h.example/token', 'https://h.example/token?a=b'],
      ['https://h.example/token?x=y#z', 'https://h.example/token'],
      ['HTTPS://H.Example/token', 'https://h.example/token'],
      ['https://h.example:443/token', 'https://h.example/token'],
      ['http://localhost:80/token', 'http://localhost/token'],
      ['https://h.example', 'https://h.example/'],
      ['https://h.example/a/../token', 'https://h.example/token'],
      ['https://h.example/%7Euser', 'https://h.example/~user'],
      ['https://h.example/%7euser/%41', 'https://h.example/~user/A'],
      ['https://h.example/a%2fb', 'https://h.example/a%2Fb'],
    ]
    for (const [htu, url] of same) await accepted(proof({ claims: { htu } }), { url })
    const different: readonly (readonly [htu: string, url: string])[] = [
      ['https://h.example/token/', 'https://h.example/token'],
      ['https://h.example/token', 'https://h.example/token/'],
      ['https://h.example/Token', 'https://h.example/token'],
      ['https://h.example/token', 'https://h.example/revoke'],
      ['http://h.example/token', 'https://h.example/token'],
      ['https://h.example:8443/token', 'https://h.example/token'],
      ['https://h.example.evil/token', 'https://h.example/token'],
      ['https://user@h.example/token', 'https://h.example/token'],
      ['https://user:pass@h.example/token', 'https://h.example/token'],
      ['https://h.example@evil.example/token', 'https://h.example/token'],
      ['https://h.example/a/b', 'https://h.example/a%2Fb'],
      ['https://h.example/token%00', 'https://h.example/token'],
      ['/token', 'https://h.example/token'],
      ['//h.example/token', 'https://h.example/token'],
      ['h.example/token', 'https://h.example/token'],
    ]
    for (const [htu, url] of different) await refused(proof({ claims: { htu } }), { url }, `${htu} for ${url}`)
  },
)

verifies('rfc9449-4.3-iat-window', 'a proof is good at both edges of the window and not beyond them', async () => {
  const { proof } = await device()
  const { past, future } = DEFAULT_PROOF_WINDOW
  const iat = (seconds: number) => proof({ claims: { iat: NOW / 1000 + seconds } })
  await accepted(iat(-past))
  await refused(iat(-past - 1))
  await refused(iat(-past), { now: NOW + 1 })
  // A fraction of a second counts for what it is.
  await accepted(iat(-past + 0.5), { now: NOW + 500 })
  await refused(iat(-past + 0.5), { now: NOW + 501 })
  await accepted(iat(future))
  await refused(iat(future + 1))
  await refused(iat(future), { now: NOW - 1 })
  for (const value of [0, -1, 1e300, -1e300]) await refused(proof({ claims: { iat: value } }), {}, `${value}`)
  const narrow = createProofVerifier(suite, { past: 10, future: 0 })
  await narrow(expecting(iat(-10)))
  await expect(narrow(expecting(iat(-11)))).rejects.toMatchObject({ code: 'invalid_dpop_proof' })
  await expect(narrow(expecting(iat(1)))).rejects.toMatchObject({ code: 'invalid_dpop_proof' })
})

verifies(
  'rfc9449-11.1-jti-replay',
  'a proof is refused for its age from the very moment its jti may be forgotten, also when iat has a fraction',
  async () => {
    const { proof } = await device()
    for (const offset of [-299, -0.001, 0, 0.25, 0.999, 59.5]) {
      const header = proof({ claims: { iat: NOW / 1000 + offset } })
      const { staleAt } = await accepted(header)
      await accepted(header, { now: staleAt - 1 })
      await refused(header, { now: staleAt })
    }
  },
)

verifies('rfc9449-11.1-jti-replay', 'a jti that is too long to remember, or not printable, is refused', async () => {
  const { proof } = await device()
  expect((await accepted(proof({ claims: { jti: 'x'.repeat(256) } }))).jti).toHaveLength(256)
  for (const jti of ['x'.repeat(257), 'x'.repeat(10_000), 'a\u0000b', 'a\nb', 'é', '\u202e'])
    await refused(proof({ claims: { jti } }), {}, jti)
})

verifies(
  'rfc9449-4.3-nonce-match',
  'the nonce is told as it was signed, so the receiver can compare it; one that is no text is refused',
  async () => {
    const { proof } = await device()
    expect((await accepted(proof({ claims: { nonce: 'server-nonce' } }))).nonce).toBe('server-nonce')
    expect((await accepted(proof())).nonce).toBeUndefined()
    for (const nonce of [null, 1, {}, ['server-nonce']]) await refused(proof({ claims: { nonce } }))
    const [header, , signature] = proof({ claims: { nonce: 'server-nonce' } }).split('.')
    await refused(`${header}.${part({ jti: 'proof-1', htm: 'POST', htu: URL_OF_TOKEN, iat: NOW / 1000, nonce: 'other' })}.${signature}`)
  },
)

verifies('rfc9449-4.3-ath-and-key-match', 'the proof has to name the very token, and tells the key it was made with', async () => {
  const one = await device()
  const two = await device()
  const ath = (token: string) => createHash('sha256').update(token).digest('base64url')
  expect((await accepted(one.proof({ claims: { ath: ath('A') } }), { accessToken: 'A' })).thumbprint).toBe(one.thumbprint)
  expect((await accepted(two.proof({ claims: { ath: ath('A') } }), { accessToken: 'A' })).thumbprint).toBe(two.thumbprint)
  expect(one.thumbprint).not.toBe(two.thumbprint)
  await refused(one.proof({ claims: { ath: ath('A') } }), { accessToken: 'B' }, 'another token')
  await refused(one.proof(), { accessToken: 'A' }, 'no ath')
  await refused(one.proof({ claims: { ath: `${ath('A')}=` } }), { accessToken: 'A' }, 'padded')
  await refused(one.proof({ claims: { ath: createHash('sha256').update('A').digest('hex') } }), { accessToken: 'A' }, 'hex')
  // At the token endpoint there is no access token to name.
  await accepted(one.proof({ claims: { ath: ath('A') } }))
})
