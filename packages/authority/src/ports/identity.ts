/** Who the person in the browser is. The authority does not own its users: it asks this port and believes the answer. */
import type { Awaitable, EpochMilliseconds, Exchange, Reply } from '@countersign/protocol'
import type { Errand } from '../browser/errand.ts'

/** The person who decides, signed in. */
export interface Approver {
  /** What tokens carry as `sub`. */
  readonly subject: string
  /** How the page greets the person. */
  readonly name: string
  /** When the person last proved who it is. */
  readonly authenticatedAt: EpochMilliseconds
  /** Names this browser session and no other, also after signing in again; secret forms (CSRF) are derived from it, so it must not be guessable. */
  readonly browser: string
}

export interface Identity {
  /** The person behind this request, or `undefined` when nobody is signed in. */
  recognise(exchange: Exchange): Awaitable<Approver | undefined>
  /**
   * An answer that lets the person sign in and then brings the browser back to `errandPath` of this errand.
   * `again`: this person is signed in and has to prove it once more; afterwards `authenticatedAt` is new, and `browser` the same.
   * Whatever it travelled through (a form, a query, an upstream login's state), `readErrand` says whether it still is one.
   */
  signIn(exchange: Exchange, errand: Errand | undefined, again?: Approver): Promise<Reply>
  /** Whether the subject may still hold grants: asked at redemption and refresh. */
  isActive(subject: string): Awaitable<boolean>
  /** The name to show for a subject (userinfo). */
  nameOf(subject: string): Awaitable<string | undefined>
  /** Where, below the issuer, this person changes the passkeys they sign in with; for whoever has none and can have none, nowhere. */
  passkeysPath?(subject: string): Promise<string | undefined>
  /** Pages of its own, by path below the issuer (`/sign-in`). */
  readonly routes: Readonly<Record<string, (exchange: Exchange) => Promise<Reply>>>
}
