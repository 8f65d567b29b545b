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

interface Opened {
  readonly token: string
  readonly claims: AccessTokenClaims
}

/** The end of a token is the tag of its seal, which no other genuine one has; hashing it all takes longer than the rest of a look-up. */
const endOf = (token: string) => token.slice(-22)

export function openOpaqueTokens(suite: Suite, key: Uint8Array): OpaqueTokens {
  // Two generations: what is not asked for in one is forgotten at the end of the next. Only what was genuine gets in.
  let young = new Map<string, Opened>()
  let old = new Map<string, Opened>()

  function known(token: string): Opened | undefined {
    const end = endOf(token)
    const opened = young.get(end) ?? old.get(end)
    return opened?.token === token ? opened : undefined
  }
  function remember(opened: Opened): AccessTokenClaims {
    const end = endOf(opened.token)
    if (young.size >= REMEMBERED && !young.has(end)) {
      old = young
      young = new Map()
    }
    young.set(end, opened)
    return opened.claims
  }

  return {
    make: (claims) => whenKnown(suite.seal(key, new TextEncoder().encode(JSON.stringify(claims)), ASSOCIATED), encodeBase64url),
    read(token) {
      const before = known(token)
      if (before !== undefined) return remember(before)
      const sealed = token.length > LONGEST ? undefined : decodeBase64url(token)
      if (sealed === undefined) return undefined
      return whenKnown(suite.open(key, sealed, ASSOCIATED), (opened) => {
        if (opened === undefined) return undefined
        return remember({ token, claims: Object.freeze(JSON.parse(new TextDecoder().decode(opened)) as AccessTokenClaims) })
      })
    },
  }
}
