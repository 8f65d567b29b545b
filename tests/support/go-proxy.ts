/** A proxy for modules of Go on this machine, the checksum database beside it, and archives that a test packs byte by byte. */
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { crc32, deflateRawSync } from 'node:zlib'
import { onTestFinished } from 'vitest'

export interface ZipEntry {
  readonly path: string
  readonly text?: string
  /** What the archive says of it, when that is a lie. */
  readonly size?: number
  readonly checksum?: number
  readonly flags?: number
  readonly method?: number
  /** Of Unix, such as 0o120777 for a link. */
  readonly mode?: number
}

/** A zip archive; `comment` stands at its end. */
export function zipped(entries: readonly ZipEntry[], comment = ''): Buffer {
  const locals: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const { path, text = '', size, checksum, flags = 0, method = 8, mode = 0 } of entries) {
    const body = Buffer.from(text)
    const packed = method === 8 ? deflateRawSync(body) : body
    const name = Buffer.from(path)
    const about = Buffer.alloc(26)
    about.writeUInt16LE(20, 0)
    about.writeUInt16LE(flags, 2)
    about.writeUInt16LE(method, 4)
    about.writeUInt32LE(checksum ?? crc32(body), 10)
    about.writeUInt32LE(packed.length, 14)
    about.writeUInt32LE(size ?? body.length, 18)
    about.writeUInt16LE(name.length, 22)
    const attributes = Buffer.alloc(14)
    attributes.writeUInt32LE((mode * 0x10000) >>> 0, 6)
    attributes.writeUInt32LE(offset, 10)
    const local = Buffer.concat([Buffer.from('PK\u0003\u0004'), about, name, packed])
    locals.push(local)
    directory.push(Buffer.concat([Buffer.from('PK\u0001\u0002\u0014\u0003'), about, attributes, name]))
    offset += local.length
  }
  const listed = Buffer.concat(directory)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(entries.length, 4)
  end.writeUInt16LE(entries.length, 6)
  end.writeUInt32LE(listed.length, 8)
  end.writeUInt32LE(offset, 12)
  end.writeUInt16LE(comment.length, 16)
  return Buffer.concat([...locals, listed, Buffer.from('PK\u0005\u0006'), end, Buffer.from(comment)])
}

/** The files of one version of a module, as a proxy packs them. */
export const moduleOf = (path: string, version: string, files: Readonly<Record<string, string>>): Buffer =>
  zipped(Object.entries(files).map(([name, text]) => ({ path: `${path}@${version}/${name}`, text })))

/** What `go.sum` has of such files. */
export function goSum(path: string, version: string, files: Readonly<Record<string, string>>): string {
  const names = Object.keys(files)
    .map((name) => `${path}@${version}/${name}`)
    .sort()
  const lines = names.map((name) => {
    const hash = createHash('sha256').update(files[name.slice(path.length + version.length + 2)] ?? '')
    return `${hash.digest('hex')}  ${name}\n`
  })
  return `h1:${createHash('sha256').update(lines.join('')).digest('base64')}`
}

export interface GoProxy {
  readonly at: string
  /** As GOSUMDB names the database. */
  readonly sumDb: string
  /** Paths that were asked for. */
  readonly asked: readonly string[]
}

/** Answers by path: bytes, a text, or a status. What is not here does not exist. */
export async function startGoProxy(answers: Readonly<Record<string, Buffer | string | number>>): Promise<GoProxy> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    asked.push(path)
    const answer = answers[path] ?? 404
    if (typeof answer === 'number') response.writeHead(answer).end()
    else response.end(answer)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { at: `${origin}/proxy`, sumDb: `sum.example ${origin}/sum`, asked }
}
