/** The web suite with signatures made synchronously, so that a fake clock can tell "busy" from "waiting". */
import { createHash, createPrivateKey, generateKeyPairSync, sign } from 'node:crypto'
import { algorithmOf, encodeBase64url, type PrivateJwk, type Suite } from '@countersign/proof'
import { webSuite } from '@countersign/proof/web'

export function signingSuite(): Suite {
  return {
    ...webSuite(),
    sha256: (text) => createHash('sha256').update(text).digest('base64url'),
    generateKey: (alg) => {
      const pairs = {
        ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
        EdDSA: () => generateKeyPairSync('ed25519'),
        RS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
      }
      return pairs[alg]().privateKey.export({ format: 'jwk' }) as unknown as PrivateJwk
    },
    signer: (jwk) => {
      const key = createPrivateKey({ key: { ...jwk }, format: 'jwk' })
      const digest = algorithmOf(jwk) === 'EdDSA' ? null : 'sha256'
      return (header, payload) => {
        const input = `${part(header)}.${part(payload)}`
        return `${input}.${encodeBase64url(sign(digest, Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }))}`
      }
    },
  }
}

function part(text: string): string {
  return encodeBase64url(new TextEncoder().encode(text))
}
