/** Where Redis is, as an operator writes it. A URL may hold a password, so no error repeats one. */
import { CountersignError } from '@countersign/protocol'

export interface NodeAddress {
  readonly host: string
  /** 6379 without it. */
  readonly port?: number
}

export interface Address {
  readonly kind: 'single' | 'cluster' | 'sentinel'
  readonly nodes: readonly [Required<NodeAddress>, ...Required<NodeAddress>[]]
  readonly tls: boolean
  readonly username: string | undefined
  readonly password: string | undefined
  /** The number of the database; of a single Redis only. */
  readonly database: number
  /** What Sentinel calls the master. */
  readonly master: string
}

const URL_FORM =
  /^redis(?<tls>s)?(?:\+(?<kind>cluster|sentinel))?:\/\/(?:(?<user>[^:@/?#]*)(?::(?<password>[^@/?#]*))?@)?(?<hosts>[^@/?#]+)(?:\/(?<path>[^/?#]*))?$/
const HOST_FORM = /^(?<host>\[[0-9a-fA-F:.]+\]|[^\s:[\],]+)(?::(?<port>\d{1,5}))?$/
const PORTS = { single: 6379, cluster: 6379, sentinel: 26_379 } as const

/** @throws CountersignError `configuration_invalid` when it is no such URL */
export function parseAddress(url: string): Address {
  const parts = URL_FORM.exec(url)?.groups
  if (parts === undefined) throw malformed()
  const kind = (parts['kind'] ?? 'single') as Address['kind']
  const [first, ...others] = (parts['hosts'] ?? '').split(',').map((each) => nodeAt(each, PORTS[kind]))
  if (first === undefined || (kind === 'single' && others.length > 0)) throw malformed()
  const path = decoded(parts['path'] ?? '')
  if (kind === 'single' ? !/^\d{0,4}$/.test(path) : (kind === 'sentinel') !== path.length > 0) throw malformed()
  return {
    kind,
    nodes: [first, ...others],
    tls: parts['tls'] !== undefined,
    username: decoded(parts['user'] ?? '') || undefined,
    password: decoded(parts['password'] ?? '') || undefined,
    database: kind === 'single' ? Number(path) : 0,
    master: kind === 'sentinel' ? path : '',
  }
}

/** As errors name it: without user name and password. */
export function placeAt(nodes: readonly NodeAddress[]): string {
  return `Redis at ${nodes.map(({ host, port = PORTS.single }) => `${host.includes(':') ? `[${host}]` : host}:${port}`).join(', ')}`
}

function nodeAt(text: string, usual: number): Required<NodeAddress> {
  const { host, port } = HOST_FORM.exec(text)?.groups ?? {}
  if (host === undefined || Number(port ?? usual) > 65_535) throw malformed()
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port ?? usual) }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw malformed()
  }
}

function malformed(): CountersignError {
  return new CountersignError('configuration_invalid', 'the address of Redis is no URL that this store can use', {
    hint: 'like redis://user:password@host:6379/0, rediss:// with TLS, redis+cluster://host:6379,host:6379 or redis+sentinel://host:26379/NAME',
  })
}
