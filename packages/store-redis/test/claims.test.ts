/**
 * Rows whose lookups lie elsewhere than the row: taken before it, by whom it may be taken for dead, and never by two. Some insertions here
 * die half way, or come too late; every outcome has to be one that whole moves could have had.
 */
import type { Store } from '@countersign/authority'
import { atOnce, fakeClock, START } from '@countersign/store-contract'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { openRedis, openRedisCluster } from '../../../tests/support/redis.ts'
import type { RedisClient } from '../src/client.ts'
import { openClient } from '../src/open-client.ts'
import { redisStore } from '../src/redis-store.ts'
import { HOLD, INSERT, SETTLE } from '../src/scripts.ts'
import { prefixes } from './under-test.ts'

const SYSTEMS = {
  'one server': async () => {
    const { close, url } = await openRedis()
    return { url, close }
  },
  'a cluster': async () => {
    const { close, servers } = await openRedisCluster()
    return { url: `redis+cluster://${servers.map(({ port }) => `127.0.0.1:${port}`).join(',')}`, close }
  },
} as const

const MANY = 50
const row = (id: string, ...lookups: readonly string[]) => ({ kind: 'account', id, value: { id }, lookups, expiresAt: START + 10_000 })

describe.each(Object.keys(SYSTEMS) as (keyof typeof SYSTEMS)[])('%s', (system) => {
  let opened: { readonly url: string; readonly close: () => Promise<void> }
  beforeAll(async () => {
    opened = await SYSTEMS[system]()
  })
  afterAll(() => opened?.close())
  const prefix = prefixes('k')

  /** What a test does with the commands of a store: `false` keeps one from being sent, and its answer never comes. */
  type Watch = (command: string, args: readonly (string | number)[]) => boolean | Promise<boolean>

  function given(watch: Watch = () => true) {
    const clock = fakeClock()
    const own = prefix()
    const open = (watching: Watch): Store => {
      const { client, close } = openClient({ url: opened.url }, 5000)
      const watched: RedisClient = {
        isCluster: client.isCluster === true,
        on: (event, listener) => client.on?.(event, listener),
        call: async (command, ...args) => ((await watching(command, args)) ? client.call(command, ...args) : new Promise(() => undefined)),
      }
      onTestFinished(close)
      return redisStore({ client: watched, clock, prefix: own, cluster: true, waitMs: 3000 })
    }
    /** When Redis lets go of a key, which is told without its prefix. */
    const goneAt = async (key: string) => {
      const { client, close } = openClient({ url: opened.url }, 5000)
      const left = Number(await client.call('PEXPIRETIME', `{${own}:${key}`))
      close()
      if (left === -2) throw new Error(`there is no ${key}`)
      return left === -1 ? Number.POSITIVE_INFINITY : left
    }
    return { clock, goneAt, open, store: open(watch), other: open(() => true) }
  }
  const isScript = ({ sha, text }: typeof INSERT, command: string, args: readonly (string | number)[]) =>
    (command === 'EVALSHA' && args[0] === sha) || (command === 'EVAL' && args[0] === text)

  /** An insertion that dies after it took its lookups and before its row was written. */
  async function dead(at: ReturnType<typeof given>, unborn: ReturnType<typeof row>): Promise<void> {
    let took: () => void = () => undefined
    const taken = new Promise<void>((resolve) => (took = resolve))
    const store = at.open((command, args) => {
      if (!isScript(INSERT, command, args)) return true
      took()
      return false
    })
    store.insert(unborn).catch(() => undefined)
    await taken
  }

  test('of fifty who want the same lookup, from fifty places, exactly one gets it, and it leads there', async () => {
    const { other, store } = given()
    for (let round = 0; round < 3; round++) {
      const lookup = `name ${round}`
      const ids = Array.from({ length: MANY }, (_, n) => `${String.fromCharCode(97 + (n % 26))}${n} ${round}`)
      const answers = await atOnce(MANY, (n) => (n % 2 ? store : other).insert(row(ids[n] as string, lookup)))
      expect(answers.filter(Boolean)).toHaveLength(1)
      const winner = ids[answers.indexOf(true)] as string
      expect((await store.find('account', lookup))?.id).toBe(winner)
      for (const id of ids) expect((await other.read('account', id)) !== undefined).toBe(id === winner)
    }
  })

  test('of fifty who want two lookups each, in every order, those get both who share none; nobody waits for ever', async () => {
    const { other, store } = given()
    const pairs = atOnce(MANY, async (n) => {
      const [one, two] = [`l${n % 5}`, `m${Math.floor(n / 5) % 5}`]
      return (n % 2 ? store : other).insert(n % 3 ? row(`${n} id`, one, two) : row(`${n} id`, two, one))
    })
    const answers = await pairs
    const holders = await Promise.all(
      ['l', 'm'].flatMap((letter) => [0, 1, 2, 3, 4].map(async (n) => store.find('account', `${letter}${n}`))),
    )
    const held = new Set(holders.map((holder) => holder?.id).filter((id) => id !== undefined))
    // Whoever was told yes holds two lookups, and nobody else holds one.
    expect([...held].sort()).toEqual(answers.flatMap((yes, n) => (yes ? [`${n} id`] : [])).sort())
    expect(holders.filter((holder) => holder !== undefined)).toHaveLength(2 * held.size)
    // Each of the 25 pairs is wanted, so no lookup is left over.
    expect(held.size).toBe(5)
    for (let n = 0; n < MANY; n++) expect((await other.read('account', `${n} id`)) !== undefined).toBe(answers[n])
  })

  test('lookups that somebody took who then died are taken over, by exactly one of fifty', async () => {
    const at = given()
    await dead(at, row('dead', 'name', 'mail'))
    expect(await at.other.find('account', 'name')).toBeUndefined()
    expect(await at.other.read('account', 'dead')).toBeUndefined()
    const answers = await atOnce(MANY, (n) => at.other.insert(row(`heir ${n}`, 'name')))
    expect(answers.filter(Boolean)).toHaveLength(1)
    expect((await at.other.find('account', 'name'))?.id).toBe(`heir ${answers.indexOf(true)}`)
    expect(await at.other.insert(row('second heir', 'mail'))).toBe(true)
    // The id was never taken.
    expect(await at.other.insert(row('dead', 'third'))).toBe(true)
  })

  /** An insertion that is held up after it took its lookups and before its row is written. */
  async function heldUp(at: ReturnType<typeof given>, unborn: ReturnType<typeof row>) {
    let goOn: () => void = () => undefined
    let first = true
    const outcome = await new Promise<{ readonly answer: Promise<boolean> }>((resolve) => {
      const store = at.open(async (command, args) => {
        if (!isScript(INSERT, command, args) || !first) return true
        first = false
        const gate = new Promise<void>((open) => (goOn = open))
        resolve({ answer })
        await gate
        return true
      })
      const answer = store.insert(unborn)
    })
    return { ...outcome, goOn: () => goOn() }
  }

  test('a row that comes after its lookups were taken over does not come, and its insertion begins anew', async () => {
    const at = given()
    const late = await heldUp(at, row('late', 'name'))
    expect(await at.other.insert(row('quick', 'name'))).toBe(true)
    late.goOn()
    expect(await late.answer).toBe(false)
    expect(await at.other.read('account', 'late')).toBeUndefined()
    expect((await at.other.find('account', 'name'))?.id).toBe('quick')
    // Nothing of it is left to stand in the way.
    expect(await at.other.insert(row('late', 'another name'))).toBe(true)
  })

  test('one who was refused for somebody that then failed as well gets the lookup after all', async () => {
    const at = given()
    await at.other.insert(row('taken', 'other name'))
    const late = await heldUp(at, row('late', 'name'))
    // It takes the lookup from the slow one, and cannot have its id.
    expect(await at.other.insert(row('taken', 'name'))).toBe(false)
    late.goOn()
    expect(await late.answer).toBe(true)
    expect((await at.other.find('account', 'name'))?.id).toBe('late')
  })

  test('a row that comes at the last moment, when it was taken for dead already, lives and keeps its lookup', async () => {
    const at = given()
    const late = await heldUp(at, row('late', 'name'))
    let settles = 0
    const impatient = at.open(async (command, args) => {
      if (!isScript(SETTLE, command, args)) return true
      settles++
      late.goOn()
      expect(await late.answer).toBe(true)
      return true
    })
    expect(await impatient.insert(row('heir', 'name'))).toBe(false)
    expect(settles).toBeGreaterThan(0)
    expect((await at.other.find('account', 'name'))?.id).toBe('late')
    expect(await at.other.read('account', 'heir')).toBeUndefined()
  })

  test('when one of the places cannot be written, the insertion is refused for that reason, and takes nothing', async () => {
    const at = given()
    const store = at.open((command, args) => {
      const isThere = isScript(HOLD, command, args) && args.some((arg) => String(arg).includes('=second name'))
      if (isThere) throw new Error("OOM command not allowed when used memory > 'maxmemory'.")
      return true
    })
    const fault = { code: 'store_unavailable', message: expect.stringContaining('OOM'), hint: expect.stringContaining('memory') }
    await expect(store.insert({ ...row('whole', 'first name', 'second name'), group: 'group' })).rejects.toMatchObject(fault)
    expect(await at.other.read('account', 'whole')).toBeUndefined()
    for (const key of ['fir}account=first name', 'gro}account+group']) await expect(at.goneAt(key)).rejects.toThrow('there is no')
    expect(await at.other.insert(row('whole', 'first name', 'second name'))).toBe(true)
  })

  test('nobody ever sees a row whose insertion is refused', async () => {
    const at = given()
    await at.other.insert(row('holder', 'name'))
    let running = true
    const seen: unknown[] = []
    const watcher = (async () => {
      while (running) {
        for (const id of ['x1', 'x2', 'x3']) seen.push(await at.other.read('account', id))
        seen.push((await at.other.find('account', 'fresh'))?.id)
      }
    })()
    for (let round = 0; round < 20; round++) {
      const answers = await atOnce(3, (n) => at.store.insert(row(`x${n + 1}`, 'fresh', 'name')))
      expect(answers).toEqual([false, false, false])
    }
    running = false
    await watcher
    expect(seen.filter((each) => each !== undefined)).toEqual([])
    expect(await at.other.insert(row('x1', 'fresh'))).toBe(true)
  })

  test('what ended gives up all it held, wherever that lies, and does not come back when the clock steps back', async () => {
    const { clock, other, store } = given()
    await store.insert(row('old', 'l', 'm', 'n'))
    clock.set(START + 10_000)
    const answers = await atOnce(MANY, (n) => (n % 2 ? store : other).insert({ ...row(`new ${n}`, 'm'), expiresAt: START + 20_000 }))
    expect(answers.filter(Boolean)).toHaveLength(1)
    clock.set(START)
    expect(await store.read('account', 'old')).toBeUndefined()
    for (const lookup of ['l', 'n']) {
      expect(await store.find('account', lookup)).toBeUndefined()
      expect(await store.insert(row(`heir of ${lookup}`, lookup))).toBe(true)
    }
    expect((await other.find('account', 'm'))?.id).toBe(`new ${answers.indexOf(true)}`)
  })

  test('what a row held is free when it ended, also when another row has its id now', async () => {
    const { clock, other, store } = given()
    for (const id of ['abc', 'xyz']) await store.insert(row(id, `${id} near`, `far of ${id}`))
    clock.set(START + 10_000)
    const later = { value: {}, expiresAt: START + 20_000 }
    expect(await store.insert({ kind: 'account', id: 'abc', ...later })).toBe(true)
    expect(await store.insert({ kind: 'account', id: 'xyz', lookups: ['xyz again'], ...later })).toBe(true)
    for (const lookup of ['abc near', 'far of abc', 'xyz near', 'far of xyz']) {
      expect(await other.find('account', lookup)).toBeUndefined()
      expect([lookup, await other.insert({ ...row(`heir of ${lookup}`, lookup), ...later })]).toEqual([lookup, true])
    }
    expect((await store.read('account', 'abc'))?.version).toBe(1)
    expect((await store.find('account', 'xyz again'))?.id).toBe('xyz')
  })

  test('a row that is made to live longer keeps its lookups and its group, wherever they lie', async () => {
    const { clock, goneAt, other, store } = given()
    const versions = new Map<string, number>()
    for (const id of ['a', 'b', 'c']) {
      expect(await store.insert({ ...row(id, `l${id}`, `m${id}`), group: 'group', expiresAt: START + 1000 })).toBe(true)
      versions.set(id, 1)
    }
    const lives = async (id: string, until: number | undefined) => {
      const version = versions.get(id) as number
      versions.set(id, version + 1)
      expect(await other.swap({ kind: 'account', id, version, value: { id }, expiresAt: until })).toBe(true)
    }
    await lives('a', START + 86_400_000)
    await lives('b', Number.POSITIVE_INFINITY)
    await lives('b', undefined)
    await lives('c', START + 10)
    // Redis lets go of no hint before its row; they are written one after the other, a minute before that matters.
    for (const id of ['a', 'b', 'c']) {
      const own = await goneAt(`${id}}account:${id}`)
      for (const hint of [`l${id}}account=l${id}`, `m${id}}account=m${id}`, 'gro}account+group']) {
        expect([id, hint, await goneAt(hint)]).toEqual([id, hint, expect.toSatisfy((left: number) => left >= own - 5000)])
      }
    }
    clock.set(START + 86_399_999)
    expect((await store.list('account', 'group', 10)).map(({ id }) => id)).toEqual(['a', 'b'])
    for (const id of ['a', 'b']) for (const letter of ['l', 'm']) expect((await store.find('account', `${letter}${id}`))?.id).toBe(id)
    expect(await store.insert(row('d', 'la'))).toBe(false)
    expect(await store.insert(row('d', 'lc'))).toBe(true)
  })
})
