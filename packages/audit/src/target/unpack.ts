/**
 * A packed package, unpacked without trust. Invariants: nothing is written outside of the folder, no link is made, nothing can be executed, and it takes no more
 * room than it is given.
 */
import { once } from 'node:events'
import { closeSync, writeSync } from 'node:fs'
import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { Parser, type ReadEntry } from 'tar'
import { AuditError } from '../error.ts'
import type { Limits } from './limits.ts'
import { openNew, pathBelow } from './place.ts'

/** @throws AuditError `target_refused`, `target_too_large`, `target_unreadable` */
export async function unpack(packed: Uint8Array, folder: string, limits: Limits): Promise<void> {
  const parser = new Parser({ strict: true })
  const failure: { reason: Error | undefined } = { reason: undefined }
  let entries = 0
  parser.on('error', (error: Error) => (failure.reason ??= unreadable(error)))
  parser.on('entry', (entry: ReadEntry) => {
    try {
      entries += 1
      if (entries > limits.files) throw new AuditError('target_too_large', `The package has more than ${limits.files} files.`)
      keep(entry, folder)
    } catch (error) {
      failure.reason ??= error instanceof Error ? error : unreadable(error)
      entry.resume()
    }
  })
  let bytes = 0
  try {
    for await (const chunk of Readable.from([packed]).pipe(createGunzip()) as AsyncIterable<Buffer>) {
      // The parser would unpack what is packed twice, and nobody would count that.
      if (bytes === 0 && !isTar(chunk)) throw unreadable(undefined)
      bytes += chunk.length
      if (bytes > limits.bytes) throw new AuditError('target_too_large', `Unpacked, the package has more than ${limits.bytes} bytes.`)
      if (!parser.write(chunk)) await once(parser, 'drain')
      if (failure.reason !== undefined) throw failure.reason
    }
    const ended = once(parser, 'end')
    parser.end()
    await ended
  } catch (error) {
    throw error instanceof AuditError ? error : unreadable(error)
  }
  if (failure.reason !== undefined) throw failure.reason
}

const unreadable = (cause: unknown) =>
  new AuditError('target_unreadable', 'The package cannot be unpacked: its archive is broken.', { cause })

/** POSIX.1-1988 and GNU alike have this word in the first header; it follows the name, mode, owner, size, time, type and link. */
const isTar = (chunk: Buffer): boolean => chunk.toString('latin1', 257, 262) === 'ustar'

/** Regular files alone. Links lead elsewhere, and source code needs none. */
function keep(entry: ReadEntry, folder: string): void {
  if (entry.type !== 'File' && entry.type !== 'OldFile') {
    entry.resume()
    return
  }
  const file = openNew(pathBelow(folder, entry.path))
  if (file === undefined) {
    entry.resume()
    return
  }
  entry.on('data', (chunk: Buffer) => void writeSync(file, chunk))
  entry.on('end', () => closeSync(file))
}
