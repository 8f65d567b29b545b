/** The name of a module of Go, as it is given. */
import { AuditError } from '../error.ts'

export interface GoModule {
  readonly path: string
  /** A version, the beginning of one (`v1`, `v1.2`), or what a proxy knows besides, such as a branch; the newest release unless named. */
  readonly version: string | undefined
}

/** https://go.dev/ref/mod#go-mod-file-ident: elements of letters, digits and `-._~` that no dot begins or ends; the first one is the name of a host. */
const MODULE = /^go:((?=[^/]*\.)[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?:\/[\w~-](?:[\w.~-]*[\w~-])?)*)(?:@([a-z0-9][\w.+-]*))?$/i
/** A version that is one, and no query for one. */
export const VERSION = /^v\d+\.\d+\.\d+(?:-[\w.-]+)?(?:\+incompatible)?$/

/** @throws AuditError `target_refused` for what begins like a module and is none */
export function goModuleIn(target: string): GoModule | undefined {
  if (!/^go:/i.test(target)) return undefined
  const [, path, version] = MODULE.exec(target) ?? []
  if (path === undefined)
    throw new AuditError(
      'target_refused',
      `${target} is the name of no module: go:MODULE or go:MODULE@VERSION, such as go:example.com/cli@v1.`,
    )
  return { path, version: version === 'latest' ? undefined : version }
}

export function unknownModule({ path, version }: GoModule): AuditError {
  return new AuditError('target_unreadable', `No module ${path}${version === undefined ? '' : ` in version ${version}`} was found.`)
}
