/** Two servers of one issuer on one store, as an operator runs them on two machines: what one knows the other knows, and both together forgive no more. */
import { setTimeout as sleep } from 'node:timers/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePorts } from '../../examples/first-login/src/programs.ts'
import { startCluster } from '../support/postgres.ts'
import { openRedis } from '../support/redis.ts'
import { openPlace, type Place } from './support/place.ts'
import { askForCode, askWho, inShort, openPerson, poll, refresh, revoke } from './support/wire.ts'

interface Opened {
  readonly url: string
  readonly close: () => Promise<void>
}

const STORES: readonly (readonly [name: string, open: () => Promise<Opened>])[] = [
  [
    'PostgreSQL',
    async () => {
      const { url, remove } = await startCluster()
      const withPassword = new URL(url)
      // Nobody asks for it, and nobody may repeat it.
      withPassword.password = 'a-password-of-the-store'
      return { url: withPassword.href, close: remove }
    },
  ],
  ['Redis', () => openRedis()],
]

/** How many times faster the clocks of the servers run: what slow_down adds is five of their seconds each time. */
const HURRY = 10

describe.each(STORES)('two servers on one %s', (_name, open) => {
  let store: Opened
  let place: Place
  let here: string
  let there: string
  beforeAll(async () => {
    store = await open()
    const settings = { pace: { interval: 10 } }
    place = await openPlace({ withoutNotes: true, log: 'json', hurry: HURRY, settings, environment: { COUNTERSIGN_STORE: store.url } })
    const [port] = await freePorts(1)
    here = place.issuer
    there = `http://127.0.0.1:${port}`
    const own = ['--data', join(place.folder, 'second'), '--master-key-file', join(place.directory, 'master.key')]
    await place.start('serve', '--listen', `127.0.0.1:${port}`, ...own).until(/^listening on /m)
  })
  afterAll(async () => {
    await place?.close()
    await store?.close()
  })

  test('a code of one is approved at the other and polled at both, and however many polls come at once, it is redeemed once', async () => {
    const { resource } = place
    const { deviceCode, userCode } = await askForCode(here, resource)
    expect(inShort(await poll(there, deviceCode))).toBe('400 authorization_pending')
    const person = await openPerson(here, there)
    await person.approve(userCode)
    const redeemed = await Promise.all(Array.from({ length: 10 }, (_, n) => poll(n % 2 ? here : there, deviceCode)))
    const tokens = redeemed.filter(({ status }) => status === 200).map(({ body }) => body)
    expect(tokens).toHaveLength(1)
    expect(new Set(redeemed.map(inShort))).toEqual(new Set(['200', '400 invalid_grant']))
  })

  test('signed by one, believed by the other; rotated here, refused there; revoked at one, refused by the other', async () => {
    const { resource } = place
    const { deviceCode, userCode } = await askForCode(there, resource)
    const person = await openPerson(here, here)
    await person.approve(userCode)
    const { body } = await poll(there, deviceCode)
    expect((await askWho(here, body['access_token'])).status).toBe(200)
    const renewed = await refresh(here, body['refresh_token'])
    expect(renewed.status).toBe(200)
    const again = await refresh(there, renewed.body['refresh_token'])
    expect(again.status).toBe(200)
    expect((await revoke(here, again.body['refresh_token'])).status).toBe(200)
    expect(inShort(await refresh(there, again.body['refresh_token']))).toBe('400 invalid_grant')
  })

  test('polls at both are paced together: going from one to the other is no way around the interval', async () => {
    const { deviceCode, interval } = await askForCode(here, place.resource)
    expect(inShort(await poll(here, deviceCode))).toBe('400 authorization_pending')
    const early = await poll(there, deviceCode)
    expect(early).toEqual({ status: 400, body: expect.objectContaining({ error: 'slow_down', interval: interval + 5 }) })
    expect((await poll(here, deviceCode)).body).toMatchObject({ error: 'slow_down', interval: interval + 10 })
    await sleep(((interval + 10) * 1000) / HURRY)
    expect(inShort(await poll(there, deviceCode))).toBe('400 authorization_pending')
  })

  test('of many polls at both at once one is answered', async () => {
    const { deviceCode, interval } = await askForCode(here, place.resource)
    const from = performance.now()
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => poll(n % 2 ? here : there, deviceCode)))
    const intervals = Math.floor(((performance.now() - from) * HURRY) / 1000 / interval)
    const answered = answers.map(inShort).filter((answer) => answer === '400 authorization_pending').length
    expect(answered).toBeGreaterThanOrEqual(1)
    // A slow machine may take longer than an interval for all of them.
    expect(answered).toBeLessThanOrEqual(1 + intervals)
  })

  test('an operator works on the store from the directory of either, and what no program prints is the address with its password', async () => {
    const added = await place.run('admin', 'user', 'add', 'grace', '--generate')
    expect(added.code, added.stderr).toBe(0)
    const second = ['--data', join(place.folder, 'second'), '--store', store.url]
    const listed = await place.run('admin', 'user', 'list', ...second)
    // The store is found; the key of the second server is elsewhere.
    expect([listed.code, listed.stderr]).toEqual([1, expect.stringContaining('master key')])
    for (const program of place.programs()) expect(program.printed().toString()).not.toContain('a-password-of-the-store')
  })

  test('a server with a key of its own is refused', async () => {
    const other = place.start('serve', '--listen', '127.0.0.1:0', '--data', join(place.folder, 'third'))
    const { code, stderr } = await other.ended
    expect(code).toBe(1)
    expect(stderr).toContain('master key')
  })
})
