/** `wrap` before real programs: what changes when a token is renewed, which is nothing for the host, and what goes through to the byte. */
import { Buffer } from 'node:buffer'
import { createHash, randomBytes } from 'node:crypto'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { openPlace } from '../support/faulty-place.ts'
import { openWrapped } from '../support/wrapped.ts'

const manifest = createRequire(import.meta.url).resolve('@modelcontextprotocol/server-everything/package.json')
const EVERYTHING = [process.execPath, join(dirname(manifest), 'dist/index.js'), 'stdio']
const ODD = [process.execPath, fileURLToPath(new URL('../support/odd-server.mjs', import.meta.url))]

test('the reference server, renewed in the middle of a call: the call is answered once by the run that began it, the next by the new one', async () => {
  const place = await openPlace()
  const host = await openWrapped(place, EVERYTHING, { life: 200 })
  expect(await host.call('get-env')).toContain('access-1')
  const progressToken = 'watched'
  const long = host.call('trigger-long-running-operation', { duration: 5, steps: 5 }, { _meta: { progressToken } })
  const id = 3
  await host.expectRenewed()
  expect(host.answersTo(id)).toEqual([])
  const env = await host.call('get-env')
  expect(env).toContain('access-2')
  expect(env).not.toContain('access-1')
  expect(await long).toContain('completed')
  expect(host.answersTo(id)).toHaveLength(1)
  expect(host.messages.filter(({ method }) => method === 'notifications/progress').length).toBeGreaterThanOrEqual(4)
  // The handshake with the new run is nothing that a host sees.
  expect(host.answersTo(1)).toHaveLength(1)
  expect(host.messages.some((message) => JSON.stringify(message.id ?? '').includes('countersign'))).toBe(false)
  host.wrap.close()
  // This server does not go by itself when its input ends: then SIGTERM is how it ends.
  expect([0, 143]).toContain(await host.exited)
})

test('a question of the run before is answered to that run, also when the new one has asked another with the same id', async () => {
  const place = await openPlace()
  const host = await openWrapped(place, ODD, { life: 250 })
  const first = host.call('ask')
  await expect.poll(() => host.messages.filter(({ method }) => method === 'roots/list').length).toBe(1)
  await host.expectRenewed()
  host.send('{"jsonrpc":"2.0","id":"question","result":{"text":"roots"}}')
  expect(await first).toBe('roots to access-1')
  const second = host.call('ask')
  await expect.poll(() => host.messages.filter(({ method }) => method === 'roots/list').length).toBe(2)
  host.send('{"jsonrpc":"2.0","id":"question","result":{"text":"roots"}}')
  expect(await second).toBe('roots to access-2')
})

const PIECES = [
  '{"jsonrpc":"2.0",   "method" : "notifications/message","params":{"b":1,"a":"\\u00e9 é 😀 \\ud83d"}}\n',
  'no JSON at all\r\n',
  '\n',
  ' \t\n',
  '{"jsonrpc":"2.0","id":"x","method":"roots/list","params":{"é":[1.0,1e2]}}\n',
  `{"jsonrpc":"2.0","method":"notifications/message","params":{"big":"${'é'.repeat(300_000)}"}}\n`,
]

test.each([1, 7, 400])('what the server writes, in %i pieces, is what the host reads, to the byte', async (pieces) => {
  const place = await openPlace()
  const host = await openWrapped(place, ODD)
  const written = Buffer.concat([Buffer.from(PIECES.join('')), Buffer.from([0xff, 0xfe, 0x0a])])
  const before = host.bytes().length
  expect(await host.call('raw', { base64: written.toString('base64'), pieces })).toBe('written')
  const read = host.bytes().subarray(before, before + written.length)
  expect(read.equals(written)).toBe(true)
})

test('what the host writes is what the server reads, to the byte: order of members, spaces, a line of eight megabytes, a line that is no JSON', async () => {
  const place = await openPlace()
  const host = await openWrapped(place, ODD)
  const digest = (text: string | Buffer) => createHash('sha256').update(text).digest('hex')
  const lines = [
    '{ "params":{"name":"digest", "arguments":{"z":1.0,"a":"\\u00e9é"}},"method":"tools/call" ,"id":"a1","jsonrpc":"2.0"}',
    `{"jsonrpc":"2.0","id":"a2","method":"tools/call","params":{"name":"digest","arguments":{"x":"${randomBytes(4_000_000).toString('hex')}"}}}`,
  ]
  for (const line of lines) {
    // In pieces, as pipes give it.
    const bytes = Buffer.from(`${line}\n`)
    for (let at = 0; at < bytes.length; at += 65_537) host.wrap.receive(bytes.subarray(at, at + 65_537))
  }
  await expect.poll(() => host.answersTo('a2').length, { timeout: 20_000 }).toBe(1)
  const told = ['a1', 'a2'].map((id) => host.answersTo(id)[0]?.result?.content?.[0]?.text)
  expect(told).toEqual(lines.map(digest))
  const broken = Buffer.from([0x7b, 0xff, 0x80, 0x22])
  host.wrap.receive(Buffer.concat([broken, Buffer.from('\n')]))
  await expect.poll(() => host.messages.find(({ method }) => method === 'notifications/odd')?.params?.['unread']).toBe(digest(broken))
})

test('a server that dies owes the host an error, and its exit code is that of the command', async () => {
  const place = await openPlace()
  const host = await openWrapped(place, ODD)
  const waiting = host.call('ask')
  expect(await host.call('die')).toBe('the server ended before it answered')
  expect(await waiting).toBe('the server ended before it answered')
  expect(await host.exited).toBe(7)
})

test('a server that hears neither the end of its input nor SIGTERM is ended all the same', async () => {
  const place = await openPlace()
  const host = await openWrapped(place, ODD, { environment: { ODD: 'stubborn' } })
  expect(await host.call('which')).toBe('access-1')
  host.wrap.close()
  expect(await host.exited).toBe(128 + 9)
})

test('what the old run owed is answered when it does not go: a renewed token does not wait for it', async () => {
  const place = await openPlace()
  const host = await openWrapped(place, ODD, { life: 250, environment: { ODD: 'stubborn' } })
  const owed = host.call('ask')
  await host.expectRenewed()
  expect(await host.call('which')).toBe('access-2')
  host.send('{"jsonrpc":"2.0","id":"question","result":{"text":"late"}}')
  expect(await owed).toBe('late to access-1')
})
