/** Certificates are the injected fetch's to check; nothing here may loosen that, and a bad one ends everything. */
import { once } from 'node:events'
import { createServer, request } from 'node:https'
import type { AddressInfo } from 'node:net'
import { discover } from '@countersign/client'
import type { Fetch } from '@countersign/protocol'
import { expect, test } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'
import { metadata, rejection } from './support/authority.ts'
import { type Certificate, certificateFor } from './support/certificate.ts'
import { stage } from './support/stage.ts'

const DAY = 86_400_000
const today = new Date()
const yesterday = new Date(today.getTime() - DAY)

/** An issuer behind TLS; tells what it was asked for. */
async function serving<T>(certificate: Certificate, work: (issuer: string, asked: readonly string[]) => Promise<T>): Promise<T> {
  const asked: string[] = []
  const server = createServer(certificate, (incoming, outgoing) => {
    asked.push(incoming.url ?? '')
    const issuer = `https://localhost:${(server.address() as AddressInfo).port}`
    const found = incoming.url === '/.well-known/oauth-authorization-server'
    outgoing.writeHead(found ? 200 : 404, { connection: 'close' }).end(found ? JSON.stringify(metadata({}, issuer)) : '')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    return await work(`https://localhost:${(server.address() as AddressInfo).port}`, asked)
  } finally {
    server.close()
  }
}

/** A fetch that trusts one certificate authority and checks everything else as node:https does. */
function trusting(ca: string): Fetch {
  return (url, init = {}) =>
    new Promise((resolve, reject) => {
      const headers = Object.fromEntries(new Headers(init.headers))
      const sent = request(url, { method: init.method ?? 'GET', headers, ca, family: 4 }, (incoming) => {
        const parts: Buffer[] = []
        incoming.on('data', (part: Buffer) => parts.push(part))
        incoming.on('end', () => resolve(new Response(Buffer.concat(parts), { status: incoming.statusCode ?? 0 })))
      })
      sent.on('error', (cause) => reject(new TypeError('fetch failed', { cause })))
      sent.end()
    })
}

async function discovering(issuer: string, fetch: Fetch) {
  const { runtime } = stage(() => {
    throw new Error('not used')
  })
  return discover({ ...runtime, fetch }, issuer)
}

test('a good certificate is fine', async () => {
  const good = certificateFor('localhost', yesterday, 30)
  const found = await serving(good, (issuer) => discovering(issuer, trusting(good.cert)))
  expect(found.metadata.token_endpoint).toBe(`${found.issuer}/token`)
})

verifies(
  ['rfc8414-6.1-tls-check', 'rfc8628-3.1-tls', 'seed-002-tls-hostname'],
  'an expired, a self-signed and a foreign certificate end discovery before a single request is answered',
  async () => {
    const expired = certificateFor('localhost', new Date(today.getTime() - 30 * DAY), 10)
    const selfSigned = certificateFor('localhost', yesterday, 30)
    const foreign = certificateFor('other.example', yesterday, 30)
    const cases: readonly [Certificate, Fetch, string][] = [
      [expired, trusting(expired.cert), 'CERT_HAS_EXPIRED'],
      [selfSigned, fetch, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
      [foreign, trusting(foreign.cert), 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ]
    for (const [certificate, network, code] of cases) {
      await serving(certificate, async (issuer, asked) => {
        const error = await rejection(discovering(issuer, network))
        expect(error).toMatchObject({
          code: 'network_failure',
          message: expect.stringContaining(code),
          hint: expect.stringContaining('certificate'),
        })
        expect(asked).toEqual([])
      })
    }
  },
)
