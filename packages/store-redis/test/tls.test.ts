/** Over TLS, with a certificate that is verified: in programs of their own, which are told whom to trust as operators tell it. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePorts } from '../../../examples/first-login/src/programs.ts'
import { openRedis, openRedisCluster } from '../../../tests/support/redis.ts'
import { certificateFor } from '../../node/test/support/certificate.ts'

const ONE_ROW = fileURLToPath(new URL('fixtures/one-row.mjs', import.meta.url))
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

async function oneRow(url: string, environment: Readonly<Record<string, string>> = {}): Promise<unknown> {
  const { stdout } = await promisify(execFile)(process.execPath, [ONE_ROW, url], {
    env: { PATH: process.env['PATH'] ?? '', ...environment },
  })
  return JSON.parse(stdout)
}

test('one server: taken when its certificate is trusted and made out to it, refused otherwise', async () => {
  const [port = 0] = await freePorts(1)
  const { close } = await openRedis(...tls(port))
  const trusting = { NODE_EXTRA_CA_CERTS: authority }
  expect(await oneRow(`rediss://localhost:${port}`, trusting)).toEqual({ found: 'a' })
  expect(await oneRow(`rediss://localhost:${port}`)).toMatchObject({
    code: 'store_unavailable',
    message: expect.stringMatching(/self-signed/),
  })
  expect(await oneRow(`rediss://127.0.0.1:${port}`, trusting)).toMatchObject({
    code: 'store_unavailable',
    message: expect.stringMatching(/altnames/),
  })
  await close()
})

test('a cluster whose nodes announce their names', async () => {
  const [port = 0] = await freePorts(1)
  const named = ['--tls-cluster', 'yes', '--cluster-announce-hostname', 'localhost', '--cluster-preferred-endpoint-type', 'hostname']
  const { close } = await openRedisCluster(1, 0, ...tls(port), ...named)
  const trusting = { NODE_EXTRA_CA_CERTS: authority }
  expect(await oneRow(`rediss+cluster://localhost:${port}`, trusting)).toEqual({ found: 'a' })
  expect(await oneRow(`rediss+cluster://localhost:${port}`)).toMatchObject({
    code: 'store_unavailable',
    message: expect.stringContaining('no node was reached'),
  })
  await close()
})
