/** The keys of the configuration, and what may stand in those that the environment and the flags can set too. */
import type { Resource, Settings } from '@countersign/authority'
import { isSecureUrl } from '@countersign/protocol'
import type { IdentityProvider } from './identity-providers.ts'
import type { Notices } from './notices.ts'
import type { ThemeKeys } from './theme.ts'
import type { RiskProfile } from '../risk/risk-profile.ts'
import { ANOMALIES, type AnomalyName } from '../telemetry/anomalies.ts'
import { invalid, line, mapOf, numberBetween, objectOf, oneOf, type Read, required } from './expect.ts'

/** Where the server listens. */
export interface Listen {
  /** A name or an address, IPv6 without brackets. */
  readonly host: string
  /** 0: any free port. */
  readonly port: number
}

/** Who runs this server, as the pages say it. */
export interface Operator {
  readonly name: string
  /** Where to report an attack, in words. */
  readonly contact?: string
}

export type LogFormat = 'text' | 'json' | 'off'

/** What can be configured. Secrets are not in here, only the paths of the files that hold them. */
export interface Keys {
  readonly issuer: string
  readonly listen: Listen
  readonly dataDirectory: string
  readonly masterKeyFile: string
  /** A program with its arguments, which writes the master key to stdout. */
  readonly masterKeyCommand: readonly string[]
  /** The name of the environment variable that holds the master key. */
  readonly masterKeyVariable: string
  /** The address of a store that several servers share, in place of a file in the directory. */
  readonly store: string
  readonly storePasswordFile: string
  readonly resources: readonly Resource[]
  /** Proxies whose X-Forwarded-For is believed: addresses, networks, `loopback`. */
  readonly trustProxy: readonly string[]
  readonly settings: Partial<Settings>
  readonly operator: Operator
  /** How the pages look. */
  readonly theme: ThemeKeys
  /** Where else people can sign in. */
  readonly identityProviders: readonly IdentityProvider[]
  /** Whether people sign in with a password here; they do unless this says no. */
  readonly localAccounts: boolean
  /** How people are told of approvals. */
  readonly notices: Notices
  /** What the operator has acknowledged of the risks of signing in across devices. */
  readonly riskProfile: RiskProfile
  /** The file that tells which address is in which country. */
  readonly placeDatabase: string
  readonly log: LogFormat
  /** Where metrics can be read; nowhere unless told. */
  readonly metrics: Listen
  /** How many of a kind in its window are an anomaly, where the usual number does not fit. */
  readonly alerts: Partial<Record<AnomalyName, number>>
  /** Seconds between saying that the server goes away and going. */
  readonly drain: number
}

// OAuth 2.1 section 1.5: https, and http only for what never leaves the machine.
export const issuer: Read<string> = (value, path) => {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined
  if (url === undefined || !isSecureUrl(url)) throw invalid(path, 'an https URL (http is for loopback addresses only)', value)
  // RFC 8414 section 2: no query, no fragment.
  if (/[?#]/.test(value as string) || url.username !== '' || url.password !== '') {
    throw invalid(path, 'a URL without query, fragment and user name', value)
  }
  return value as string
}

export const listen: Read<Listen> = (value, path) => {
  const [, host, port] = (typeof value === 'string' && /^(\[[0-9a-fA-F:.]+\]|[^\s:[\]/]+):(\d{1,5})$/.exec(value)) || []
  if (host === undefined || Number(port) > 65_535) throw invalid(path, 'host:port', value, 'like "127.0.0.1:8628" or "[::1]:8628"')
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) }
}

/** The host as it stands in a URL. */
export function urlHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}

export const filePath: Read<string> = (value, path) => {
  if (typeof value !== 'string' || value === '' || value.includes('\0')) throw invalid(path, 'a path', value)
  return value
}

/** The path of the master key. The key itself, put here by mistake, is not repeated. */
export const keyFile: Read<string> = (value, path) => {
  if (typeof value === 'string' && /^[A-Za-z0-9+/_-]{40,}={0,2}$/.test(value) && !value.startsWith('/')) {
    throw invalid(
      path,
      'the path of a file',
      '(something that looks like a key)',
      'write the key to a file that only you can read, and name that file',
    )
  }
  return filePath(value, path)
}

export const alerts: Read<Keys['alerts']> = mapOf(
  oneOf(...(Object.keys(ANOMALIES) as AnomalyName[])),
  numberBetween(0, 1_000_000_000, 'events'),
)

/** Longer, and whoever started the server has killed it before. */
export const drain: Read<number> = numberBetween(0, 300, 'seconds')

export const riskProfile: Read<RiskProfile> = oneOf('standard', 'reduced')

export const logFormat: Read<LogFormat> = oneOf('text', 'json', 'off')

export const operator: Read<Operator> = (value, path) => {
  const { name, contact } = objectOf<Required<Operator>>({ name: line, contact: line })(value, path)
  return { name: required(name, `${path}.name`, 'a line of text'), ...(contact === undefined ? {} : { contact }) }
}
