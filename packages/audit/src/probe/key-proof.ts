/** DPoP proofs (RFC 9449 section 4.2), right ones and ones that must not be taken. The judge signs by itself. */
import { createHash, generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto'

export interface ProofKey {
  readonly jwk: Readonly<Record<string, string>>
  readonly thumbprint: string
  readonly secret: KeyObject
}

export interface ProofParts {
  readonly method: string
  readonly url: string
  /** Seconds. */
  readonly issuedAt: number
  readonly nonce?: string | undefined
  readonly id?: string
  /** Of a token the proof goes with. */
  readonly accessToken?: string
}

export function newProofKey(): ProofKey {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { crv = '', kty = '', x = '', y = '' } = publicKey.export({ format: 'jwk' })
  // RFC 7638 section 3.2: these members, in this order.
  const jwk = { crv, kty, x, y }
  return { jwk, thumbprint: createHash('sha256').update(JSON.stringify(jwk)).digest('base64url'), secret: privateKey }
}

export function proofOf(key: ProofKey, { method, url, issuedAt, nonce, id = randomUUID(), accessToken }: ProofParts): string {
  const { origin, pathname } = new URL(url)
  const claims = {
    htm: method,
    htu: origin + pathname,
    iat: Math.floor(issuedAt),
    jti: id,
    ...(nonce === undefined ? {} : { nonce }),
    ...(accessToken === undefined ? {} : { ath: createHash('sha256').update(accessToken).digest('base64url') }),
  }
  const signed = [{ typ: 'dpop+jwt', alg: 'ES256', jwk: key.jwk }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  return `${signed}.${sign('sha256', Buffer.from(signed), { key: key.secret, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
}
