/** The suite on node:crypto against the one on Web Crypto: whatever one makes, the other takes, and nothing else. */
import { generateKeyPairSync, sign } from 'node:crypto'
import { algorithmOf, decodeJwt, type PrivateJwk, type PublicJwk, publicOf, type Suite } from '@countersign/proof'
import { webSuite } from '@countersign/proof/web'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { nodeSuite } from '../src/index.ts'
import { derFromJoined, joinedFromDer } from '../src/ecdsa-signature.ts'

const suites: readonly (readonly [name: string, maker: Suite, taker: Suite])[] = [
  ['node to web', nodeSuite(), webSuite()],
  ['web to node', webSuite(), nodeSuite()],
  ['node to node', nodeSuite(), nodeSuite()],
]
const anyText = fc.string({ unit: 'binary', maxLength: 200 })
const anyBytes = fc.uint8Array({ maxLength: 300 })
const aKey = fc.uint8Array({ minLength: 32, maxLength: 32 })
const header = JSON.stringify({ typ: 'dpop+jwt', alg: 'whatever', kid: 'käse' })

function rsaKey(bits: number) {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: bits })
  const jwk = privateKey.export({ format: 'jwk' })
  const { kty, n, e } = jwk
  const encode = (text: string) => Buffer.from(text).toString('base64url')
  const signed = (claims: string, alg = 'RS256') => {
    const input = `${encode(JSON.stringify({ alg }))}.${encode(claims)}`
    return `${input}.${sign('sha256', Buffer.from(input), privateKey).toString('base64url')}`
  }
  return { key: { kty, n, e } as PublicJwk, privateKey: jwk as PrivateJwk, signed }
}

const longRsa = rsaKey(2048)
const otherRsa = rsaKey(2048)
const shortRsa = rsaKey(1024)

/** A compact JWS with one of its parts changed. */
function changed(jws: string, part: 0 | 1 | 2, change: (text: string) => string): string {
  return jws
    .split('.')
    .map((text, index) => (index === part ? change(text) : text))
    .join('.')
}

const inHeader = (jws: string, members: object) =>
  changed(jws, 0, (text) =>
    Buffer.from(JSON.stringify({ ...(JSON.parse(Buffer.from(text, 'base64url').toString()) as object), ...members })).toString('base64url'),
  )

describe.each(suites)('%s', (_name, maker, taker) => {
  test.each(['ES256', 'EdDSA', 'RS256'] as const)('%s: signatures verify, and only unchanged', async (alg) => {
    // RSA keys take long to make.
    const key = alg === 'RS256' ? longRsa.privateKey : await maker.generateKey(alg)
    const jws = await (await maker.signer(key))(header, '{"iss":"ü"}')
    const verify = await taker.verifier(publicOf(key))
    expect(await verify(jws)).toBe(true)
    expect(decodeJwt(jws)).toEqual({ header: { typ: 'dpop+jwt', alg, kid: 'käse' }, claims: { iss: 'ü' } })
    const flipped = (text: string) => (text.startsWith('A') ? 'B' : 'A') + text.slice(1)
    expect(await verify(changed(jws, 0, flipped))).toBe(false)
    expect(await verify(changed(jws, 1, flipped))).toBe(false)
    expect(await verify(changed(jws, 2, flipped))).toBe(false)
    expect(await verify(changed(jws, 2, (text) => text.slice(0, -4)))).toBe(false)
    expect(await verify(changed(jws, 2, () => ''))).toBe(false)
    expect(await verify(`${jws}.e30`)).toBe(false)
    expect(await verify(jws.slice(0, jws.lastIndexOf('.')))).toBe(false)
    for (const nonsense of ['', '..', 'a.b.c', '{}.{}.{}', ' ']) expect(await verify(nonsense)).toBe(false)
    const other = alg === 'RS256' ? otherRsa.privateKey : await maker.generateKey(alg)
    expect(await (await taker.verifier(publicOf(other)))(jws)).toBe(false)
  })

  test.each(['ES256', 'EdDSA'] as const)(
    '%s: a header that asks for something else, or a form that is no compact JWS, fails',
    async (alg) => {
      const key = await maker.generateKey(alg)
      // Signed for real, with what is under test in place.
      const signedAsIs = (input: string) => {
        const secret = { key: { ...key }, format: 'jwk', dsaEncoding: 'ieee-p1363' } as const
        return `${input}.${sign(alg === 'ES256' ? 'sha256' : null, Buffer.from(input), secret).toString('base64url')}`
      }
      const jws = await (await maker.signer(key))('{}', '{}')
      const resign = (members: object) => signedAsIs(changed(inHeader(jws, members), 2, () => '').slice(0, -1))
      const verify = await taker.verifier(publicOf(key))
      expect(await verify(resign({}))).toBe(true)
      for (const wrong of ['none', 'HS256', 'ES384', 'RS256', '', 7, null]) expect(await verify(resign({ alg: wrong }))).toBe(false)
      expect(await verify(resign({ crit: ['exp'], exp: 1 }))).toBe(false)
      const [protectedPart] = jws.split('.')
      for (const payload of ['e30.e30', '{}', 'e']) expect(await verify(signedAsIs(`${protectedPart}.${payload}`))).toBe(false)
    },
  )

  test('RS256 signatures of other programs verify; short keys and other algorithms do not', async () => {
    const { key, signed } = longRsa
    const verify = await taker.verifier(key)
    const jws = signed('{"sub":"x"}')
    expect(await verify(jws)).toBe(true)
    expect(await verify(changed(jws, 1, () => 'e30'))).toBe(false)
    expect(await verify(signed('{"sub":"x"}', 'PS256'))).toBe(false)
    expect(await (await taker.verifier(shortRsa.key))(shortRsa.signed('{}'))).toBe(false)
  })

  test('a key that is not on its curve is refused', async () => {
    const { x } = publicOf(await maker.generateKey('ES256')) as { x: string }
    const { x: y } = publicOf(await maker.generateKey('ES256')) as { x: string }
    await expect((async () => taker.verifier({ kty: 'EC', crv: 'P-256', x, y }))()).rejects.toThrow(/./)
  })

  test('sealed bytes open, and only with the same key, bytes and associated text', async () => {
    await fc.assert(
      fc.asyncProperty(aKey, anyBytes, anyText, fc.nat(), async (key, plaintext, associated, at) => {
        const sealed = await maker.seal(key, plaintext, associated)
        expect(sealed).toHaveLength(12 + plaintext.length + 16)
        expect(await taker.open(key, sealed, associated)).toEqual(plaintext)
        const broken = sealed.slice()
        broken[at % broken.length]! ^= 1
        expect(await taker.open(key, broken, associated)).toBeUndefined()
        expect(await taker.open(key, sealed, `${associated}.`)).toBeUndefined()
        const otherKey = key.slice()
        otherKey[at % 32]! ^= 128
        expect(await taker.open(otherKey, sealed, associated)).toBeUndefined()
        expect(await taker.open(key, sealed.slice(0, at % sealed.length), associated)).toBeUndefined()
      }),
      { numRuns: 60 },
    )
  })
})

test.each([0, 16, 31, 33])('a sealing key of %i bytes is refused', (length) => {
  const suite = nodeSuite()
  const sealed = new Uint8Array(64)
  expect(() => suite.seal(new Uint8Array(length), sealed, '')).toThrow(RangeError)
  expect(() => suite.open(new Uint8Array(length), sealed, '')).toThrow(RangeError)
})

test('digests are the same in both suites, for every text and key', async () => {
  const [node, web] = [nodeSuite(), webSuite()]
  await fc.assert(
    // Web Crypto refuses an HMAC key of no bytes.
    fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), anyText, async (key, text) => {
      expect(await node.sha256(text)).toEqual(await web.sha256(text))
      expect(await node.hmac(key)(text)).toEqual(await web.hmac(key)(text))
    }),
    { numRuns: 60 },
  )
  const key = web.random(64)
  for (const length of [682, 683, 2048, 100_000]) {
    for (const text of ['a'.repeat(length), '€'.repeat(length)]) expect(await node.hmac(key)(text)).toBe(await web.hmac(key)(text))
  }
})

test.each(['EdDSA', 'RS256'] as const)('%s is deterministic, so both suites make the same JWS, byte for byte', async (alg) => {
  const key = alg === 'RS256' ? longRsa.privateKey : await nodeSuite().generateKey(alg)
  const [one, other] = await Promise.all(
    [nodeSuite(), webSuite()].map(async (suite) => (await suite.signer(key))(header, '{"a":"ä\\ud800"}')),
  )
  expect(one).toBe(other)
})

test('one signer serves changing headers', async () => {
  const suite = nodeSuite()
  const key = await suite.generateKey('ES256')
  const signed = await suite.signer(key)
  const verify = await suite.verifier(publicOf(key))
  for (const kid of ['a', 'b', 'a']) {
    const jws = await signed(JSON.stringify({ kid }), '{}')
    expect(decodeJwt(jws)?.header).toEqual({ kid, alg: 'ES256' })
    expect(await verify(jws)).toBe(true)
  }
})

test('a second spelling of the same signature bytes does not verify', async () => {
  const suite = nodeSuite()
  const key = await suite.generateKey('ES256')
  const jws = await (await suite.signer(key))('{}', '{}')
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  // The last character carries four unused bits: setting one changes the text and not the bytes.
  const twin = changed(jws, 2, (text) => text.slice(0, -1) + alphabet[alphabet.indexOf(text.at(-1) ?? '') | 1])
  expect(Buffer.from(twin.split('.')[2] ?? '', 'base64url')).toEqual(Buffer.from(jws.split('.')[2] ?? '', 'base64url'))
  expect(await (await suite.verifier(publicOf(key)))(twin)).toBe(false)
})

test.each(['ES256', 'EdDSA', 'RS256'] as const)('a generated %s key has exactly the members of its kind', async (alg) => {
  const [node, web] = [await nodeSuite().generateKey(alg), await webSuite().generateKey(alg)]
  expect(Object.keys(node).toSorted()).toEqual(Object.keys(web).toSorted())
  expect(algorithmOf(node)).toBe(alg)
})

test('random bytes are asked for in any count, never twice the same, and belong to the caller', () => {
  const { random } = nodeSuite()
  for (const count of [0, 1, 31, 4096, 4097, 20_000]) expect(random(count)).toHaveLength(count)
  // More than one pool's worth, so that the pool is filled again.
  const drawn = Array.from({ length: 2000 }, () => random(32))
  expect(new Set(drawn.map(String)).size).toBe(2000)
  const first = String(drawn[0])
  for (let round = 0; round < 2000; round++) random(32)
  expect(String(drawn[0])).toBe(first)
  expect(drawn[0]?.buffer.byteLength).toBe(32)
  // Every bit occurs set and unset: nothing is left blank.
  const ones = drawn.reduce((seen, bytes) => bytes.map((byte, index) => byte | (seen[index] ?? 0)), new Uint8Array(32))
  const zeros = drawn.reduce((seen, bytes) => bytes.map((byte, index) => byte & (seen[index] ?? 0)), new Uint8Array(32).fill(255))
  expect(ones.every((byte) => byte === 255) && zeros.every((byte) => byte === 0)).toBe(true)
})

test('signatures change between DER and joined form without loss, also with short and high numbers', () => {
  const half = fc.oneof(
    fc.uint8Array({ minLength: 32, maxLength: 32 }),
    fc
      .nat(31)
      .chain((zeros) =>
        fc.uint8Array({ minLength: 32 - zeros, maxLength: 32 - zeros }).map((rest) => Uint8Array.of(...new Uint8Array(zeros), ...rest)),
      ),
  )
  fc.assert(
    fc.property(half, half, (r, s) => {
      const joined = Uint8Array.of(...r, ...s)
      expect(joinedFromDer(derFromJoined(joined))).toEqual(joined)
    }),
  )
})
