/** The suite every runtime has: jose and Web Crypto. */
import { CompactSign, compactVerify, importJWK, type CryptoKey as JoseKey } from 'jose'
import { encodeBase64url } from './base64url.ts'
import { webEntropy } from './web-entropy.ts'
import { algorithmOf, type PrivateJwk, type PublicJwk, type SignatureAlgorithm, type Suite } from './suite.ts'

const NONCE_BYTES = 12
const SEALING_KEY_BYTES = 32
const PARAMETERS: Readonly<Record<SignatureAlgorithm, AlgorithmIdentifier | EcKeyGenParams | RsaHashedKeyGenParams>> = {
  ES256: { name: 'ECDSA', namedCurve: 'P-256' },
  EdDSA: { name: 'Ed25519' },
  RS256: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) },
}

/** A suite on `globalThis.crypto`. */
export function webSuite(): Suite {
  const { subtle } = globalThis.crypto
  const entropy = webEntropy()
  const text = new TextEncoder()
  const aes = (key: Uint8Array, usage: 'encrypt' | 'decrypt') => subtle.importKey('raw', key.slice(), 'AES-GCM', false, [usage])

  return {
    random: (count) => entropy.random(count),
    sha256: async (input) => encodeBase64url(new Uint8Array(await subtle.digest('SHA-256', text.encode(input)))),
    hmac: (key) => {
      const imported = subtle.importKey('raw', key.slice(), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
      return async (input) => encodeBase64url(new Uint8Array(await subtle.sign('HMAC', await imported, text.encode(input))))
    },
    generateKey: async (alg) => {
      const pair = (await subtle.generateKey(PARAMETERS[alg], true, ['sign', 'verify'])) as CryptoKeyPair
      const { kty, crv, x, y, n, e, d, p, q, dp, dq, qi } = await subtle.exportKey('jwk', pair.privateKey)
      if (kty === 'RSA') return { kty, n, e, d, p, q, dp, dq, qi } as PrivateJwk
      return (kty === 'EC' ? { kty, crv, x, y, d } : { kty, crv, x, d }) as PrivateJwk
    },
    signer: async (key) => {
      const alg = algorithmOf(key)
      const imported = (await importJWK({ ...key }, alg)) as JoseKey
      return (header, payload) =>
        new CompactSign(text.encode(payload)).setProtectedHeader({ ...(JSON.parse(header) as object), alg }).sign(imported)
    },
    verifier: async (key: PublicJwk) => {
      const alg = algorithmOf(key)
      const imported = (await importJWK({ ...key }, alg)) as JoseKey
      return async (jws) => {
        try {
          await compactVerify(jws, imported, { algorithms: [alg] })
          return true
        } catch {
          return false
        }
      }
    },
    seal: async (key, plaintext, associated) => {
      // AES takes shorter keys too, and would then be weaker than this port says.
      if (key.length !== SEALING_KEY_BYTES) throw new RangeError('the sealing key must hold 32 bytes')
      const nonce = entropy.random(NONCE_BYTES)
      const parameters = { name: 'AES-GCM', iv: nonce, additionalData: text.encode(associated) }
      const sealed = new Uint8Array(await subtle.encrypt(parameters, await aes(key, 'encrypt'), plaintext.slice()))
      const joined = new Uint8Array(NONCE_BYTES + sealed.length)
      joined.set(nonce)
      joined.set(sealed, NONCE_BYTES)
      return joined
    },
    open: async (key, sealed, associated) => {
      if (key.length !== SEALING_KEY_BYTES) return undefined
      const parameters = { name: 'AES-GCM', iv: sealed.slice(0, NONCE_BYTES), additionalData: text.encode(associated) }
      try {
        return new Uint8Array(await subtle.decrypt(parameters, await aes(key, 'decrypt'), sealed.slice(NONCE_BYTES)))
      } catch {
        return undefined
      }
    },
  }
}
