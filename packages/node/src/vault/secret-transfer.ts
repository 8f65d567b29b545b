/**
 * How a secret goes to a keyring and back: sealed for the two of them (Secret Service API, "dh-ietf1024-sha256-aes128-cbc-pkcs7"), so that
 * it stands in no buffer of the bus and in no record of its traffic. It is not what keeps other programs of this user out: they can ask
 * the keyring themselves.
 */
import { createCipheriv, createDecipheriv, getDiffieHellman, hkdfSync, randomBytes } from 'node:crypto'

export const TRANSFER = 'dh-ietf1024-sha256-aes128-cbc-pkcs7'

const KEY_BYTES = 16
const NONCE_BYTES = 16
const CIPHER = 'aes-128-cbc'
const NONE = new Uint8Array()

export interface SealedSecret {
  readonly parameters: Uint8Array
  readonly value: Uint8Array
}

export interface SecretTransfer {
  seal(secret: string): SealedSecret
  open(sealed: SealedSecret): string
}

/** Our half of the agreement; `with` takes theirs. */
export function beginTransfer(): { readonly publicKey: Uint8Array; readonly with: (theirs: Uint8Array) => SecretTransfer } {
  // 1024 bits: the specification knows no other group.
  const ours = getDiffieHellman('modp2')
  return {
    publicKey: ours.generateKeys(),
    with: (theirs) => {
      const key = new Uint8Array(hkdfSync('sha256', ours.computeSecret(theirs), NONE, NONE, KEY_BYTES))
      return {
        seal: (secret) => {
          const parameters = randomBytes(NONCE_BYTES)
          const cipher = createCipheriv(CIPHER, key, parameters)
          return { parameters, value: Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]) }
        },
        open: ({ parameters, value }) => {
          const decipher = createDecipheriv(CIPHER, key, parameters)
          return Buffer.concat([decipher.update(value), decipher.final()]).toString('utf8')
        },
      }
    },
  }
}
