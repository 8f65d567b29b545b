/**
 * The cryptographic primitives a runtime provides. `webSuite` serves every runtime; a faster one (node:crypto) may be injected.
 * Everything in this package is built on this port; nothing outside this package touches a key.
 */
import type { Awaitable, Entropy } from '@countersign/protocol'

/** Asymmetric signature algorithms this project signs or verifies with (RFC 7518, RFC 8037). */
export type SignatureAlgorithm = 'ES256' | 'EdDSA' | 'RS256'

/** A public key as a JWK, with only the members its thumbprint is made of (RFC 7638). */
export type PublicJwk =
  | { readonly kty: 'EC'; readonly crv: 'P-256'; readonly x: string; readonly y: string }
  | { readonly kty: 'OKP'; readonly crv: 'Ed25519'; readonly x: string }
  | { readonly kty: 'RSA'; readonly n: string; readonly e: string }

/** A private key as a JWK: its public members and the private ones of its kind (RFC 7518 section 6). */
export type PrivateJwk =
  | (Exclude<PublicJwk, { kty: 'RSA' }> & { readonly d: string })
  | (Extract<PublicJwk, { kty: 'RSA' }> & {
      readonly d: string
      readonly p: string
      readonly q: string
      readonly dp: string
      readonly dq: string
      readonly qi: string
    })

/** Makes a compact JWS (RFC 7515 section 3.1) of a protected header and a payload, both JSON texts. */
export type SignCompact = (header: string, payload: string) => Awaitable<string>
/** Whether a compact JWS was signed by the key and says so in its `alg`. Never throws on a bad token. */
export type VerifyCompact = (jws: string) => Awaitable<boolean>

export interface Suite extends Entropy {
  /** SHA-256 as base64url, the one form in which anybody here wants it. */
  sha256(text: string): Awaitable<string>
  /** HMAC-SHA-256 under one key, as base64url. */
  hmac(key: Uint8Array): (text: string) => Awaitable<string>
  /** A new key; RSA keys have 2048 bits. */
  generateKey(alg: SignatureAlgorithm): Awaitable<PrivateJwk>
  signer(key: PrivateJwk): Awaitable<SignCompact>
  /** Fails when the key is none, such as a point off its curve. */
  verifier(key: PublicJwk): Awaitable<VerifyCompact>
  /** AES-256-GCM: nonce, ciphertext and tag in one. The associated text is authenticated, not hidden. The key must hold 32 bytes (RangeError). */
  seal(key: Uint8Array, plaintext: Uint8Array, associated: string): Awaitable<Uint8Array>
  /** The plaintext, or `undefined` when key, bytes or associated text are not the ones it was sealed with. */
  open(key: Uint8Array, sealed: Uint8Array, associated: string): Awaitable<Uint8Array | undefined>
}

/** The algorithm a key signs with. */
export function algorithmOf(key: PublicJwk | PrivateJwk): SignatureAlgorithm {
  if (key.kty === 'EC') return 'ES256'
  return key.kty === 'OKP' ? 'EdDSA' : 'RS256'
}
