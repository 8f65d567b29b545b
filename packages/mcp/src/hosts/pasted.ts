/**
 * Access tokens that somebody pasted into the file of a host, where every program of this person reads them and every backup keeps them.
 * Invariant: what is told of a token names its kind and place, and never more of it than its first characters.
 */
import type { Host } from './host.ts'
import { isTable, serversIn } from './servers.ts'

/** Who issues tokens that look like this, and what can be done instead. */
interface Kind {
  readonly what: string
  readonly pattern: RegExp
  /** What `countersign wrap --provider` calls the issuer. */
  readonly provider?: 'github' | 'gitlab'
  /** Where its owner takes it back. */
  readonly revokeAt?: string
}

const KINDS: readonly Kind[] = [
  {
    what: 'a GitHub token',
    pattern: /\b(?:gh[pousr]_\w{30,}|github_pat_\w{40,})/,
    provider: 'github',
    revokeAt: 'https://github.com/settings/tokens',
  },
  {
    what: 'a GitLab token',
    pattern: /\bglpat-[\w.-]{20,}/,
    provider: 'gitlab',
    revokeAt: 'https://gitlab.com/-/user_settings/personal_access_tokens',
  },
  { what: 'a Slack token', pattern: /\bxox[abeoprs]-[\w-]{10,}/, revokeAt: 'https://api.slack.com/apps' },
  { what: 'a Notion token', pattern: /\b(?:ntn_\w{40,}|secret_\w{43})/, revokeAt: 'https://www.notion.so/profile/integrations' },
  { what: 'a Linear key', pattern: /\blin_api_\w{30,}/, revokeAt: 'https://linear.app/settings/account/security' },
  { what: 'a Sentry token', pattern: /\bsntry[a-z]_[\w=+/-]{40,}/, revokeAt: 'https://sentry.io/settings/account/api/auth-tokens/' },
  {
    what: 'a Google refresh or access token',
    pattern: /\b(?:1\/\/[\w-]{40,}|ya29\.[\w.-]{40,})/,
    revokeAt: 'https://myaccount.google.com/permissions',
  },
  { what: 'a JSON Web Token', pattern: /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/ },
]

/** Names that say what they hold, for issuers we do not know. */
const TELLING = /(?:^|[_-])(?:access[_-]?token|token|pat|secret|api[_-]?key|password)$/i
/** A reference to a secret that is elsewhere, or words for a person to replace. */
const PLACEHOLDER = /\$\{?\w|^<.*>$|^(?:your|my|insert|replace|todo|changeme|xxx)|\.\.\.|^\*+$|^\{\{/i
const SHORTEST = 16

export interface PastedToken {
  /** The server it was pasted for. */
  readonly server: string
  readonly what: string
  /** In words: `env GITHUB_TOKEN`, `argument 3`, `header Authorization`. */
  readonly where: string
  /** The variable, when it is in one. */
  readonly variable?: string
  /** Its first four characters and how long it is. */
  readonly shown: string
  readonly provider?: 'github' | 'gitlab'
  readonly revokeAt?: string
}

/** Every token in the file. @throws CountersignError `configuration_invalid` when the file cannot be read */
export function pastedTokens(host: Host, text: string): readonly PastedToken[] {
  return [...serversIn(host, text)].flatMap(([server, entry]) => {
    const { env, args, headers } = entry
    return [
      ...texts(env).flatMap(([name, value]) => found(server, `env ${name}`, name, value, { variable: name })),
      ...texts(headers ?? entry['http_headers']).flatMap(([name, value]) => found(server, `header ${name}`, name, value)),
      ...(Array.isArray(args) ? args : []).flatMap((value, index) =>
        typeof value === 'string' ? found(server, `argument ${index + 1}`, '', value) : [],
      ),
    ]
  })
}

function texts(table: unknown): [string, string][] {
  return isTable(table) ? Object.entries(table).filter((entry): entry is [string, string] => typeof entry[1] === 'string') : []
}

function found(server: string, where: string, name: string, value: string, more: Pick<PastedToken, 'variable'> = {}): PastedToken[] {
  if (PLACEHOLDER.test(value.replace(/^Bearer\s+/i, ''))) return []
  for (const { what, pattern, provider, revokeAt } of KINDS) {
    const token = pattern.exec(value)?.[0]
    if (token === undefined) continue
    const rest = { ...(provider === undefined ? {} : { provider }), ...(revokeAt === undefined ? {} : { revokeAt }) }
    return [{ server, where, what, shown: masked(token), ...more, ...rest }]
  }
  const bare =
    /^Bearer\s+(\S{16,})$/i.exec(value)?.[1] ?? (TELLING.test(name) && value.length >= SHORTEST && !/\s/.test(value) ? value : undefined)
  return bare === undefined ? [] : [{ server, where, what: 'what looks like a secret', shown: masked(bare), ...more }]
}

const masked = (token: string) => `${token.slice(0, 4)}... (${token.length} characters)`
