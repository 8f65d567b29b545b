/** One secret to keep, several keys to use: derived by HMAC, so that none of them tells anything about another. */
import { decodeBase64url, type Suite } from '@countersign/proof'

export interface MasterKeys {
  /** For the digests of codes, tokens, cookies and client secrets. */
  readonly digest: Uint8Array
  /** For sealing signing keys. */
  readonly sealing: Uint8Array
  /** For sealing opaque access tokens. */
  readonly tokens: Uint8Array
  /** For DPoP nonces. */
  readonly nonces: Uint8Array
}

/** @throws RangeError when the master key holds fewer than 32 bytes */
export async function masterKeys(suite: Suite, masterKey: Uint8Array): Promise<MasterKeys> {
  if (masterKey.length < 32) throw new RangeError('the master key must hold at least 32 bytes')
  const mac = suite.hmac(masterKey)
  const derive = async (purpose: string) => decodeBase64url(await mac(purpose)) as Uint8Array
  return {
    digest: await derive('countersign digest v1'),
    sealing: await derive('countersign sealing v1'),
    tokens: await derive('countersign tokens v1'),
    nonces: await derive('countersign nonces v1'),
  }
}
