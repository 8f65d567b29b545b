/** Devices that prove their keys, well or otherwise, and what a server expects of them. */
import { createPrivateKey, type KeyObject, sign } from 'node:crypto'
import { type ProofExpectation, publicOf, thumbprint } from '@countersign/proof'
import { webSuite } from '@countersign/proof/web'

export const suite = webSuite()
export const NOW = 1_700_000_000_000
export const URL_OF_TOKEN = 'https://authority.example/token'
export const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

interface Changes {
  readonly header?: Readonly<Record<string, unknown>>
  readonly claims?: Readonly<Record<string, unknown>>
  /** The claims as text, where an object cannot say it. */
  readonly payload?: string
  /** Signs the text in place of the device's key. */
  readonly signWith?: (input: string) => Buffer
}

export function es256(key: KeyObject): (input: string) => Buffer {
  return (input) => sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' })
}

/** A device with a key; `proof` makes a good proof, or one with members changed, or left out where undefined. */
export async function device(alg: 'ES256' | 'EdDSA' | 'RS256' = 'ES256') {
  const key = await suite.generateKey(alg)
  const secret = createPrivateKey({ key: { ...key }, format: 'jwk' })
  const natural = alg === 'ES256' ? es256(secret) : (input: string) => sign(alg === 'RS256' ? 'sha256' : null, Buffer.from(input), secret)
  const proof = ({ header = {}, claims = {}, payload, signWith = natural }: Changes = {}) => {
    const said = payload ?? JSON.stringify({ jti: 'proof-1', htm: 'POST', htu: URL_OF_TOKEN, iat: NOW / 1000, ...claims })
    const input = `${part({ typ: 'dpop+jwt', alg, jwk: publicOf(key), ...header })}.${Buffer.from(said).toString('base64url')}`
    return `${input}.${signWith(input).toString('base64url')}`
  }
  return { key, proof, thumbprint: await thumbprint(suite, publicOf(key)) }
}

export const expecting = (header: string | null, changes: Partial<ProofExpectation> = {}): ProofExpectation => ({
  header,
  method: 'POST',
  url: URL_OF_TOKEN,
  now: NOW,
  ...changes,
})
