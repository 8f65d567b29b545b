/**
 * A zip archive, unpacked without trust, from memory. Invariants: as of a tar archive (`unpack.ts`); and what an entry says about itself is held against what is in it.
 * Nothing that a module of Go may not be is read: no encryption, no second volume, no more than 65,534 files (the 64-bit form).
 */
import { closeSync, writeSync } from 'node:fs'
import { promisify } from 'node:util'
import { crc32, inflateRaw } from 'node:zlib'
import { AuditError } from '../error.ts'
import type { Limits } from './limits.ts'
import { openNew, pathBelow } from './place.ts'

const inflate = promisify(inflateRaw) as (packed: Uint8Array, options: { maxOutputLength: number }) => Promise<Buffer>

/** APPNOTE.TXT of PKWARE, sections 4.3.16, 4.3.12 and 4.3.7. */
const END = { signature: 0x06054b50, length: 22 }
const CENTRAL = { signature: 0x02014b50, length: 46 }
const LOCAL = { signature: 0x04034b50, length: 30 }
const LONGEST_COMMENT = 0xffff
const STORED = 0
const DEFLATED = 8

interface Entry {
  readonly name: string
  readonly packed: Uint8Array
  readonly method: number
  readonly size: number
  readonly checksum: number
  readonly isRegular: boolean
}

/**
 * Puts the files below `prefix` into a folder. `seen` is told of each file, as it is in the archive.
 * @throws AuditError `target_refused`, `target_too_large`, `target_unreadable`
 */
export async function unzip(
  packed: Uint8Array,
  folder: string,
  limits: Limits,
  prefix: string,
  seen: (name: string, bytes: Uint8Array) => void,
): Promise<void> {
  let left = limits.bytes
  for (const entry of entriesIn(Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength), limits)) {
    if (entry.name.endsWith('/')) continue
    if (!entry.name.startsWith(prefix)) throw new AuditError('target_refused', `The package holds a file that is not below ${prefix}.`)
    if (entry.size > left) throw new AuditError('target_too_large', `Unpacked, the package has more than ${limits.bytes} bytes.`)
    const bytes = await bytesOf(entry)
    left -= bytes.length
    seen(entry.name, bytes)
    const path = pathBelow(folder, `module/${entry.name.slice(prefix.length)}`)
    const file = entry.isRegular ? openNew(path) : undefined
    if (file === undefined) continue
    writeSync(file, bytes)
    closeSync(file)
  }
}

async function bytesOf({ packed, method, size, checksum }: Entry): Promise<Uint8Array> {
  let bytes: Uint8Array
  try {
    // More than it says is a lie, and nobody waits for the end of it.
    bytes = method === STORED ? packed : await inflate(packed, { maxOutputLength: Math.max(size, 1) })
  } catch (cause) {
    throw unreadable(cause)
  }
  if (bytes.length !== size || crc32(bytes) !== checksum) throw unreadable(undefined)
  return bytes
}

const unreadable = (cause: unknown) =>
  new AuditError('target_unreadable', 'The package cannot be unpacked: its archive is broken.', { cause })

/** What the directory at the end of the archive lists. */
function entriesIn(archive: Buffer, limits: Limits): Entry[] {
  try {
    const end = endOf(archive)
    const count = archive.readUInt16LE(end + 10)
    // 0xffff and 0xffffffff stand for "see the 64-bit form"; a second volume is told of at 4.
    if (count === 0xffff || archive.readUInt32LE(end + 4) !== 0) throw unreadable(undefined)
    if (count > limits.files) throw new AuditError('target_too_large', `The package has more than ${limits.files} files.`)
    const entries: Entry[] = []
    let at = archive.readUInt32LE(end + 16)
    for (let index = 0; index < count; index++) {
      const { entry, next } = entryAt(archive, at)
      entries.push(entry)
      at = next
    }
    return entries
  } catch (error) {
    throw error instanceof AuditError ? error : unreadable(error)
  }
}

function endOf(archive: Buffer): number {
  const first = Math.max(0, archive.length - END.length - LONGEST_COMMENT)
  for (let at = archive.length - END.length; at >= first; at--) {
    if (archive.readUInt32LE(at) === END.signature && at + END.length + archive.readUInt16LE(at + 20) === archive.length) return at
  }
  throw unreadable(undefined)
}

function entryAt(archive: Buffer, at: number): { entry: Entry; next: number } {
  const isEncrypted = (archive.readUInt16LE(at + 8) & 1) === 1
  const method = archive.readUInt16LE(at + 10)
  if (archive.readUInt32LE(at) !== CENTRAL.signature || isEncrypted || (method !== STORED && method !== DEFLATED))
    throw unreadable(undefined)
  const packedSize = archive.readUInt32LE(at + 20)
  const nameAt = at + CENTRAL.length
  const nameEnd = nameAt + archive.readUInt16LE(at + 28)
  const local = archive.readUInt32LE(at + 42)
  if (archive.readUInt32LE(local) !== LOCAL.signature) throw unreadable(undefined)
  const begin = local + LOCAL.length + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28)
  if (nameEnd > archive.length || begin + packedSize > archive.length) throw unreadable(undefined)
  // The upper half of the attributes is the mode of Unix, when there is one.
  const type = (archive.readUInt32LE(at + 38) >>> 16) & 0o170000
  const entry: Entry = {
    name: archive.toString('utf8', nameAt, nameEnd),
    packed: archive.subarray(begin, begin + packedSize),
    method,
    size: archive.readUInt32LE(at + 24),
    checksum: archive.readUInt32LE(at + 16),
    isRegular: type === 0 || type === 0o100000,
  }
  return { entry, next: nameEnd + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32) }
}
