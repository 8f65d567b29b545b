/**
 * A stranger names client ids that lead into the network this server stands in, and watches what comes back. Nothing inner is ever
 * connected to, and every answer is the same, so the server is neither a proxy nor a map.
 */
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { guardedFetch } from '@countersign/node/http'
import { DEVICE_CODE } from '@countersign/protocol'
import { expect, onTestFinished } from 'vitest'
import { openHouse } from '../../packages/authority/test/house.ts'
import { openBrowser } from '../../packages/authority/test/person.ts'
import { deviceDocument, openWeb } from '../../packages/authority/test/web.ts'
import { verifies } from '../../requirements/verifies.ts'

const INNER = ['127.0.0.1', '10.0.0.7', '169.254.169.254', '192.168.0.1', '100.100.100.200', '::1', 'fd00:ec2::254', '::ffff:10.0.0.7']

/** Something on this machine that must not be reached: tells how often it was. */
async function startInnerServer() {
  let visits = 0
  const server = createServer((socket) => {
    visits++
    socket.destroy()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return { port: (server.address() as AddressInfo).port, visits: () => visits }
}

verifies('cimd-6.5-ssrf', 'no client id reaches into the network, and no answer tells what is there', async () => {
  const inner = await startInnerServer()
  const names = new Map(INNER.map((address, index) => [`inner-${index}.example`, address]))
  const fetchDocument = guardedFetch({ resolve: async (host) => [names.get(host) ?? '127.0.0.1'] })
  const house = await openHouse({ settings: { clientDocuments: 'any' }, fetchDocument })
  const hosts = [
    ...names.keys(),
    '127.0.0.1',
    '127.1',
    '0x7f000001',
    '[::1]',
    '[::ffff:127.0.0.1]',
    'localhost',
    'metadata.google.internal',
  ]
  const told = new Set<string>()
  for (const host of hosts) {
    for (const url of [`https://${host}:${inner.port}/latest/meta-data`, `https://${host}/admin`]) {
      const { status, json } = await (await house.device('none', url)).start()
      told.add(JSON.stringify([status, json]))
      const page = await house.send('GET', `/authorize?client_id=${encodeURIComponent(url)}&redirect_uri=https%3A%2F%2Fa.example%2F`)
      expect([page.status, page.headers['location']]).toEqual([400, undefined])
      expect(page.body).not.toMatch(/ECONN|public address|127\.0|169\.254/)
    }
  }
  expect([...told]).toEqual([
    JSON.stringify([401, { error: 'invalid_client', error_description: 'the document of the client could not be fetched' }]),
  ])
  expect(inner.visits()).toBe(0)
  // The operator does learn why.
  expect(house.events.filter(({ type }) => type === 'client.document_refused').length).toBeGreaterThan(hosts.length)
})

verifies('cimd-6.5-ssrf', 'nor do the addresses within a document: keys are guarded alike, logos and links are never fetched', async () => {
  const inner = await startInnerServer()
  const web = openWeb()
  const guarded = guardedFetch({ resolve: async () => ['127.0.0.1'] })
  const fetched: string[] = []
  const fetchDocument = (url: string) => {
    fetched.push(url)
    return url.startsWith('https://app.example/') ? web.fetchDocument(url) : guarded(url)
  }
  const house = await openHouse({ settings: { clientDocuments: 'any' }, fetchDocument })
  const trap = `https://127.0.0.1:${inner.port}/`
  const links = { logo_uri: trap, client_uri: trap, policy_uri: trap, tos_uri: trap, sector_identifier_uri: trap, request_uris: [trap] }
  web.put('https://app.example/linked', deviceDocument(links, 'https://app.example/linked'))
  const { userCode, status } = await (await house.device('none', 'https://app.example/linked')).start()
  expect(status).toBe(200)
  const browser = openBrowser(house)
  await browser.signIn()
  const { body } = await browser.enter(userCode)
  expect(body).not.toContain(trap)
  expect(fetched).toEqual(['https://app.example/linked'])

  const signed = 'https://app.example/signed'
  web.put(signed, deviceDocument({ token_endpoint_auth_method: 'private_key_jwt', jwks_uri: trap }, signed))
  const key = await house.suite.generateKey('ES256')
  const claims = { iss: signed, sub: signed, aud: 'https://auth.example', exp: house.clock.now() / 1000 + 60, jti: 'one' }
  const client_assertion = await (await house.suite.signer(key))('{"alg":"ES256"}', JSON.stringify(claims))
  const form = {
    client_assertion,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    grant_type: DEVICE_CODE,
  }
  expect((await house.post('/device_authorization', form)).json['error']).toBe('invalid_client')
  expect(fetched.at(-1)).toBe(trap)
  expect(inner.visits()).toBe(0)
})

verifies('cimd-4.3-fetch-failure-aborts', 'a flood of client ids makes few fetches: each host is asked thirty times a minute', async () => {
  const web = openWeb()
  const house = await openHouse({ settings: { clientDocuments: 'any', codesPerMinute: 10_000 }, fetchDocument: web.fetchDocument })
  for (let index = 0; index < 100; index++) {
    const { json, status } = await (await house.device('none', `https://victim.example/${index}`)).start()
    expect([status, json['error']]).toEqual(index < 30 ? [401, 'invalid_client'] : [503, 'temporarily_unavailable'])
  }
  expect(web.fetched).toHaveLength(30)
  house.clock.advance(61)
  await (await house.device('none', 'https://victim.example/again')).start()
  expect(web.fetched).toHaveLength(31)
})
