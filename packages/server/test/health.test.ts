import { CountersignError } from '@countersign/protocol'
import { expect, test, vi } from 'vitest'
import { health } from '../src/health.ts'
import { ownDirectory } from './directory.ts'
import { NOTES, post, start } from './running.ts'

const asking = (path: string, method = 'GET') => ({ method, path, query: '', headers: {}, body: '', remoteAddress: '' })
const own = async () => ({ status: 204, headers: {}, body: '' })
const stored = { read: async () => undefined }

test('a server that runs lives and is ready; every other path is its own', async () => {
  const server = await start(ownDirectory())
  const status = async (path: string) => (await fetch(server.url + path)).status
  expect([await status('/healthz'), await status('/readyz'), await status('/jwks')]).toEqual([200, 200, 200])
  expect((await fetch(`${server.url}/readyz`, { method: 'POST' })).status).toBe(405)
})

test('it is not ready before it has opened, while its store is away or hangs, and when it goes; it lives all the while', async () => {
  let started = false
  let read: () => Promise<undefined> = async () => undefined
  const probes = health({ read: () => read() }, () => started)
  const handle = probes.around(own)
  const said = async (path = '/readyz') => {
    const { status, body } = await handle(asking(path))
    return [status, body.trim()]
  }
  expect(await said()).toEqual([503, 'starting'])
  started = true
  expect(await said()).toEqual([200, 'ready'])
  read = async () => {
    throw new CountersignError('store_unavailable', 'gone')
  }
  expect(await said()).toEqual([503, 'store_unavailable'])
  vi.useFakeTimers()
  read = () => new Promise(() => undefined)
  const hanging = said()
  await vi.advanceTimersByTimeAsync(2000)
  expect(await hanging).toEqual([503, 'store_unavailable'])
  vi.useRealTimers()
  read = async () => undefined
  expect(await said()).toEqual([200, 'ready'])
  probes.drain()
  expect(await said()).toEqual([503, 'draining'])
  expect(await said('/healthz')).toEqual([200, 'alive'])
  expect((await handle(asking('/token', 'POST'))).status).toBe(204)
})

test('nothing of the answer may be kept', async () => {
  const { headers } = await health(stored, () => true).around(own)(asking('/readyz'))
  expect(headers).toMatchObject({ 'cache-control': 'no-store' })
})

test('a server that drains says so, answers everybody until it closes, and waits as long as it was told', async () => {
  const server = await start(ownDirectory(), { drain: 0.3 })
  let drained = false
  const draining = server.drain().then(() => {
    drained = true
  })
  expect((await fetch(`${server.url}/readyz`)).status).toBe(503)
  expect(await post(`${server.url}/device_authorization`, { client_id: 'countersign-cli', resource: NOTES.resource })).toMatchObject({
    status: 200,
  })
  expect(drained).toBe(false)
  await draining
})
