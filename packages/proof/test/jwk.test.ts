import { generateKeyPairSync } from 'node:crypto'
import { publicOf, readPublicJwk, type PublicJwk, thumbprint } from '@countersign/proof'
import { webSuite } from '@countersign/proof/web'
import { calculateJwkThumbprint } from 'jose'
import { expect, test } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'

const suite = webSuite()

/** RFC 7638 section 3.1. */
const RSA = {
  kty: 'RSA',
  n:
    '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W' +
    '-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08q' +
    'NLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw',
  e: 'AQAB',
} as const
/** RFC 9449 section 4.1. */
const EC = {
  kty: 'EC',
  crv: 'P-256',
  x: 'l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs',
  y: '9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA',
} as const
/** RFC 8037 appendix A.2. */
const OKP = { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' } as const

const rsaOf = (modulusLength: number) => generateKeyPairSync('rsa', { modulusLength }).publicKey.export({ format: 'jwk' })

verifies('rfc9449-6.1-cnf-jkt', 'thumbprints are those the texts print for RSA, EC and OKP keys, and those jose computes', async () => {
  const published: readonly (readonly [PublicJwk, string])[] = [
    [RSA, 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs'],
    [EC, '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I'],
    [OKP, 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k'],
  ]
  for (const [key, expected] of published) {
    expect(await thumbprint(suite, key)).toBe(expected)
    expect(await calculateJwkThumbprint({ ...key })).toBe(expected)
  }
  for (const alg of ['ES256', 'EdDSA', 'RS256'] as const) {
    const key = publicOf(await suite.generateKey(alg))
    expect(await thumbprint(suite, key)).toBe(await calculateJwkThumbprint({ ...key }))
  }
})

test('a supported key is read down to the members of its thumbprint', () => {
  const extra = { kid: 'one', use: 'sig', alg: 'whatever', key_ops: ['verify'], d: 'secret', x5c: ['y'] }
  for (const key of [RSA, EC, OKP]) expect(readPublicJwk({ ...extra, ...key })).toEqual(key)
  expect(readPublicJwk(rsaOf(2048))).toMatchObject({ kty: 'RSA', e: 'AQAB' })
})

test('the public half of a private key holds nothing private', async () => {
  for (const [alg, members] of [
    ['ES256', ['kty', 'crv', 'x', 'y']],
    ['EdDSA', ['kty', 'crv', 'x']],
    ['RS256', ['kty', 'n', 'e']],
  ] as const) {
    const key = await suite.generateKey(alg)
    expect(Object.keys(publicOf(key))).toEqual(members)
    expect(readPublicJwk(key)).toEqual(publicOf(key))
    expect(Object.keys(key)).toContain('d')
  }
})

test.each<[string, unknown]>([
  ['no object', undefined],
  ['null', null],
  ['a string', 'EC'],
  ['a list', [EC]],
  ['no kind', { ...EC, kty: undefined }],
  ['another curve', { ...EC, crv: 'P-384' }],
  ['a curve of another kind', { ...OKP, crv: 'X25519' }],
  ['secp256k1', { ...EC, crv: 'secp256k1' }],
  ['an EC key on an OKP curve', { ...EC, crv: 'Ed25519' }],
  ['a symmetric key', { kty: 'oct', k: 'AAAA' }],
  ['a kind spelled otherwise', { ...EC, kty: 'ec' }],
  ['a missing coordinate', { ...EC, y: undefined }],
  ['a coordinate that is a number', { ...EC, x: 1 }],
  ['a short coordinate', { ...EC, x: EC.x.slice(1) }],
  ['a long coordinate', { ...EC, x: `AA${EC.x}` }],
  ['a respelled coordinate', { ...EC, x: `${EC.x.slice(0, -1)}t` }],
  ['a padded coordinate', { ...EC, x: `${EC.x}=` }],
  ['a short Ed25519 key', { ...OKP, x: OKP.x.slice(4) }],
  ['no exponent', { ...RSA, e: undefined }],
  ['an even exponent', { ...RSA, e: 'AQAC' }],
  ['the exponent one, padded to look longer', { ...RSA, e: 'AAAB' }],
  ['the exponent three', { ...RSA, e: 'Aw' }],
  ['an exponent of five bytes', { ...RSA, e: 'AQAAAAE' }],
  ['an even modulus', { ...RSA, n: `${RSA.n.slice(0, -1)}g` }],
  ['an RSA key of 1024 bits', rsaOf(1024)],
  ['an RSA key of 2047 bits', { ...RSA, n: `f${RSA.n.slice(1)}` }],
  [
    'an RSA key of 1024 bits, padded to look longer',
    { ...RSA, n: Buffer.concat([Buffer.alloc(128), Buffer.from(rsaOf(1024).n ?? '', 'base64url')]).toString('base64url') },
  ],
  ['an RSA key of more than 8192 bits', { ...RSA, n: Buffer.alloc(1025, 0xff).toString('base64url') }],
  ['an RSA key of a megabyte', { ...RSA, n: `${'_'.repeat(1_000_000)}` }],
])('%s is no supported key', (_, jwk) => {
  expect(readPublicJwk(jwk)).toBeUndefined()
})
