/** Every kind of record the authority keeps, and the one way to change one. */
import type {
  Awaitable,
  AuthorizationCode,
  AuthorizationRequest,
  DeviceAuthorization,
  EpochMilliseconds,
  Origin,
  Scope,
  Seconds,
  TokenFamily,
} from '@countersign/protocol'
import type { ApprovalPolicy } from '../approval/approval-policy.ts'
import type { NewRow, Row, Store } from '../ports/store.ts'
import type { GrantKind } from '../settings.ts'
import type { AuthMethod } from '../clients/registration/client-metadata.ts'

/** What is kept of a client that registered itself, beside its metadata. */
export interface SelfRegistration {
  readonly authMethod: AuthMethod
  /** Keyed digest of the token it manages its registration with (RFC 7592). */
  readonly tokenDigest: string
  /** Of open registration: forgotten at this moment, unless it is used before. */
  readonly keptUntil?: EpochMilliseconds
}

/** What lets somebody register a client (RFC 7591 section 3); the id is the digest of the token. */
export interface InitialAccessToken {
  readonly remaining: number
  readonly createdAt: EpochMilliseconds
  readonly expiresAt: EpochMilliseconds
}

/** A registered client (RFC 7591 section 2, by our names). */
export interface Client {
  readonly id: string
  readonly name: string
  /** `none`: a public client, as devices are (RFC 8628 section 5.6). */
  readonly authentication: 'none' | 'client_secret' | 'private_key_jwt'
  /** Keyed digest of the secret. */
  readonly secretDigest?: string
  /** Public keys of a client that signs assertions (RFC 7517). */
  readonly jwks?: readonly Readonly<Record<string, unknown>>[]
  /** Where its public keys are published, when they are not in `jwks`. */
  readonly jwksUri?: string
  readonly grantTypes: readonly string[]
  /** Where answers may be sent; exact, but for the port on loopback (RFC 8252 section 7.3). */
  readonly redirectUris?: readonly string[]
  /** The scopes this client may ask for; `undefined`: any that a resource offers. */
  readonly scopes?: Scope
  /** Registered for key-bound tokens only (RFC 9449 section 5.2). */
  readonly dpopBound?: boolean
  /** The resources this client is, or serves: it may introspect tokens meant for them (RFC 7662 section 4). */
  readonly resources?: readonly string[]
  /** What approving takes when its devices cannot ask for a countersign; the authority's own policy when not set. */
  readonly approvalPolicy?: ApprovalPolicy
  /** It is described by a document of its own on this host, and nobody here has looked at it (CIMD draft). Such clients are never stored. */
  readonly documentHost?: string
  /** It registered itself (RFC 7591), so what it says of itself is not verified. */
  readonly registration?: SelfRegistration
  readonly createdAt: EpochMilliseconds
  readonly disabled?: boolean
}

/** What a person approved. It outlives the tokens born of it, and holds the one token family. */
export interface Grant {
  readonly clientId: string
  readonly subject: string
  /** What it lives by; absent in grants from before there was a choice. */
  readonly kind?: GrantKind | undefined
  readonly scope: Scope
  readonly resources: readonly string[]
  readonly keyThumbprint: string | undefined
  readonly deviceName: string | undefined
  /** How the person calls it. */
  readonly label?: string | undefined
  /** The device that asked; absent where the request came by the browser itself. */
  readonly origin?: Origin | undefined
  /** The browser in which it was approved. */
  readonly approvedFrom?: Origin | undefined
  readonly createdAt: EpochMilliseconds
  readonly family: TokenFamily
}

/** An authorization request that its client handed in ahead of the browser (RFC 9126). */
export interface PushedRequest {
  readonly request: AuthorizationRequest
  readonly prompt: readonly string[]
  readonly maxAge: Seconds | undefined
}

/** An account: of somebody with a password here, or of somebody who signs in elsewhere. */
export interface Account {
  /** What the operator calls it; no other account has it. */
  readonly name: string
  /** How pages greet the person, when that is not the name: chosen elsewhere, so neither unique nor to be relied on. */
  readonly shownName?: string
  /** `undefined`: nobody signs in to it with a password. */
  readonly passwordHash?: string
  /** Where notices are mailed to, and nothing else: nobody is known or found by it. */
  readonly mail?: string
  readonly createdAt: EpochMilliseconds
  readonly disabled: boolean
}

/** A passkey of an account (Web Authentication Level 3, section 4: credential record). */
export interface Passkey {
  readonly subject: string
  /** As the person calls it; may be empty. */
  readonly name: string
  /** The credential id, base64url. */
  readonly credential: string
  /** A COSE key, base64url. */
  readonly publicKey: string
  /** How often the authenticator says it has signed; zero as long as it does not count. */
  readonly counter: number
  /** How the browser reaches it, in words of the standard. */
  readonly transports: readonly string[]
  readonly addedAt: EpochMilliseconds
  readonly usedAt?: EpochMilliseconds
}

/** A browser in which somebody is signed in; the id is the digest of the cookie. */
export interface Browser {
  readonly subject: string
  readonly authenticatedAt: EpochMilliseconds
  /** The name it had under the cookie before, when the same person signed in again. */
  readonly browser?: string
}

export interface Records {
  readonly device: DeviceAuthorization
  readonly code: AuthorizationCode
  readonly pushed: PushedRequest
  readonly grant: Grant
  readonly initial_access_token: InitialAccessToken
  readonly account: Account
  readonly passkey: Passkey
  readonly client: Client
  readonly browser: Browser
}
export type Kind = keyof Records

/** A record as it was read. */
export interface Versioned<K extends Kind> {
  readonly id: string
  readonly version: number
  readonly value: Records[K]
}

export function readRecord<K extends Kind>(store: Store, kind: K, id: string): Awaitable<Versioned<K> | undefined> {
  return store.read(kind, id) as Awaitable<Versioned<K> | undefined>
}

export function findRecord<K extends Kind>(store: Store, kind: K, lookup: string): Awaitable<Versioned<K> | undefined> {
  return store.find(kind, lookup) as Awaitable<Versioned<K> | undefined>
}

const PAGE = 200

/** Every living row of a group, oldest first, however many there are; `kind` may be one that only its own file knows. */
export async function listWhole(store: Store, kind: string, group: string): Promise<readonly Row[]> {
  const all: Row[] = []
  for (;;) {
    const page = await store.list(kind, group, PAGE, all.at(-1)?.id)
    all.push(...page)
    if (page.length < PAGE) return all
  }
}

/** What to do with a record: swap a new value in, or leave it. Both carry the answer for the caller. */
export type Change<K extends Kind, Answer> =
  | {
      readonly swapIn: Records[K]
      readonly expiresAt?: EpochMilliseconds
      /** Begins with this change, and never without it. */
      readonly born?: NewRow | undefined
      readonly answer: Answer
    }
  | { readonly answer: Answer }

const ATTEMPTS = 32

/**
 * The only way a record changes: read, apply a pure function, swap, and start again when somebody else was faster.
 * `start` saves the first read when the caller has just read the record.
 */
export async function change<K extends Kind, Answer>(
  store: Store,
  kind: K,
  id: string,
  apply: (value: Records[K] | undefined) => Change<K, Answer>,
  start?: Versioned<K>,
): Promise<Answer> {
  let current = start ?? (await readRecord(store, kind, id))
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const result = apply(current?.value)
    if (!('swapIn' in result) || current === undefined) return result.answer
    const swap = { kind, id, version: current.version, value: result.swapIn, expiresAt: result.expiresAt }
    const done = await (result.born === undefined ? store.swap(swap) : store.swapAndInsert(swap, result.born))
    if (done) return result.answer
    current = await readRecord(store, kind, id)
  }
  throw new Error(`record '${kind}' changed ${ATTEMPTS} times while it was being changed`)
}
