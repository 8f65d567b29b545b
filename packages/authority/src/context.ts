/** What every endpoint is given: the ports, the settings, and what was derived from them once. Nothing here changes after start. */
import type { Awaitable, Clock, EpochMilliseconds, Exchange, Reply } from '@countersign/protocol'
import type { Digest, Nonces, ProofExpectation, Suite, VerifiedProof } from '@countersign/proof'
import type { ClientDocuments } from './clients/metadata-document/client-documents.ts'
import type { openAskedInWords } from './endpoints/asked-in-words.ts'
import { chooseLanguage, type Language, type LoginPages, messagesIn, type Site } from './pages/index.ts'
import type { Events } from './ports/events.ts'
import type { Identity } from './ports/identity.ts'
import type { Notices } from './ports/notices.ts'
import type { Places } from './ports/places.ts'
import type { Store } from './ports/store.ts'
import type { Resource, Settings } from './settings.ts'
import type { OpaqueTokens } from './tokens/opaque-tokens.ts'
import type { SigningKeys } from './tokens/signing-keys.ts'

export interface Context {
  /** The issuer identifier, exactly as configured. */
  readonly issuer: string
  /** Path of the issuer without a trailing slash: empty, or such as `/auth`. */
  readonly base: string
  readonly store: Store
  readonly suite: Suite
  readonly clock: Clock
  readonly digest: Digest
  readonly keys: SigningKeys
  readonly opaqueTokens: OpaqueTokens
  readonly identity: Identity
  readonly clientDocuments: ClientDocuments
  readonly resources: readonly Resource[]
  readonly askedInWords: ReturnType<typeof openAskedInWords>
  readonly events: Events
  readonly notices: Notices
  readonly places: Places
  readonly settings: Settings
  /** What the pages have in common; an endpoint finds the words of its request in it. */
  readonly site: Site
  /** The pages of a login, in the same words. */
  readonly pages: LoginPages
  readonly nonces: Nonces
  /** When this authority was opened. What it remembered before may be gone. */
  readonly openedAt: EpochMilliseconds
  readonly verifyProof: (expected: ProofExpectation) => Promise<VerifiedProof>
}

/** One endpoint: an exchange in, a reply out. It may throw an OAuthError, which is then the reply. */
export type Endpoint = (context: Context, exchange: Exchange) => Awaitable<Reply>

/** What the pages have in common, in the language of the browser that asks. */
export function siteFor(context: Pick<Context, 'site' | 'settings'>, exchange: Pick<Exchange, 'headers'>): Site {
  return { ...context.site, messages: messagesIn(languageFor(context, exchange)) }
}

export function languageFor({ settings }: Pick<Context, 'settings'>, { headers }: Pick<Exchange, 'headers'>): Language {
  const accepted = headers['accept-language']
  if (accepted === undefined) return settings.defaultLanguage
  // RFC 9110 section 5.3: several lines are one list.
  return chooseLanguage(typeof accepted === 'string' ? accepted : accepted.join(','), settings.defaultLanguage)
}

/** The URL of a path below the issuer. */
export function urlOf(context: Pick<Context, 'issuer'>, path: string): string {
  return context.issuer.replace(/\/$/, '') + path
}
