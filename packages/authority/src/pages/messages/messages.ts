/** Every word on the pages, by meaning. A translation is one object of this type; nothing else on the pages holds text. */
import type { Fragment } from '../html.ts'

/** What can end a visit before a decision. */
export type ErrorKind =
  | 'expired'
  | 'too_late'
  | 'taken'
  | 'decided'
  | 'not_entered'
  | 'csrf'
  | 'limited'
  | 'not_found'
  | 'invalid'
  | 'unavailable'
  | 'other_network'
  | 'other_country'
  | 'not_enrolled'
  | 'request_refused'
  | 'request_ended'
  | 'request_stale'
  | 'sign_in_ended'
  | 'sign_in_refused'
  | 'not_admitted'
  | 'devices_stale'
  | 'failed'

interface Explained {
  readonly title: string
  readonly what: string
  readonly next: string
}

interface Ending {
  readonly title: string
  readonly next: (client: Fragment) => Fragment
  readonly close: string
  readonly report: (contact: Fragment) => Fragment
}

export interface DecideMessages {
  readonly title: string
  readonly lead: (client: Fragment, approver: Fragment) => Fragment
  readonly unnamed: string
  readonly unverified: string
  readonly compare: string
  readonly compareHow: string
  /** The code for those who hear it, character by character. */
  readonly spelled: (characters: string) => string
  readonly whoAsks: string
  readonly client: string
  readonly callsItself: (name: Fragment) => Fragment
  readonly clientId: (id: Fragment) => Fragment
  readonly published: string
  readonly verified: string
  readonly publishedWhy: string
  readonly registered: string
  readonly registeredItself: string
  readonly device: string
  readonly deviceSays: (name: Fragment) => Fragment
  readonly deviceSilent: string
  readonly from: string
  readonly sameNetwork: string
  readonly otherNetwork: string
  readonly unknownNetwork: string
  /** Before a place that was guessed from an address. */
  readonly near: (place: Fragment) => Fragment
  readonly thisBrowser: string
  readonly otherCountry: (device: Fragment, browser: Fragment) => Fragment
  readonly otherCountryWhy: string
  readonly software: (userAgent: Fragment) => Fragment
  readonly asked: string
  readonly ago: (seconds: number) => string
  readonly stillOpen: (seconds: number) => string
  readonly key: string
  readonly keyBound: string
  readonly keyFree: string
  readonly may: string
  readonly untick: string
  readonly risky: string
  readonly signInFirst: string
  readonly signInAgain: string
  readonly noScopes: string
  readonly at: string
  readonly noResources: string
  readonly consequence: (client: Fragment) => Fragment
  readonly anyProgram: string
  readonly anyProgramWhy: string
  readonly phishing: string
  readonly phishingWhy: string
  readonly report: (contact: Fragment) => Fragment
  readonly yourAnswer: string
  readonly confirm: string
  readonly errors: Readonly<Record<'not_confirmed' | 'nothing_ticked', string>>
  readonly deny: string
  readonly approve: string
}

export interface DecideRequestMessages {
  readonly title: string
  readonly lead: (client: Fragment, approver: Fragment) => Fragment
  readonly goesBack: string
  readonly goesBackTo: (host: Fragment) => Fragment
  readonly goesBackHere: string
  readonly goesBackProgram: (scheme: Fragment) => Fragment
  readonly whole: (address: Fragment) => Fragment
  readonly whoAsks: string
  readonly consequence: (client: Fragment) => Fragment
  readonly local: string
  readonly localWhy: string
  readonly started: string
  readonly startedWhy: string
}

export interface DevicesMessages {
  readonly title: string
  /** Leads to the list from elsewhere. */
  readonly seeAll: string
  readonly lead: (approver: Fragment) => Fragment
  readonly none: string
  readonly may: string
  readonly noScopes: string
  readonly approved: string
  readonly inBrowser: (address: Fragment) => Fragment
  readonly seen: string
  readonly ago: (seconds: number) => string
  readonly rename: string
  readonly label: string
  readonly save: string
  readonly revoke: string
  readonly revokeAll: string
  readonly revokeAllWhy: string
  readonly revokeAllNow: string
  readonly notShown: (count: number) => string
  /** `accessTokenLife`: seconds. */
  readonly done: Readonly<Record<'revoked' | 'revoked_all' | 'renamed', (accessTokenLife: number) => string>>
}

type NoticeKind = 'device' | 'program' | 'passkey_added' | 'passkey_removed'

/** A message that tells outside the browser of an approval, or of a change of passkeys: plain text, no markup. */
export interface NoticeMessages {
  /** Of a message about a device that asked, or a program that sent the browser; `host` is that of the issuer. */
  readonly subject: Readonly<Record<NoticeKind, (host: Fragment) => Fragment>>
  readonly lead: Readonly<Record<NoticeKind, (host: Fragment, approver: Fragment) => Fragment>>
  /** The word before the name of one. */
  readonly passkey: string
  readonly wasYou: string
  readonly wasYouPasskey: string
  /** Stands before the address. */
  readonly notYou: string
  readonly notYouPasskey: string
  readonly never: string
}

export interface PasskeysMessages {
  readonly title: string
  /** Leads to the page from elsewhere. */
  readonly seeAll: string
  readonly lead: (approver: Fragment) => Fragment
  readonly none: string
  readonly unnamed: string
  readonly added: string
  readonly removed: string
  readonly used: string
  readonly never: string
  readonly remove: string
  readonly add: string
  readonly nameHint: string
  readonly needs: string
  readonly failed: string
  readonly exists: string
  readonly full: string
  readonly signInFirst: string
  readonly done: Readonly<Record<'added' | 'removed', string>>
  readonly errors: Readonly<Record<'refused' | 'stale' | 'only', string>>
}

export interface Messages {
  /** BCP 47 tag of the language. */
  readonly lang: string
  readonly dir: 'ltr' | 'rtl'
  /** Stands in the header when the operator has no name. */
  readonly product: string
  readonly signedInAs: (name: Fragment) => Fragment
  readonly signOut: string
  readonly codeEntry: string
  readonly signIn: {
    readonly title: string
    readonly lead: string
    readonly leadForProgram: string
    readonly leadForDevices: string
    readonly leadForPasskeys: string
    readonly titleAgain: string
    readonly leadAgain: string
    readonly submitAgain: string
    readonly name: string
    readonly password: string
    readonly submit: string
    readonly with: (place: Fragment) => Fragment
    readonly passkey: string
    readonly passkeyAgain: string
    readonly passkeyFailed: string
    readonly onlyIfYou: string
    readonly onlyIfYouForProgram: string
    readonly errors: Readonly<Record<'refused' | 'passkey_refused' | 'limited' | 'stale', string>>
  }
  readonly goOn: {
    readonly title: (place: string) => string
    readonly what: string
    readonly next: (place: Fragment) => Fragment
  }
  readonly enterCode: {
    readonly title: string
    readonly rule: string
    readonly reason: string
    readonly label: string
    readonly hint: string
    readonly prefilledHint: string
    readonly submit: string
    readonly errors: Readonly<Record<'wrong' | 'mistyped' | 'stale', string>> & { readonly limited: (seconds: number) => string }
  }
  readonly decide: DecideMessages
  readonly decideRequest: DecideRequestMessages
  readonly devices: DevicesMessages
  readonly passkeys: PasskeysMessages
  readonly notice: NoticeMessages
  readonly countersign: {
    readonly title: string
    readonly type: (client: Fragment) => Fragment
    readonly secret: string
    readonly why: string
    readonly close: string
  }
  readonly done: Readonly<Record<'approved' | 'denied', Ending>>
  readonly errors: Readonly<Record<ErrorKind, Explained>>
}
