/**
 * A module of Go: found and fetched by the protocol of module proxies (https://go.dev/ref/mod#goproxy-protocol), held against the checksum that the database of
 * Go has of it, unpacked. Nothing of it is built or run.
 */
import { createHash } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { AuditError } from '../error.ts'
import { bytesAt, type Fetch, jsonAt, textAt } from './download.ts'
import { type GoEnvironment, goSourcesOf, type GoSumDatabase, goSumDatabaseOf } from './go-environment.ts'
import { type GoModule, unknownModule, VERSION } from './go-name.ts'
import { cloneGoModule } from './go-repository.ts'
import type { Bounds } from './target.ts'
import { unzip } from './unzip.ts'
import { newest } from './versions.ts'

/**
 * Puts a module into a folder below this one, and returns that.
 * @throws AuditError `target_unreadable`, `target_refused`, `target_too_large`, `configuration_invalid`
 */
export async function fetchGo(module: GoModule, folder: string, fetch: Fetch, environment: GoEnvironment, bounds: Bounds): Promise<string> {
  const database = goSumDatabaseOf(environment, module.path)
  let failure = unknownModule(module)
  for (const { at, isOptional } of goSourcesOf(environment, module.path)) {
    if (at === 'off') throw new AuditError('target_refused', `GOPROXY is off, so ${module.path} is not fetched.`)
    if (at === 'direct') return cloneGoModule(module, folder, fetch, bounds)
    try {
      const found = await fetchFrom(at, module, folder, fetch, database, bounds)
      if (found !== undefined) return found
    } catch (error) {
      if (!isOptional || !(error instanceof AuditError) || error.code !== 'target_unreadable' || bounds.signal.aborted) throw error
      failure = error
    }
  }
  throw failure
}

/** From one proxy; undefined when it has no such module or no such version. */
async function fetchFrom(
  proxy: string,
  module: GoModule,
  folder: string,
  fetch: Fetch,
  database: GoSumDatabase | undefined,
  bounds: Bounds,
): Promise<string | undefined> {
  const at = `${proxy}/${escaped(module.path)}`
  const version = await versionAt(at, module.version, fetch, bounds)
  const packed = version === undefined ? undefined : await bytesAt(fetch, `${at}/@v/${escaped(version)}.zip`, bounds)
  if (version === undefined || packed === undefined) return undefined
  const path = mkdtempSync(join(folder, 'module-'))
  const lines: string[] = []
  await unzip(packed, path, bounds.limits, `${module.path}@${version}/`, (name, bytes) => {
    lines.push(`${createHash('sha256').update(bytes).digest('hex')}  ${name}\n`)
  })
  if (database !== undefined) {
    const known = await checksumIn(database, proxy, module.path, version, fetch, bounds)
    if (known !== hashOf(lines))
      throw new AuditError('target_refused', `${module.path} ${version} is not what ${database.name} tells of: their checksums differ.`)
  }
  return path
}

/** Upper-case letters, which not every file system tells from lower-case ones. */
const escaped = (text: string): string => text.replace(/[A-Z]/g, (letter) => `!${letter.toLowerCase()}`)

async function versionAt(at: string, wanted: string | undefined, fetch: Fetch, bounds: Bounds): Promise<string | undefined> {
  if (wanted !== undefined && VERSION.test(wanted)) return wanted
  if (wanted === undefined || /^v\d+(?:\.\d+)?$/.test(wanted)) {
    const released = releaseOf((await textAt(fetch, `${at}/@v/list`, bounds)) ?? '', wanted)
    if (released !== undefined || wanted !== undefined) return released
  }
  // Without a release the proxy makes up a version of the newest commit.
  const { Version } = (await jsonAt(fetch, wanted === undefined ? `${at}/@latest` : `${at}/@v/${escaped(wanted)}.info`, bounds)) ?? {}
  return typeof Version === 'string' && VERSION.test(Version) ? Version : undefined
}

/** Majors without a module file (`+incompatible`) count only when there is nothing else. */
function releaseOf(list: string, wanted: string | undefined): string | undefined {
  const all = list.split('\n').map((line) => line.trim().split(/\s/)[0] ?? '')
  for (const suffix of ['', '+incompatible']) {
    const pattern = new RegExp(`^v(\\d+\\.\\d+\\.\\d+)${suffix.replace('+', '\\+')}$`)
    const found = newest(
      all.map((version) => pattern.exec(version)?.[1] ?? ''),
      wanted?.slice(1),
    )
    if (found !== undefined) return `v${found}${suffix}`
  }
  return undefined
}

/** What `go.sum` has of a module: a hash over the hashes of its files, by name. */
function hashOf(lines: readonly string[]): string {
  const byName = [...lines].sort((one, other) => Buffer.compare(Buffer.from(one.slice(66)), Buffer.from(other.slice(66))))
  return `h1:${createHash('sha256').update(byName.join('')).digest('base64')}`
}

/** The answer of the database about one version; a proxy that stands in for it is asked first. Its tree of signatures is not gone through. */
async function checksumIn(
  { name, at }: GoSumDatabase,
  proxy: string,
  path: string,
  version: string,
  fetch: Fetch,
  bounds: Bounds,
): Promise<string> {
  const mirror = `${proxy}/sumdb/${name}`
  const base = (await textAt(fetch, `${mirror}/supported`, bounds).catch(() => undefined)) === undefined ? at : mirror
  const told = await textAt(fetch, `${base}/lookup/${escaped(path)}@${escaped(version)}`, bounds)
  for (const line of (told ?? '').split('\n')) {
    const [ofPath, ofVersion, hash] = line.split(' ')
    if (ofPath === path && ofVersion === version && hash !== undefined) return hash
  }
  throw new AuditError(
    'target_refused',
    `${name} has no checksum of ${path} ${version}. For a module that it cannot know, set GONOSUMDB or GOPRIVATE.`,
  )
}
