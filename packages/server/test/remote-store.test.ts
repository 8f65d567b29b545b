/** Servers whose rows are not in their directory: whose key counts, who may come in, what is told, and what happens while the store is away. */
import { copyFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { DEVICE_CODE } from '@countersign/protocol'
import { greeting, openAdministration } from '@countersign/server'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openRedis, type RedisServer, until } from '../../../tests/support/redis.ts'
import { ownDirectory, put } from './directory.ts'
import { administrate, browserOn, configurationOf, NOTES, post, start } from './running.ts'

const PASSWORD = 'p@ss/word of the store'
const CLIENT = { client_id: 'countersign-cli', resource: NOTES.resource }

let redis: RedisServer & { readonly close: () => Promise<void> }
let database = 0
beforeAll(async () => {
  redis = await openRedis()
  await redis.command('CONFIG', 'SET', 'requirepass', PASSWORD)
}, 60_000)
afterAll(() => redis?.close())

/** The address of a database of its own, and the file with the password for it. */
function place() {
  const directory = ownDirectory()
  return { store: `redis://127.0.0.1:${redis.port}/${database++}`, storePasswordFile: put(directory, 'redis.password', `${PASSWORD}\n`) }
}

test('two servers with one key are one server; the operator works on the store from either directory', async () => {
  const shared = place()
  const [here, there] = [ownDirectory(), ownDirectory()]
  const first = await start(here, shared)
  expect(first).toMatchObject({ isFirstStart: true, masterKeyMade: true, accounts: 0 })
  expect(existsSync(join(here, 'countersign.sqlite'))).toBe(false)
  copyFileSync(join(here, 'master.key'), join(there, 'master.key'))
  const admin = await administrate(first)
  await admin.addUser('ada', 'correct horse')
  const second = await start(there, shared)
  expect(second).toMatchObject({ isFirstStart: false, masterKeyMade: false, accounts: 1 })
  const { json } = await post(`${first.url}/device_authorization`, CLIENT)
  const poll = (url: string) => post(`${url}/token`, { grant_type: DEVICE_CODE, ...CLIENT, device_code: String(json['device_code']) })
  expect((await poll(second.url)).json['error']).toBe('authorization_pending')
  expect((await poll(first.url)).json['error']).toBe('slow_down')
  const browser = browserOn(second)
  expect((await browser.signIn('ada', 'correct horse')).status).toBe(200)
  const other = await openAdministration(configurationOf(there, shared))
  expect((await other.listUsers()).map(({ name }) => name)).toEqual(['ada'])
  await other.close()
})

test('a server with a key of its own, or with none, is refused with what to do, and leaves no key behind that would be in the way', async () => {
  const shared = place()
  await start(ownDirectory(), shared)
  const keyless = ownDirectory()
  const hint = 'put the key that the store was made with there, from its backup or another server, with mode 0600'
  await expect(start(keyless, shared)).rejects.toMatchObject({
    code: 'configuration_invalid',
    message: expect.stringContaining(shared.store),
    hint,
  })
  expect(existsSync(join(keyless, 'master.key'))).toBe(false)
  const elsewhere = ownDirectory()
  await start(elsewhere, place())
  await expect(start(elsewhere, shared)).rejects.toMatchObject({
    message: expect.stringContaining('is not the one that this store was made with'),
  })
  expect(existsSync(join(elsewhere, 'master.key'))).toBe(true)
})

test('of two servers that start at once on an empty store one makes the key; the other takes its own away again', async () => {
  const shared = place()
  const directories = [ownDirectory(), ownDirectory()]
  const outcomes = await Promise.allSettled(directories.map((directory) => start(directory, shared)))
  const failed = outcomes.filter((each) => each.status === 'rejected')
  expect(failed.length).toBe(1)
  expect(failed[0]?.reason).toMatchObject({ code: 'configuration_invalid', message: expect.stringContaining('master key') })
  expect(directories.map((directory) => existsSync(join(directory, 'master.key')))).toEqual(
    outcomes.map(({ status }) => status === 'fulfilled'),
  )
})

test('an operator at the wrong address makes nothing there', async () => {
  const shared = place()
  const directory = join(ownDirectory(), 'none')
  await expect(openAdministration(configurationOf(directory, shared))).rejects.toMatchObject({
    code: 'configuration_invalid',
    message: `there is no server in ${shared.store}`,
  })
  expect(existsSync(directory)).toBe(false)
  expect(await redis.command('-a', PASSWORD, '--no-auth-warning', '-n', `${database - 1}`, 'DBSIZE')).toBe('0')
})

test('the greeting tells where the rows are, and neither greeting nor log nor error the password', async () => {
  const { store } = place()
  const address = store.replace('://', `://:${encodeURIComponent(PASSWORD)}@`)
  const server = await start(ownDirectory(), { store: address })
  const told = [...greeting(server.configuration, server), ...server.log]
  expect(told.join('\n')).toContain(`kept in     ${store}`)
  const wrong = await start(ownDirectory(), { store: store.replace('://', '://:hunter2@') }).catch((error: unknown) => error)
  expect(wrong).toMatchObject({ code: 'store_unavailable', hint: expect.stringContaining('password') })
  const { inspect } = await import('node:util')
  for (const secret of [PASSWORD, encodeURIComponent(PASSWORD), 'hunter2']) {
    expect(told.join('\n')).not.toContain(secret)
    expect(inspect(wrong, { depth: 9 })).not.toContain(secret)
  }
  const both = start(ownDirectory(), { store: address, storePasswordFile: place().storePasswordFile })
  await expect(both).rejects.toMatchObject({ code: 'configuration_invalid', message: expect.not.stringContaining(PASSWORD) })
})

test('a password file that others can read, or that is not there, is refused', async () => {
  const { store } = place()
  const open = put(ownDirectory(), 'redis.password', PASSWORD, 0o644)
  await expect(start(ownDirectory(), { store, storePasswordFile: open })).rejects.toMatchObject({
    code: 'configuration_invalid',
    hint: `chmod 600 ${open}`,
  })
  await expect(start(ownDirectory(), { store, storePasswordFile: `${open}.none` })).rejects.toMatchObject({ code: 'configuration_invalid' })
})

test('while the store is away every request is told to come back, soon, and none of it reaches the page or the log', async () => {
  const away = await openRedis()
  const server = await start(ownDirectory(), { store: away.url })
  const { json } = await post(`${server.url}/device_authorization`, CLIENT)
  away.signal('SIGSTOP')
  const from = performance.now()
  const form = { grant_type: DEVICE_CODE, ...CLIENT, device_code: String(json['device_code']) }
  const answers = await Promise.all(
    ['/device_authorization', '/token'].map((path) =>
      fetch(server.url + path, { method: 'POST', body: new URLSearchParams(path === '/token' ? form : CLIENT) }),
    ),
  )
  for (const answer of answers) {
    expect([answer.status, answer.headers.get('retry-after'), answer.headers.get('cache-control')]).toEqual([503, '5', 'no-store'])
    const body = await answer.text()
    expect(JSON.parse(body)).toMatchObject({ error: 'temporarily_unavailable' })
    expect(body).not.toMatch(/redis|127\.0\.0\.1/i)
  }
  const page = await fetch(`${server.url}/device?user_code=BCDF-GHJK`)
  expect([page.status < 500 || page.status === 503]).toEqual([true])
  expect(await page.text()).not.toMatch(/redis/i)
  expect(performance.now() - from).toBeLessThan(20_000)
  expect(server.log.filter((line) => line.includes('request.failed')).length).toBeGreaterThanOrEqual(2)
  expect(server.log.join('\n')).not.toContain(String(json['device_code']))
  away.signal('SIGCONT')
  await until(async () => (await post(`${server.url}/token`, form)).status === 400)
  expect((await post(`${server.url}/device_authorization`, CLIENT)).status).toBe(200)
  await server.close()
  await away.close()
})

test('a server does not start without its store, and says so', async () => {
  const gone = await openRedis()
  await gone.close()
  const directory = ownDirectory()
  const fault = { code: 'store_unavailable', message: expect.stringContaining('ECONNREFUSED'), hint: 'start Redis, or correct its address' }
  await expect(start(directory, { store: gone.url })).rejects.toMatchObject(fault)
  expect(existsSync(join(directory, 'master.key'))).toBe(false)
})
