/** Where a sign-in stands, as plain values: what is shown to people, and what programs switch on. */
import type { Invitation } from '@countersign/client'
import type { CountersignError, EpochMilliseconds, Scope } from '@countersign/protocol'

/** The server wants the number that the approving page shows (docs/countersign.md). */
export interface CountersignAsked {
  /** Tells one question from the next. */
  readonly number: number
  /** The number given before was wrong; the server's own words about it, when it has some. */
  readonly wrong: boolean
  readonly told?: string
}

export type SignInState =
  | { readonly type: 'signed_out' }
  /** A person has the code, or should get it now. */
  | {
      readonly type: 'waiting'
      readonly flow: string
      readonly invitation: Invitation
      readonly scope: Scope
      readonly question?: CountersignAsked
    }
  | { readonly type: 'signed_in'; readonly scope: Scope | undefined; readonly expiresAt?: EpochMilliseconds; readonly from: TokenSource }
  /** The latest request for a sign-in came to nothing. */
  | { readonly type: 'refused'; readonly error: CountersignError }

/** Where the token comes from: a variable of the environment, by its name, or a sign-in. */
export type TokenSource = { readonly environment: string } | 'sign_in'

/** A token that is good now. */
export interface Access {
  /** Secret. */
  readonly token: string
  /** How it is presented: `DPoP` needs a proof with every request. */
  readonly tokenType: 'Bearer' | 'DPoP'
  /** `undefined` for a token from the environment: nobody here knows. */
  readonly scope: Scope | undefined
  readonly expiresAt?: EpochMilliseconds
  readonly from: TokenSource
}

/** How the wait for a person ended. */
export type FlowEnd =
  /** `missing` was asked for and not granted. */
  | { readonly type: 'signed_in'; readonly missing: Scope }
  /** Somebody else needs more scopes: one code for all of them takes its place. */
  | { readonly type: 'replaced' }
  | { readonly type: 'refused'; readonly error: CountersignError }
