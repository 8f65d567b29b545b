/** A registry of npm and an index of PyPI on this machine, with packages that a test packs byte by byte, as nobody's program would. */
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { onTestFinished } from 'vitest'

export interface Entry {
  readonly path: string
  readonly text?: string
  /** Of tar: `0` a file, `1` a hard link, `2` a symbolic link, `5` a folder. */
  readonly type?: '0' | '1' | '2' | '5'
  readonly link?: string
}

const BLOCK = 512

/** A tar archive, compressed. */
export function packed(entries: readonly Entry[]): Buffer {
  return gzipSync(Buffer.concat([...entries.flatMap(blocks), Buffer.alloc(2 * BLOCK)]))
}

function blocks({ path, text = '', type = '0', link = '' }: Entry): readonly Buffer[] {
  const header = Buffer.alloc(BLOCK)
  const body = Buffer.from(text)
  const octal = (value: number, length: number) => `${value.toString(8).padStart(length - 1, '0')}\0`
  header.write(path, 0, 100)
  header.write(octal(0o755, 8) + octal(0, 8) + octal(0, 8) + octal(body.length, 12) + octal(0, 12), 100, 'latin1')
  header.write(`        ${type}${link}`, 148, 'latin1')
  header.write('ustar\0' + '00', 257, 'latin1')
  header.write(
    octal(
      header.reduce((sum, byte) => sum + byte, 0),
      7,
    ),
    148,
    'latin1',
  )
  return [header, body, Buffer.alloc((BLOCK - (body.length % BLOCK)) % BLOCK)]
}

export interface Registry {
  readonly npm: string
  readonly pypi: string
  /** Paths that were asked for. */
  readonly asked: readonly string[]
}

/** Version by version, what is in the one package `example`. `lies`: the digests are those of something else. */
export async function startRegistry(versions: Readonly<Record<string, Buffer>>, { lies = false } = {}): Promise<Registry> {
  const asked: string[] = []
  const here = { origin: '' }
  const digest = (algorithm: string, bytes: Buffer) => createHash(algorithm).update(lies ? 'something else' : bytes)
  const documents: Readonly<Record<string, () => object>> = {
    '/npm/example': () => ({
      'dist-tags': { latest: Object.keys(versions).at(-1) },
      versions: Object.fromEntries(
        Object.entries(versions).map(([version, bytes]) => [
          version,
          {
            dist: {
              tarball: `${here.origin}/files/example-${version}.tar.gz`,
              integrity: `sha512-${digest('sha512', bytes).digest('base64')}`,
            },
          },
        ]),
      ),
    }),
    '/pypi/example/': () => ({
      files: Object.entries(versions).map(([version, bytes]) => ({
        filename: `example-${version}.tar.gz`,
        url: `../../files/example-${version}.tar.gz`,
        hashes: { sha256: digest('sha256', bytes).digest('hex') },
        yanked: false,
      })),
    }),
  }
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    asked.push(path)
    const file = versions[/^\/files\/example-(.+)\.tar\.gz$/.exec(path)?.[1] ?? '']
    const document = documents[path]?.()
    if (file !== undefined) response.end(file)
    else response.writeHead(document === undefined ? 404 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(document ?? {}))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  here.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { npm: `${here.origin}/npm`, pypi: `${here.origin}/pypi`, asked }
}
