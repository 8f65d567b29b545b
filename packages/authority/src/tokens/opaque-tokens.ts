/** Opaque access tokens: the claims of a JWT (RFC 9068), sealed. Nobody else can read or make one, and nothing of them is stored. */
import { type AccessTokenClaims, decodeBase64url, encodeBase64url, type Suite } from '@countersign/proof'
import { type Awaitable, whenKnown } from '@countersign/protocol'

export interface OpaqueTokens {
  make(claims: AccessTokenClaims): Awaitable<string>
  /** The claims as they were sealed, whatever has become of them since; `undefined` for what is no token of ours. Nobody may change them. */
  read(token: string): Awaitable<AccessTokenClaims | undefined>
}

const ASSOCIATED = 'access token'
const LONGEST = 8192
/** A resource server asks about one token again and again. Remembered are as many as were read last, at the least, and twice as many at the most. */
const REMEMBERED = 2048

export function openOpaqueTokens(suite: Suite, key: Uint8Array): OpaqueTokens {
  // Two generations: what is not asked for in one is forgotten at the end of the next. Only what was genuine gets in.
  let young = new Map<string, AccessTokenClaims>()
  let old = new Map<string, AccessTokenClaims>()

  function remember(token: string, claims: AccessTokenClaims): AccessTokenClaims {
    if (young.size >= REMEMBERED) {
      old = young
      young = new Map()
    }
    young.set(token, claims)
    return claims
  }

  return {
    make: (claims) => whenKnown(suite.seal(key, new TextEncoder().encode(JSON.stringify(claims)), ASSOCIATED), encodeBase64url),
    read(token) {
      const known = young.get(token)
      if (known !== undefined) return known
      const older = old.get(token)
      if (older !== undefined) return remember(token, older)
      const sealed = token.length > LONGEST ? undefined : decodeBase64url(token)
      if (sealed === undefined) return undefined
      return whenKnown(suite.open(key, sealed, ASSOCIATED), (opened) => {
        if (opened === undefined) return undefined
        return remember(token, Object.freeze(JSON.parse(new TextDecoder().decode(opened)) as AccessTokenClaims))
      })
    },
  }
}
