/** What an operator can set, with the defaults that hold when nothing is set. Every length of time is in seconds. */
import type { ApprovalPolicy } from './approval/approval-policy.ts'
import { isLanguage, type Language, LANGUAGES } from './pages/index.ts'
import { BASE20, DEFAULT_PACE, type PaceRule, type Scope, type Seconds, type UserCodeAlphabet } from '@countersign/protocol'

export interface Settings {
  /** Life of device code and user code alike; 60 to 1800 (RFC 8628 section 5.4: long enough to fetch a phone, too short to mail around). */
  readonly codeLife: Seconds
  /** Once the user code was entered, the decision must come within this time. */
  readonly decideWithin: Seconds
  readonly pace: PaceRule
  readonly userCodeAlphabet: UserCodeAlphabet
  readonly accessTokenLife: Seconds
  /** Whether there is the authorization code grant beside the device grant. Generic MCP clients refuse a server without it. */
  readonly codeGrant: 'on' | 'off'
  /** A refresh token not used for this long ends its family. */
  readonly refreshIdle: Seconds
  /** A family ends here, used or not. */
  readonly refreshAbsolute: Seconds
  /** Other lives for what comes of one kind of grant (RFC 10027 section 6.1.10: shorter ones for devices); what is not named is as above. */
  readonly perGrant: Readonly<Partial<Record<GrantKind, Partial<TokenLives>>>>
  /** How long the predecessor of a refresh token still gets the same successor, for key-bound families. */
  readonly refreshGrace: Seconds
  /** How long a browser stays signed in. */
  readonly browserLife: Seconds
  /** Approving a risky scope takes a sign-in no older than this. */
  readonly freshSignIn: Seconds
  /** Records outlive their logical end by this, so that "expired" can be told from "unknown". */
  readonly afterlife: Seconds
  readonly guessing: GuessingLimits
  /** What approving takes when the device cannot ask for a countersign; a client may have a policy of its own. */
  readonly approvalPolicy: ApprovalPolicy
  /** When device and browser are known to be in different countries: say so and warn, or approve nothing but known keys. */
  readonly otherCountry: 'warn' | 'refuse'
  /** When a DPoP proof must carry a nonce of ours: whenever its own time cannot be trusted, or always (RFC 9449 section 8). */
  readonly dpopNonce: 'when-needed' | 'always'
  /**
   * Whose metadata documents are read, so that a client id may be their address: nobody's, everybody's, or those on the listed hosts.
   * Off unless asked for: strangers make the server fetch, and anybody's program may then ask people for approval.
   */
  readonly clientDocuments: 'off' | 'any' | readonly string[]
  /** Who may register a client over the network (RFC 7591): nobody, who was handed a token for it, everybody. */
  readonly registration: 'off' | 'initial-access-token' | 'open'
  /** Registrations tried within an hour from one network; from all of them together fifty times as many. */
  readonly registrationsPerHour: number
  /** Codes that one client may be given at one address within a minute (RFC 10027 section 6.1.11). */
  readonly codesPerMinute: number
  /** The language of the pages for browsers that ask for none the pages have. */
  readonly defaultLanguage: Language
}

export const GRANT_KINDS = ['device_code', 'authorization_code', 'client_credentials'] as const
/** How a client came to its tokens. */
export type GrantKind = (typeof GRANT_KINDS)[number]

export type TokenLives = Pick<Settings, 'accessTokenLife' | 'refreshIdle' | 'refreshAbsolute'>

/** Wrong user codes tolerated (RFC 8628 section 5.1); what cannot be a code by its check character was mistyped and does not count. */
export interface GuessingLimits {
  readonly perBrowser: number
  readonly perAccount: number
  readonly perNetwork: number
  /** Mistypes from one network, beyond which it is told to slow down; what it types right is taken all the same. */
  readonly mistypesPerNetwork: number
  /** The length of time these are counted in; they start anew on whole multiples of it. */
  readonly window: Seconds
}

export const DEFAULT_SETTINGS: Settings = {
  codeLife: 300,
  decideWithin: 120,
  pace: DEFAULT_PACE,
  userCodeAlphabet: BASE20,
  accessTokenLife: 900,
  codeGrant: 'on',
  refreshIdle: 14 * 86_400,
  refreshAbsolute: 90 * 86_400,
  perGrant: {},
  refreshGrace: 10,
  browserLife: 8 * 3600,
  freshSignIn: 300,
  afterlife: 600,
  guessing: { perBrowser: 5, perAccount: 10, perNetwork: 30, mistypesPerNetwork: 300, window: 3600 },
  approvalPolicy: 'same-network',
  otherCountry: 'warn',
  dpopNonce: 'when-needed',
  codesPerMinute: 60,
  clientDocuments: 'off',
  registration: 'off',
  registrationsPerHour: 20,
  defaultLanguage: 'en',
}

/** Something tokens can be for (RFC 8707): an MCP server, an API. */
export interface Resource {
  /** The identifier, as clients send it and as tokens carry it in `aud`; compared as a string. */
  readonly resource: string
  /** How the approval page calls it. */
  readonly name: string
  /** Each scope with what it allows, in words a person understands. */
  readonly scopes: Readonly<Record<string, string>>
  /** What a request without scope gets: all scopes when not set, a refusal when empty (RFC 6749 section 3.3). */
  readonly defaultScope?: Scope
  /** Scopes that take more care to approve: a longer countersign, a fresh proof of who approves. */
  readonly risky?: Scope
  /** What its access tokens look like; JWT when not set. An opaque one is judged by introspection only. */
  readonly accessTokens?: 'jwt' | 'opaque'
}

const BOUNDS: readonly (readonly [keyof Settings, number, number])[] = [
  ['codeLife', 60, 1800],
  ['decideWithin', 30, 1800],
  ['accessTokenLife', 60, 3600],
  ['refreshIdle', 60, 400 * 86_400],
  ['refreshAbsolute', 60, 800 * 86_400],
  ['refreshGrace', 0, 60],
  ['browserLife', 60, 30 * 86_400],
  ['freshSignIn', 30, 3600],
  ['afterlife', 60, 86_400],
]

/**
 * The defaults with the given settings over them.
 * @throws RangeError naming the setting, when a value is outside its bounds
 */
export function settle(settings: Partial<Settings> = {}): Settings {
  const settled = { ...DEFAULT_SETTINGS, ...settings }
  for (const [name, least, most] of BOUNDS) {
    const ofGrants = GRANT_KINDS.flatMap((kind) => Object.entries(settled.perGrant[kind] ?? {}).filter(([life]) => life === name))
    for (const value of [settled[name], ...ofGrants.map(([, life]) => life)]) {
      if (typeof value !== 'number' || !(value >= least && value <= most)) {
        throw new RangeError(`setting "${name}" must be between ${least} and ${most} seconds`)
      }
    }
  }
  const { characters } = settled.userCodeAlphabet
  // As many as a check character can tell apart, and enough that a code stays short.
  if (characters.length < 10 || characters.length > 63 || new Set(characters).size !== characters.length) {
    throw new RangeError('setting "userCodeAlphabet" must have 10 to 63 different characters')
  }
  if (!isLanguage(settled.defaultLanguage)) throw new RangeError(`setting "defaultLanguage" must be one of ${LANGUAGES.join(', ')}`)
  return settled
}
