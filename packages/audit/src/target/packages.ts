/**
 * A package of npm or PyPI: found, fetched, held against the digest that its registry tells (very old packages have none), unpacked.
 * Nothing of it is installed or run.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { AuditError } from '../error.ts'
import { type JsonObject, objectOf } from '../json-object.ts'
import { isLoopback } from '../probe/wire/consent.ts'
import type { Bounds } from './target.ts'
import { unpack } from './unpack.ts'

export type Fetch = (input: string, init: { headers: Record<string, string>; signal: AbortSignal }) => Promise<Response>

export interface PackageName {
  readonly from: 'npm' | 'pypi'
  readonly name: string
  /** A version, the beginning of one (`2`, `2.1`), or a tag of npm; the newest unless named. */
  readonly version: string | undefined
}

const NPM = /^npm:((?:@[a-z0-9][\w.-]*\/)?[a-z0-9][\w.-]*)(?:@([\w.+-]+))?$/i
const PYPI = /^pypi:([a-z0-9][\w.-]*)(?:(?:@|==)([\w.+-]+))?$/i
const DOCUMENT_BYTES = 50_000_000

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
  const known = await readJson(
    fetch,
    `${registry.replace(/\/$/, '')}/${name.replace('/', '%2f')}`,
    bounds,
    'application/vnd.npm.install-v1+json',
  )
  const versions = objectOf(known['versions'])
  const tagged = objectOf(known['dist-tags'])[version ?? 'latest']
  const chosen = typeof tagged === 'string' ? tagged : newest(Object.keys(versions), version)
  const { tarball, integrity } = objectOf(objectOf(versions[chosen ?? ''])['dist'])
  if (typeof tarball !== 'string') throw unknown('npm', name, version)
  const digest = typeof integrity === 'string' ? /sha512-([\w+/=]+)/.exec(integrity)?.[1] : undefined
  const packed = await readBytes(fetch, tarball, bounds)
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
  const known = await readJson(fetch, at, bounds, 'application/vnd.pypi.simple.v1+json')
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
  const packed = await readBytes(fetch, new URL(url, at).href, bounds)
  return placed(packed, typeof sha256 === 'string' ? { algorithm: 'sha256', value: Buffer.from(sha256, 'hex') } : undefined, folder, bounds)
}

function unknown(where: string, name: string, version: string | undefined): AuditError {
  return new AuditError('target_unreadable', `${where} has no source of ${name}${version === undefined ? '' : ` in version ${version}`}.`)
}

/** The highest version that is this one or begins with it; of releases, before what is still in the making. */
function newest(versions: readonly string[], wanted: string | undefined): string | undefined {
  if (wanted !== undefined && versions.includes(wanted)) return wanted
  const numbers = (version: string) => version.split('.').map(Number)
  return versions
    .filter((version) => /^\d+(?:\.\d+)*$/.test(version) && (wanted === undefined || version.startsWith(`${wanted}.`)))
    .sort((one, other) => {
      const [mine, theirs] = [numbers(one), numbers(other)]
      const index = mine.findIndex((number, at) => number !== (theirs[at] ?? 0))
      return index === -1 ? mine.length - theirs.length : (mine[index] ?? 0) - (theirs[index] ?? 0)
    })
    .at(-1)
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

async function readJson(fetch: Fetch, url: string, bounds: Bounds, accept: string): Promise<JsonObject> {
  const bytes = await readBytes(fetch, url, { ...bounds, limits: { ...bounds.limits, packedBytes: DOCUMENT_BYTES } }, accept)
  try {
    return objectOf(JSON.parse(Buffer.from(bytes).toString('utf8')))
  } catch (cause) {
    throw new AuditError('target_unreadable', `${url} did not answer with JSON.`, { cause })
  }
}

async function readBytes(fetch: Fetch, url: string, { limits, signal }: Bounds, accept = '*/*'): Promise<Uint8Array> {
  const { protocol, hostname } = URL.canParse(url) ? new URL(url) : { protocol: '', hostname: '' }
  if (protocol !== 'https:' && !(protocol === 'http:' && isLoopback(hostname)))
    throw new AuditError('target_refused', `${url}: packages come by https.`)
  const chunks: Uint8Array[] = []
  let length = 0
  try {
    const response = await fetch(url, { headers: { accept }, signal })
    if (response.status === 404) throw new AuditError('target_unreadable', `${url} does not exist.`)
    if (!response.ok || response.body === null) throw new AuditError('target_unreadable', `${url} was answered with ${response.status}.`)
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      length += chunk.length
      if (length > limits.packedBytes) throw new AuditError('target_too_large', `${url} has more than ${limits.packedBytes} bytes.`)
      chunks.push(chunk)
    }
  } catch (cause) {
    if (cause instanceof AuditError) throw cause
    if (signal.aborted)
      throw new AuditError('target_unreadable', `${url} could not be fetched in ${limits.milliseconds / 1000} seconds.`, { cause })
    throw new AuditError('target_unreadable', `${url} cannot be reached.`, { cause })
  }
  return Buffer.concat(chunks)
}
