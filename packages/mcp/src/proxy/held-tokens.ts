/** Tokens held for a moment, so that calls that come one after the other do not open the vault for each. */
import type { Credential, Tokens } from '@countersign/client'
import type { Clock } from '@countersign/protocol'

/** Milliseconds: how late a sign-out, or a sign-in with more scopes, of another program is noticed at the most. */
const HELD = 1000

export interface HeldTokens extends Tokens {
  /** There may be a better one: the next call looks. */
  forget(): void
}

/** For one credential in turn; what a server refused is never given again. */
export function heldTokens(tokens: Tokens, clock: Clock): HeldTokens {
  let held: { readonly name: string; readonly credential: Credential; readonly until: number } | undefined
  return {
    forget: () => {
      held = undefined
    },
    async accessToken(name, options = {}) {
      const now = clock.now()
      const isGood = held !== undefined && held.name === name && now < held.until && held.credential.accessToken !== options.rejected
      if (held !== undefined && isGood) return held.credential
      held = undefined
      const credential = await tokens.accessToken(name, options)
      // One that ends soon is looked at every time, so that it is renewed when it is due.
      const until = Math.min(now + HELD, (credential.expiresAt ?? Number.POSITIVE_INFINITY) - 2 * HELD)
      held = { name, credential, until }
      return credential
    },
  }
}
