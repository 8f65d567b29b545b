/** Over TLS, with a certificate that is verified: in programs of their own, which are told whom to trust as operators tell it. */
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePorts } from '../../../examples/first-login/src/programs.ts'
import { openRedis, openRedisCluster } from '../../../tests/support/redis.ts'
import { certificateFor } from '../../node/test/support/certificate.ts'

let folder: string
let authority: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-tls-'))
  const { cert, key } = certificateFor('localhost')
  authority = join(folder, 'cert.pem')
  writeFileSync(authority, cert)
  writeFileSync(join(folder, 'key.pem'), key)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** How a server is told to speak TLS on a port beside its own. */
function tls(port: number): readonly string[] {
  const files = ['--tls-cert-file', authority, '--tls-key-file', join(folder, 'key.pem'), '--tls-ca-cert-file', authority]
  return ['--tls-port', `${port}`, ...files, '--tls-auth-clients', 'no']
}

/** Runs a fixture to its end. @throws Error when it ends otherwise than well */
async function run(name: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<unknown> {
  const path = fileURLToPath(new URL(`fixtures/${name}.mjs`, import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [path, ...args], {
    env: { PATH: process.env['PATH'] ?? '', ...environment },
  })
  return JSON.parse(stdout)
}
const oneRow = (url: string, environment?: Readonly<Record<string, string>>) => run('one-row', [url], environment)

test('one server: taken when its certificate is trusted and made out to it, refused otherwise', async () => {
  const [port = 0] = await freePorts(1)
  const { close } = await openRedis(...tls(port))
  const trusting = { NODE_EXTRA_CA_CERTS: authority }
  const [taken, unknown, misnamed] = await Promise.all([
    oneRow(`rediss://localhost:${port}`, trusting),
    oneRow(`rediss://localhost:${port}`),
    oneRow(`rediss://127.0.0.1:${port}`, trusting),
  ])
  expect(taken).toEqual({ found: 'a' })
  expect(unknown).toMatchObject({ code: 'store_unavailable', message: expect.stringMatching(/self-signed/) })
  expect(misnamed).toMatchObject({ code: 'store_unavailable', message: expect.stringMatching(/altnames/) })
  await close()
})

test('a cluster whose nodes announce their names', async () => {
  const [port = 0] = await freePorts(1)
  const named = ['--tls-cluster', 'yes', '--cluster-announce-hostname', 'localhost', '--cluster-preferred-endpoint-type', 'hostname']
  const { close } = await openRedisCluster(1, 0, ...tls(port), ...named)
  const trusting = { NODE_EXTRA_CA_CERTS: authority }
  const url = `rediss+cluster://localhost:${port}`
  const [taken, refused] = await Promise.all([oneRow(url, trusting), oneRow(url)])
  expect(taken).toEqual({ found: 'a' })
  expect(refused).toMatchObject({ code: 'store_unavailable', message: expect.stringContaining('no node was reached') })
  await close()
})

test('whatever breaks in the middle of a connection, however often, ends no program', async () => {
  const [port = 0] = await freePorts(1)
  const { close } = await openRedis(...tls(port))
  // First it is no TLS any more, which the socket tells and lives on; then it is silent, and is given up, which the socket tells again.
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1')
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      from.on('error', () => to.destroy()).on('close', () => to.destroy())
    }
    client.pipe(upstream)
    upstream.pipe(client)
    setTimeout(() => client.write('this is no TLS\r\n'), 400)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `rediss://localhost:${(server.address() as AddressInfo).port}`
  const told = await run('keep-asking', [url, '300', '4000'], { NODE_EXTRA_CA_CERTS: authority })
  expect(told).toMatchObject({ codes: ['store_unavailable'] })
  const { answered, refused } = told as Record<'answered' | 'refused', number>
  expect([answered > 5, refused > 1]).toEqual([true, true])
  server.close()
  await close()
})
