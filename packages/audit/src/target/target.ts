/** Where a target is: a path of this machine, a git repository, a package of npm or PyPI, a module of Go. What is fetched goes to a temporary folder and away again. */
import { lstat, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AuditError } from '../error.ts'
import type { Fetch } from './download.ts'
import { clone, gitAddressIn } from './git.ts'
import type { GoEnvironment } from './go-environment.ts'
import { fetchGo } from './go-module.ts'
import { goModuleIn } from './go-name.ts'
import { LIMITS, type Limits } from './limits.ts'
import { fetchNpm, fetchPypi, type PackageName, packageNameIn } from './packages.ts'

export interface Target {
  readonly path: string
  /** A package, in which there is only what was built. */
  readonly isPublished: boolean
  /** Removes what was fetched. */
  readonly close: () => Promise<void>
}

export interface TargetOptions {
  readonly signal?: AbortSignal | undefined
  /** In place of the one of the runtime, for a network behind a proxy. */
  readonly fetch?: Fetch | undefined
  /** Of npm; https, or on this machine. */
  readonly npmRegistry?: string | undefined
  /** The simple index of PyPI, likewise. */
  readonly pypiIndex?: string | undefined
  /** The variables that the Go tool reads, such as GOPROXY. */
  readonly goEnvironment?: GoEnvironment | undefined
  readonly limits?: Partial<Limits>
}

/**
 * Opens a path, the address of a git repository, `npm:NAME@VERSION`, `pypi:NAME@VERSION` or `go:MODULE@VERSION`.
 * @throws AuditError `target_unreadable`, `target_refused`, `target_too_large`, `configuration_invalid`
 */
export async function openTarget(target: string, options: TargetOptions = {}): Promise<Target> {
  if (target === '' || target.startsWith('-')) throw new AuditError('target_refused', `"${target}" is no path, git URL or package.`)
  const limits = { ...LIMITS, ...options.limits }
  const signals = [AbortSignal.timeout(limits.milliseconds), ...(options.signal === undefined ? [] : [options.signal])]
  const bounds = { limits, signal: AbortSignal.any(signals) }
  const named = packageNameIn(target)
  if (named !== undefined)
    return { ...(await fetched((folder) => packageInto(folder, named, options, bounds), options.signal)), isPublished: true }
  const module = goModuleIn(target)
  if (module !== undefined) {
    const { fetch = globalThis.fetch, goEnvironment = {} } = options
    return fetched((folder) => fetchGo(module, folder, fetch, goEnvironment, bounds), options.signal)
  }
  const address = gitAddressIn(target)
  if (address !== undefined) return fetched((folder) => clone(address, folder, bounds), options.signal)
  if ((await lstat(target).catch(() => undefined)) === undefined) {
    throw new AuditError('target_unreadable', `There is no file or folder ${target}. A package is named npm:NAME, pypi:NAME or go:MODULE.`)
  }
  return { path: target, isPublished: false, close: () => Promise.resolve() }
}

/** What is fetched may take so much, and so long. */
export interface Bounds {
  readonly limits: Limits
  readonly signal: AbortSignal
}

function packageInto(folder: string, name: PackageName, { fetch, npmRegistry, pypiIndex }: TargetOptions, bounds: Bounds): Promise<string> {
  const ask = fetch ?? globalThis.fetch
  return name.from === 'npm' ? fetchNpm(name, folder, ask, npmRegistry, bounds) : fetchPypi(name, folder, ask, pypiIndex, bounds)
}

async function fetched(into: (folder: string) => Promise<string>, signal: AbortSignal | undefined): Promise<Target> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-audit-'))
  const close = (): Promise<void> => rm(folder, { recursive: true, force: true, maxRetries: 5 })
  try {
    return { path: await into(folder), isPublished: false, close }
  } catch (error) {
    await close()
    signal?.throwIfAborted()
    throw error
  }
}
