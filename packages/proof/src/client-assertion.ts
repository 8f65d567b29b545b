/** A client's proof of who it is, signed with its own key (RFC 7523 section 2.2, private_key_jwt). */
import type { Clock, Seconds } from '@countersign/protocol'
import { randomText } from './random-text.ts'
import { algorithmOf, type PrivateJwk, type Suite } from './suite.ts'

export interface AssertionRequest {
  readonly clientId: string
  /** The validated issuer identifier of the one server that may accept it. */
  readonly issuer: string
  readonly key: PrivateJwk
  /** `kid`, where the server knows several keys of this client. */
  readonly keyId?: string | undefined
}

/** Long enough for clocks that differ a little, short enough to be of no use to a thief. */
const LIFE: Seconds = 60

/** One assertion, for one request. */
export async function createClientAssertion(
  suite: Suite,
  clock: Clock,
  { clientId, issuer, key, keyId }: AssertionRequest,
): Promise<string> {
  const sign = await suite.signer(key)
  const iat = Math.floor(clock.now() / 1000)
  const header = { alg: algorithmOf(key), typ: 'JWT', ...(keyId === undefined ? {} : { kid: keyId }) }
  // RFC 9700 section 2.1 as updated: the issuer is the only audience, so metadata of a hostile server cannot aim it at another one.
  const claims = { iss: clientId, sub: clientId, aud: issuer, jti: randomText(suite, 16), iat, exp: iat + LIFE }
  return sign(JSON.stringify(header), JSON.stringify(claims))
}
