import { createHash, createHmac, createSecretKey, generateKeyPairSync } from 'node:crypto'
import { algorithmOf, encodeBase64url, publicOf, randomText, type SignatureAlgorithm } from '@countersign/proof'
import { webSuite } from '@countersign/proof/web'
import { CompactSign, compactVerify, importJWK, SignJWT } from 'jose'
import { expect, test } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'

const suite = webSuite()
const ALGORITHMS: readonly SignatureAlgorithm[] = ['ES256', 'EdDSA', 'RS256']
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const bytes = (text: string) => new TextEncoder().encode(text)

verifies(
  ['rfc8628-5.2-device-code-entropy', 'seed-001-device-code-32-bytes'],
  '32 random bytes are 43 characters, never alike, no position fixed',
  () => {
    const codes = Array.from({ length: 100_000 }, () => randomText(suite, 32))
    expect(new Set(codes).size).toBe(codes.length)
    expect(codes.every((code) => /^[A-Za-z0-9_-]{43}$/.test(code))).toBe(true)
    for (let position = 0; position < 43; position++) {
      const seen = new Set(codes.slice(0, 5000).map((code) => code[position]))
      // The last character carries four of its six bits.
      expect(seen.size).toBe(position === 42 ? 16 : 64)
    }
  },
)

test('random bytes come in the number asked for, each value about equally often', () => {
  expect(suite.random(0)).toHaveLength(0)
  const counts = new Array<number>(256).fill(0)
  for (const byte of suite.random(65_536)) counts[byte] = (counts[byte] ?? 0) + 1
  const chiSquare = counts.reduce((sum, count) => sum + (count - 256) ** 2 / 256, 0)
  // Ten standard deviations from the mean of 255: a sound source never gets there.
  expect(chiSquare).toBeLessThan(255 + 10 * Math.sqrt(2 * 255))
})

test('digests are those of node:crypto', async () => {
  for (const text of ['', 'abc', 'schlüssel \u{1f511}']) {
    expect(await suite.sha256(text)).toBe(createHash('sha256').update(text).digest('base64url'))
    const key = suite.random(32)
    expect(await suite.hmac(key)(text)).toBe(createHmac('sha256', key).update(text).digest('base64url'))
  }
})

test('what is signed here verifies here and with jose, and what jose signs verifies here', async () => {
  for (const alg of ALGORITHMS) {
    const key = await suite.generateKey(alg)
    expect(algorithmOf(key)).toBe(alg)
    const jws = await (await suite.signer(key))('{"typ":"x","alg":"none"}', '{"sub":"ü"}')
    const verify = await suite.verifier(publicOf(key))
    expect(await verify(jws)).toBe(true)
    const opened = await compactVerify(jws, await importJWK({ ...publicOf(key) }, alg))
    // The algorithm is the key's, whatever the header asked for.
    expect(opened.protectedHeader).toEqual({ typ: 'x', alg })
    expect(new TextDecoder().decode(opened.payload)).toBe('{"sub":"ü"}')
    const theirs = await new SignJWT({ sub: 'x' }).setProtectedHeader({ alg }).sign(await importJWK({ ...key }, alg))
    expect(await verify(theirs)).toBe(true)
  }
})

test('the example of RFC 7515 appendix A.3 verifies', async () => {
  const verify = await suite.verifier({
    kty: 'EC',
    crv: 'P-256',
    x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
    y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
  })
  const jws =
    'eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.' +
    'DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q'
  expect(await verify(jws)).toBe(true)
  expect(await verify(jws.replace('eyJhbGciOiJFUzI1NiJ9', 'eyJhbGciOiJFUzI1NiIgfQ'))).toBe(false)
})

test('a changed, foreign, unsigned or HMAC-signed text does not verify, and never throws', async () => {
  for (const alg of ALGORITHMS) {
    const key = await suite.generateKey(alg)
    const verify = await suite.verifier(publicOf(key))
    const jws = await (await suite.signer(key))('{}', '{"sub":"a"}')
    const [header, , signature] = jws.split('.')
    const foreign = await (await suite.signer(await suite.generateKey(alg)))('{}', '{"sub":"a"}')
    const publicText = JSON.stringify(publicOf(key))
    const hmac = await new SignJWT({ sub: 'a' }).setProtectedHeader({ alg: 'HS256' }).sign(createSecretKey(Buffer.from(publicText)))
    const bad = [
      '',
      '..',
      'a.b.c',
      `${jws}.x`,
      foreign,
      hmac,
      `${header}.${part({ sub: 'b' })}.${signature}`,
      `${part({ alg: 'none' })}.${part({ sub: 'a' })}.`,
      `${part({ alg: 'none' })}.${part({ sub: 'a' })}.${signature}`,
      `${part({ alg: 'HS256' })}.${part({ sub: 'a' })}.${signature}`,
      `${header}.${part({ sub: 'a' })}.${Buffer.alloc(64).toString('base64url')}`,
    ]
    for (const text of bad) expect(await verify(text), `${alg}: ${text}`).toBe(false)
  }
})

test('a header that names another algorithm does not verify, not even one that signs alike', async () => {
  const key = await suite.generateKey('EdDSA')
  const jws = await new SignJWT({}).setProtectedHeader({ alg: 'Ed25519' }).sign(await importJWK({ ...key }, 'Ed25519'))
  expect(await (await suite.verifier(publicOf(key)))(jws)).toBe(false)
})

test('a header with a critical extension does not verify although the signature would', async () => {
  const key = await suite.generateKey('ES256')
  const signing = new CompactSign(bytes('{}')).setProtectedHeader({ alg: 'ES256', crit: ['x'], x: 1 } as { alg: string })
  const jws = await signing.sign(await importJWK({ ...key }, 'ES256'), { crit: { x: true } })
  expect(await (await suite.verifier(publicOf(key)))(jws)).toBe(false)
})

test('an RSA key under 2048 bits verifies nothing, and a point off the curve is no key', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 })
  const { n = '', e = '' } = publicKey.export({ format: 'jwk' })
  const { sign } = await import('node:crypto')
  const input = `${part({ alg: 'RS256' })}.${part({})}`
  const jws = `${input}.${sign('sha256', Buffer.from(input), privateKey).toString('base64url')}`
  expect(await (await suite.verifier({ kty: 'RSA', n, e }))(jws)).toBe(false)
  await expect(async () => suite.verifier({ kty: 'EC', crv: 'P-256', x: 'A'.repeat(43), y: 'A'.repeat(43) })).rejects.toThrow()
})

test('what is sealed opens with the same key and associated text only', async () => {
  const key = suite.random(32)
  const plaintext = bytes('refresh token')
  const sealed = await suite.seal(key, plaintext, 'name')
  expect(await suite.open(key, sealed, 'name')).toEqual(plaintext)
  expect(await suite.open(suite.random(32), sealed, 'name')).toBeUndefined()
  expect(await suite.open(key, sealed, 'other')).toBeUndefined()
  for (let index = 0; index < sealed.length; index++) {
    const changed = sealed.slice()
    changed[index] = (changed[index] ?? 0) ^ 1
    expect(await suite.open(key, changed, 'name')).toBeUndefined()
  }
  for (const length of [0, 1, 12, 27, sealed.length - 1]) expect(await suite.open(key, sealed.slice(0, length), 'name')).toBeUndefined()
  expect(Buffer.from(sealed).includes(Buffer.from(plaintext))).toBe(false)
  expect(await suite.open(key, await suite.seal(key, new Uint8Array(), ''), '')).toEqual(new Uint8Array())
})

test('sealing the same twice gives different bytes: a nonce never repeats', async () => {
  const key = suite.random(32)
  const sealed = await Promise.all(Array.from({ length: 500 }, async () => encodeBase64url(await suite.seal(key, bytes('x'), ''))))
  expect(new Set(sealed.map((text) => text.slice(0, 16))).size).toBe(500)
})

test('only keys of 32 bytes seal, so AES-256 it is', async () => {
  for (const length of [0, 16, 24, 31, 33]) {
    await expect(async () => suite.seal(new Uint8Array(length), bytes('x'), '')).rejects.toThrow(RangeError)
    expect(await suite.open(new Uint8Array(length), new Uint8Array(40), '')).toBeUndefined()
  }
  // A text that AES-128 sealed does not open with its own short key.
  const short = Uint8Array.from(suite.random(16))
  const imported = await crypto.subtle.importKey('raw', short, 'AES-GCM', false, ['encrypt'])
  const nonce = suite.random(12)
  const weak = new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv: Uint8Array.from(nonce) }, imported, bytes('x')))
  expect(await suite.open(short, Uint8Array.from([...nonce, ...weak]), '')).toBeUndefined()
})
