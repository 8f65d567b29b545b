/** Where Go fetches modules from, by the variables that the Go tool reads (https://go.dev/ref/mod#environment-variables). */
import { AuditError } from '../error.ts'

/** As the Go tool has them; empty is the same as absent. Its own file of settings (`go env -w`) is not read. */
export interface GoEnvironment {
  readonly GOPROXY?: string | undefined
  readonly GOPRIVATE?: string | undefined
  readonly GONOPROXY?: string | undefined
  readonly GOSUMDB?: string | undefined
  readonly GONOSUMDB?: string | undefined
}

export interface GoSource {
  /** The base of a proxy, `direct` for the repository itself, `off` for nothing. */
  readonly at: string
  /** The next one is asked after any failure, and not only when there is no such module here. */
  readonly isOptional: boolean
}

export interface GoSumDatabase {
  readonly name: string
  readonly at: string
}

/** Where a module is looked for, in this order. @throws AuditError `configuration_invalid` */
export function goSourcesOf({ GOPROXY, GOPRIVATE, GONOPROXY }: GoEnvironment, path: string): readonly GoSource[] {
  // The names of private modules are nothing for the proxies of others.
  if (matches(filled(GONOPROXY) ?? GOPRIVATE, path)) return [{ at: 'direct', isOptional: false }]
  const sources = [...(filled(GOPROXY) ?? 'https://proxy.golang.org,direct').matchAll(/([^,|]+)([,|]?)/g)]
    .map(([, at = '', next]): GoSource => ({ at: addressOf('GOPROXY', at.trim()), isOptional: next === '|' }))
    .filter(({ at }) => at !== '')
  if (sources.length === 0) throw new AuditError('configuration_invalid', 'GOPROXY names nothing.')
  return sources
}

/** The database that knows the checksum of a module; undefined when it is not to be asked. @throws AuditError `configuration_invalid` */
export function goSumDatabaseOf({ GOSUMDB, GOPRIVATE, GONOSUMDB }: GoEnvironment, path: string): GoSumDatabase | undefined {
  if (matches(filled(GONOSUMDB) ?? GOPRIVATE, path)) return undefined
  const [key = '', at] = (filled(GOSUMDB) ?? 'sum.golang.org').trim().split(/\s+/)
  const [name = ''] = key.split('+')
  if (name === 'off') return undefined
  if (name === 'sum.golang.google.cn' && at === undefined) return { name: 'sum.golang.org', at: `https://${name}` }
  return { name, at: addressOf('GOSUMDB', at ?? name) }
}

const filled = (value: string | undefined): string | undefined => (value === undefined || value.trim() === '' ? undefined : value)

function addressOf(variable: string, given: string): string {
  if (given === '' || given === 'direct' || given === 'off') return given
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(given) ? given : `https://${given}`
  if (!URL.canParse(url)) throw new AuditError('configuration_invalid', `${variable} holds what is no address.`)
  const { username, password } = new URL(url)
  // Not named: a secret would be told with it.
  if (username !== '' || password !== '') throw new AuditError('configuration_invalid', `${variable} holds credentials: they are not sent.`)
  return url.replace(/\/+$/, '')
}

/** Patterns for as many elements of the path as they have themselves, apart by commas. */
function matches(patterns: string | undefined, path: string): boolean {
  const names = path.split('/')
  return (patterns ?? '').split(',').some((pattern) => {
    const elements = pattern.trim().replace(/\/+$/, '').split('/')
    if (elements[0] === '' || elements.length > names.length) return false
    return elements.every((element, index) => elementMatches(element, names[index] ?? ''))
  })
}

function elementMatches(pattern: string, name: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|]/g, '\\$&')
    .replace(/\*+/g, '.*')
    .replace(/\?/g, '.')
  try {
    return new RegExp(`^(?:${source})$`).test(name)
  } catch {
    // No pattern that Go knows either.
    return false
  }
}
