/** What happened, for logs, metrics and alerts. Names are dotted, past tense. Secrets appear as digest prefixes or not at all. */

interface About {
  readonly clientId?: string
  readonly subject?: string
  readonly address?: string
  /** The first characters of the id of a device authorization or an authorization request (itself a digest). */
  readonly authorization?: string
  readonly grant?: string
}

export type AuthorityEvent = About &
  (
    | { readonly type: 'device.opened'; readonly keyBound: boolean }
    | { readonly type: 'device.entered' }
    | { readonly type: 'device.approved'; readonly narrowed: boolean }
    | { readonly type: 'device.denied' }
    | {
        readonly type: 'device.refused'
        readonly why: 'other_network' | 'other_country' | 'not_enrolled'
        /** What an operator enrolls, if the device proved a key. */
        readonly keyThumbprint?: string | undefined
      }
    | { readonly type: 'device.countersigned' }
    | { readonly type: 'device.countersigned_wrong'; readonly wrong: number }
    /** Of every poll on time that brought no decision: too many for a log, made for counting. */
    | { readonly type: 'device.polled'; readonly outcome: 'authorization_pending' | 'countersign_required' }
    | { readonly type: 'device.slowed_down'; readonly interval: number }
    | { readonly type: 'device.redeemed' }
    | { readonly type: 'device.replayed' }
    | { readonly type: 'device.key_mismatched' }
    | { readonly type: 'authorization.opened' }
    | { readonly type: 'authorization.approved'; readonly narrowed: boolean }
    | { readonly type: 'authorization.denied' }
    | { readonly type: 'authorization.refused'; readonly why: 'not_enrolled'; readonly keyThumbprint?: string | undefined }
    | { readonly type: 'authorization.redeemed' }
    | { readonly type: 'authorization.replayed' }
    | { readonly type: 'authorization.mismatched'; readonly what: 'client' | 'code_verifier' | 'redirect_uri' | 'key' }
    | { readonly type: 'client.document_refused'; readonly url: string; readonly why: string; readonly cause: unknown }
    | { readonly type: 'client.registered' }
    | { readonly type: 'client.replaced' }
    | { readonly type: 'client.removed' }
    | { readonly type: 'code.guessed_wrong' }
    | { readonly type: 'code.mistyped' }
    | { readonly type: 'code.guessing_limited'; readonly limit: 'browser' | 'account' | 'network' | 'global' | 'mistypes' }
    | { readonly type: 'code.reused'; readonly accounts: number; readonly cancelled: boolean }
    | { readonly type: 'family.rotated'; readonly generation: number }
    | { readonly type: 'family.repeated'; readonly generation: number }
    | { readonly type: 'family.replayed'; readonly generation: number }
    | { readonly type: 'grant.revoked' }
    | { readonly type: 'account.signed_in' }
    | { readonly type: 'account.refused' }
    | { readonly type: 'account.passkey_added'; readonly passkey: string }
    | { readonly type: 'account.passkey_removed'; readonly passkey: string }
    | {
        readonly type: 'account.passkey_refused'
        readonly why: 'unknown' | 'other_account' | 'not_verified' | 'disabled' | 'replayed' | 'counter' | 'taken'
      }
    | { readonly type: 'account.linked'; readonly provider: string }
    | { readonly type: 'account.upstream_refused'; readonly provider: string; readonly why: string; readonly cause?: unknown }
    | { readonly type: 'request.failed'; readonly endpoint: string; readonly cause: unknown }
  )

/** Takes an event; must not throw and must not wait. */
export type Events = (event: AuthorityEvent) => void
