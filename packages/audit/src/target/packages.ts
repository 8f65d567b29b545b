/**
 * A package of npm or PyPI: found, fetched, held against the digest that its registry tells (very old packages have none), unpacked.
 * Nothing of it is installed or run.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { AuditError } from '../error.ts'
import { type JsonObject, objectOf } from '../json-object.ts'
import { bytesAt, type Fetch, jsonAt, present } from './download.ts'
import type { Bounds } from './target.ts'
import { unpack } from './unpack.ts'
import { newest } from './versions.ts'

export interface PackageName {
  readonly from: 'npm' | 'pypi'
  readonly name: string
  /** A version, the beginning of one (`2`, `2.1`), or a tag of npm; the newest unless named. */
  readonly version: string | undefined
}

const NPM = /^npm:((?:@[a-z0-9][\w.-]*\/)?[a-z0-9][\w.-]*)(?:@([\w.+-]+))?$/i
const PYPI = /^pypi:([a-z0-9][\w.-]*)(?:(?:@|==)([\w.+-]+))?$/i

/** @throws AuditError `target_refused` for what begins like a package and is none */
export function packageNameIn(target: string): PackageName | undefined {
  if (!/^(?:npm|pypi):/i.test(target)) return undefined
  const match = NPM.exec(target) ?? PYPI.exec(target)
  if (match?.[1] === undefined)
    throw new AuditError('target_refused', `${target} is the name of no package: npm:NAME, npm:NAME@VERSION or pypi:NAME.`)
  return { from: /^npm/i.test(target) ? 'npm' : 'pypi', name: match[1], version: match[2] }
}

/** The registry's answer about one package; the tarball is that of the version that was asked for. */
export async function fetchNpm(
  { name, version }: PackageName,
  folder: string,
  fetch: Fetch,
  registry = 'https://registry.npmjs.org',
  bounds: Bounds,
): Promise<string> {
  const at = `${registry.replace(/\/$/, '')}/${name.replace('/', '%2f')}`
  const known = present(await jsonAt(fetch, at, bounds, 'application/vnd.npm.install-v1+json'), at)
  const versions = objectOf(known['versions'])
  const tagged = objectOf(known['dist-tags'])[version ?? 'latest']
  const chosen = typeof tagged === 'string' ? tagged : newest(Object.keys(versions), version)
  const { tarball, integrity } = objectOf(objectOf(versions[chosen ?? ''])['dist'])
  if (typeof tarball !== 'string') throw unknown('npm', name, version)
  const digest = typeof integrity === 'string' ? /sha512-([\w+/=]+)/.exec(integrity)?.[1] : undefined
  const packed = present(await bytesAt(fetch, tarball, bounds), tarball)
  return placed(packed, digest === undefined ? undefined : { algorithm: 'sha512', value: Buffer.from(digest, 'base64') }, folder, bounds)
}

/** PEP 691: the files of a package; the source distribution is the one that holds all of its source. */
export async function fetchPypi(
  { name, version }: PackageName,
  folder: string,
  fetch: Fetch,
  index = 'https://pypi.org/simple',
  bounds: Bounds,
): Promise<string> {
  const plain = name.toLowerCase().replace(/[-_.]+/g, '-')
  const at = `${index.replace(/\/$/, '')}/${plain}/`
  const known = present(await jsonAt(fetch, at, bounds, 'application/vnd.pypi.simple.v1+json'), at)
  const files = (Array.isArray(known['files']) ? known['files'] : []).map(objectOf)
  const byVersion = new Map<string, JsonObject>()
  for (const file of files) {
    const match = /^(.+)-([^-]+)\.tar\.gz$/.exec(typeof file['filename'] === 'string' ? file['filename'] : '')
    // PEP 592: what was yanked is for nobody who does not ask for it.
    const isYanked = file['yanked'] !== undefined && file['yanked'] !== false && match?.[2] !== version
    if (match?.[2] !== undefined && !isYanked) byVersion.set(match[2], file)
  }
  const { url, hashes } = byVersion.get(newest([...byVersion.keys()], version) ?? '') ?? {}
  if (typeof url !== 'string') throw unknown('PyPI', name, version)
  const sha256 = objectOf(hashes)['sha256']
  const file = new URL(url, at).href
  const packed = present(await bytesAt(fetch, file, bounds), file)
  return placed(packed, typeof sha256 === 'string' ? { algorithm: 'sha256', value: Buffer.from(sha256, 'hex') } : undefined, folder, bounds)
}

function unknown(where: string, name: string, version: string | undefined): AuditError {
  return new AuditError('target_unreadable', `${where} has no source of ${name}${version === undefined ? '' : ` in version ${version}`}.`)
}

interface Digest {
  readonly algorithm: 'sha512' | 'sha256'
  readonly value: Buffer
}

async function placed(packed: Uint8Array, digest: Digest | undefined, folder: string, { limits }: Bounds): Promise<string> {
  if (digest !== undefined) {
    const seen = createHash(digest.algorithm).update(packed).digest()
    if (seen.length !== digest.value.length || !timingSafeEqual(seen, digest.value)) {
      throw new AuditError('target_refused', 'The package is not the one that its registry tells of: their digests differ.')
    }
  }
  const path = join(folder, 'package')
  mkdirSync(path)
  await unpack(packed, path, limits)
  return path
}
