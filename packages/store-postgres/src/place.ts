/** The URL of a database, and what Countersign takes out of it before the driver sees it. Its password never leaves this file but for the driver. */
import { CountersignError, isLoopbackHost } from '@countersign/protocol'

export interface Place {
  /** For the driver. */
  readonly url: string
  /** For people: without user, password and parameters. */
  readonly shown: string
  /** `schema` in the URL. */
  readonly schema?: string
  /** `connections` in the URL. */
  readonly connections?: number
  /** `prepared=no` in the URL. */
  readonly preparedStatements?: boolean
}

/**
 * Takes the URL apart.
 * @throws CountersignError `configuration_invalid`, without repeating the URL
 */
export function placeOf(text: string): Place {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !['postgres:', 'postgresql:'].includes(url.protocol)) {
    throw invalid('the URL of the database is none of PostgreSQL', 'write it like postgres://user@host:5432/database')
  }
  const { searchParams: given } = url
  const [schema, connections, prepared] = ['schema', 'connections', 'prepared'].map((name) => taken(given, name))
  if (connections !== undefined && !/^[1-9]\d{0,2}$/.test(connections))
    throw invalid('"connections" in the URL of the database is no number of connections', 'write 1 to 999')
  if (prepared !== undefined && !['yes', 'no'].includes(prepared))
    throw invalid('"prepared" in the URL of the database is neither yes nor no')
  const host = given.get('host') ?? decodeURIComponent(url.hostname)
  const isLocal = host === '' || host.startsWith('/') || isLoopbackHost(host)
  // What crosses a network in the clear can be read and changed there: whoever wants that says so.
  if (!isLocal && !given.has('sslmode') && !given.has('ssl')) {
    throw invalid(
      `the URL of the database does not say whether the connection to ${host} is encrypted`,
      'add sslmode=verify-full, or sslmode=disable in a network where nobody listens',
    )
  }
  const shown = `postgres://${host.startsWith('/') ? encodeURIComponent(host) : host}${url.port === '' ? '' : `:${url.port}`}${url.pathname}`
  return {
    url: url.href,
    shown,
    ...(schema === undefined ? {} : { schema }),
    ...(connections === undefined ? {} : { connections: Number(connections) }),
    ...(prepared === undefined ? {} : { preparedStatements: prepared === 'yes' }),
  }
}

function taken(parameters: URLSearchParams, name: string): string | undefined {
  const value = parameters.get(name) ?? undefined
  parameters.delete(name)
  return value
}

function invalid(message: string, hint?: string): CountersignError {
  return new CountersignError('configuration_invalid', message, hint === undefined ? {} : { hint })
}
