/** The web suite with signatures made synchronously, so that a fake clock can tell "busy" from "waiting". */
import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto'
import { algorithmOf, encodeBase64url, type PrivateJwk, type Suite, webSuite } from '@countersign/proof'
import { createHash } from 'node:crypto'

export function signingSuite(): Suite {
  return {
    ...webSuite(),
    sha256: (text) => createHash('sha256').update(text).digest(),
    generateKey: (alg) => {
      const pair = alg === 'ES256' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('ed25519')
      return pair.privateKey.export({ format: 'jwk' }) as unknown as PrivateJwk
    },
    signer: (jwk) => {
      const key = createPrivateKey({ key: { ...jwk }, format: 'jwk' })
      const digest = algorithmOf(jwk) === 'ES256' ? 'sha256' : null
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
