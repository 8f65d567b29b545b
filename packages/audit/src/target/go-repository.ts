/** The repository of a module of Go, when no proxy is asked: https://go.dev/ref/mod#vcs. */
import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import { AuditError } from '../error.ts'
import { type Fetch, textAt } from './download.ts'
import { clone, gitAddressIn } from './git.ts'
import { type GoModule, unknownModule, VERSION } from './go-name.ts'
import type { Bounds } from './target.ts'

interface Repository {
  /** The part of the module's path that the repository stands for. */
  readonly prefix: string
  readonly address: string
}

/** A version that Go makes of a commit: its time and the beginning of its name. */
const PSEUDO = /[-.]\d{14}-[0-9a-f]{12}(?:\+incompatible)?$/
/** The repository is the third element; other hosts say it themselves. */
const WELL_KNOWN = /^(?:github\.com|bitbucket\.org)\/[^/]+\/[^/]+/

/**
 * Clones the tag of a version, or the newest commit, and returns the folder of the module in it.
 * @throws AuditError `target_unreadable`, `target_refused`, `target_too_large`
 */
export async function cloneGoModule(module: GoModule, folder: string, fetch: Fetch, bounds: Bounds): Promise<string> {
  const { path, version } = module
  if (version !== undefined && (!VERSION.test(version) || PSEUDO.test(version)))
    throw new AuditError(
      'target_refused',
      `${version} is the name of no tag: without a proxy a module is found by v1.2.3, or by no version.`,
    )
  const { prefix, address } = await repositoryOf(module, fetch, bounds)
  // example.com/tools/cli/v2 lies in cli/ or in cli/v2/, and its tags are cli/v2.0.0.
  const below = path.slice(prefix.length + 1)
  const unversioned = below.replace(/(?:^|\/)v\d+$/, '')
  const tag = version === undefined ? undefined : `${unversioned === '' ? '' : `${unversioned}/`}${version.replace('+incompatible', '')}`
  const root = await clone(address, folder, bounds, tag)
  for (const place of [join(root, below), join(root, unversioned)]) {
    if ((await lstat(place).catch(() => undefined))?.isDirectory() === true) return place
  }
  throw unknownModule(module)
}

async function repositoryOf(module: GoModule, fetch: Fetch, bounds: Bounds): Promise<Repository> {
  const { path } = module
  const [known] = WELL_KNOWN.exec(path) ?? /^.+?\.git(?=\/|$)/.exec(path) ?? []
  if (known !== undefined) return { prefix: known, address: `https://${known}` }
  const page = await textAt(fetch, `https://${path}?go-get=1`, bounds)
  for (const [tag] of (page ?? '').matchAll(/<meta\s[^<>]{0,1000}>/gi)) {
    if (!/\sname\s*=\s*["']?go-import\b/i.test(tag)) continue
    const [prefix = '', kind, address = ''] = (/\scontent\s*=\s*["']([^"']*)["']/i.exec(tag)?.[1] ?? '').trim().split(/\s+/)
    if (path !== prefix && !path.startsWith(`${prefix}/`)) continue
    if (kind === 'git' && /^https?:/.test(address) && gitAddressIn(address) !== undefined) return { prefix, address }
    throw new AuditError('target_refused', `${path} lies in no git repository that https reaches: it names ${kind ?? 'nothing'}.`)
  }
  throw unknownModule(module)
}
