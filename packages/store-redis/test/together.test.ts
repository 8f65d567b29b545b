/** What leaves together: the turn, moves of one sort, and the marks and counters of many requests. */
import { CountersignError } from '@countersign/protocol'
import { fakeClock, START } from '@countersign/store-contract'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openRedis } from '../../../tests/support/redis.ts'
import { crowdAt } from '../src/crowd.ts'
import { marksOver } from '../src/marks.ts'
import { redisStore } from '../src/redis-store.ts'
import { together } from '../src/together.ts'
import { turns } from '../src/turn.ts'

const MOST = 64
const asIs = <T>(reply: T) => reply
const ports = (spread = false) => ({ crowd: crowdAt('Redis'), turn: turns(), spread })
const turnOver = () => new Promise((resolve) => setImmediate(resolve))

describe('a turn', () => {
  test('what is asked in it leaves when every socket was read, in order; what is asked while it leaves goes along', async () => {
    const turn = turns()
    const left: string[] = []
    turn.end(() => {
      left.push('first')
      turn.end(() => left.push('by the first'))
    })
    await Promise.resolve()
    turn.end(() => left.push('second'))
    await new Promise((resolve) => process.nextTick(resolve))
    expect(left).toEqual([])
    await turnOver()
    expect(left).toEqual(['first', 'by the first', 'second'])
    turn.end(() => left.push('of the next turn'))
    expect(left).toHaveLength(3)
    await turnOver()
    expect(left).toHaveLength(4)
  })
})

describe('moves that leave together', () => {
  test('one command has so many and no more, and everybody hears of his own', async () => {
    const sent: number[][] = []
    const doubled = together(
      ports(),
      async (asked: readonly number[]) => {
        sent.push([...asked])
        return asked
      },
      (reply) => reply * 2,
    )
    const numbers = Array.from({ length: MOST + 3 }, (_, n) => n)
    expect(await Promise.all(numbers.map(doubled))).toEqual(numbers.map((each) => each * 2))
    expect(sent).toEqual([numbers.slice(0, MOST), numbers.slice(MOST)])
  })

  test('what is asked for while a command is under way goes into another one', async () => {
    const answers: (() => void)[] = []
    const sent: string[][] = []
    const ask = together(
      ports(),
      async (asked: readonly string[]) => {
        sent.push([...asked])
        await new Promise<void>((resolve) => answers.push(resolve))
        return asked
      },
      asIs,
    )
    const first = ask('a')
    await turnOver()
    const second = ask('b')
    await turnOver()
    for (const answer of answers) answer()
    expect(await Promise.all([first, second])).toEqual(['a', 'b'])
    expect(sent).toEqual([['a'], ['b']])
  })

  test('a command that fails fails for everybody who is in it, and for nobody after', async () => {
    let isAway = true
    const gone = new CountersignError('store_unavailable', 'gone')
    const ask = together(
      ports(),
      async (asked: readonly string[]) => {
        if (isAway) throw gone
        return asked
      },
      asIs,
    )
    expect(await Promise.allSettled([ask('a'), ask('b')])).toEqual([
      { status: 'rejected', reason: gone },
      { status: 'rejected', reason: gone },
    ])
    isAway = false
    expect(await ask('c')).toBe('c')
  })
})

describe('marks and counters', () => {
  /** Redis that says of every mark that it was set, and of every counter that it stands at seven. */
  function listening() {
    const ran: (string | number)[][] = []
    const run = async (_: unknown, keys: readonly string[], now: unknown, ...given: (string | number)[]) => {
      ran.push([...keys])
      return keys.map((_key, at) => (given[3 * at + 2] === '' ? 1 : '7'))
    }
    return { ran, run }
  }
  const ask = (redis: ReturnType<typeof listening>, spread: boolean) => {
    const marks = marksOver(redis, ports(spread), () => 0)
    return Promise.all([marks.once('a', 5), marks.count('b', 5, 2), marks.once('c', 5)])
  }

  test('of one turn share a script', async () => {
    const redis = listening()
    expect(await ask(redis, false)).toEqual([true, 7, true])
    expect(redis.ran).toEqual([['a', 'b', 'c']])
  })

  test('that may lie on several servers are set by a script each', async () => {
    const redis = listening()
    expect(await ask(redis, true)).toEqual([true, 7, true])
    expect(redis.ran).toEqual([['a'], ['b'], ['c']])
  })
})

describe('moves under way', () => {
  test('those that share a command are waited for when the store is closed, and nobody comes in any more', async () => {
    const crowd = crowdAt('Redis')
    let reply: () => void = () => undefined
    const replied = new Promise<void>((resolve) => (reply = resolve))
    const send = async (asked: readonly string[]) => {
      await replied
      return asked
    }
    const ask = together({ ...ports(), crowd }, send, asIs)
    const asking = Promise.all([ask('a'), ask('b')])
    let isClosed = false
    const closing = crowd.close().then(() => (isClosed = true))
    await expect(crowd.refused()).rejects.toMatchObject({ code: 'store_unavailable', message: 'Redis: the store is closed' })
    await turnOver()
    expect(isClosed).toBe(false)
    reply()
    expect(await asking).toEqual(['a', 'b'])
    await closing
  })
})

describe('rows that are swapped in one turn', () => {
  test('share a script, and each is judged by itself', async () => {
    const redis = await openRedis()
    onTestFinished(redis.close)
    const store = redisStore({ url: redis.url, clock: fakeClock(), waitMs: 30_000 })
    onTestFinished(() => store.close())
    const insert = (id: string, more: object = {}) => store.insert({ kind: 'k', id, value: {}, expiresAt: START + 1000, ...more })
    await Promise.all([insert('plain'), insert('changed'), insert('longer', { lookups: ['l'] })])
    expect(await store.swap({ kind: 'k', id: 'changed', version: 1, value: {} })).toBe(true)
    await redis.command('CONFIG', 'RESETSTAT')
    const swap = (id: string, more: object = {}) => store.swap({ kind: 'k', id, version: 1, value: { swapped: id }, ...more })
    const swaps = [swap('plain'), swap('changed'), swap('nobody'), swap('plain'), swap('longer', { expiresAt: START + 5000 })]
    expect(await Promise.all(swaps)).toEqual([true, false, false, false, true])
    // Those of the turn, what leads to the row that lives longer now, and that row again.
    expect(/cmdstat_evalsha:calls=(\d+)/.exec(String(await redis.command('INFO', 'commandstats')))?.[1]).toBe('3')
    expect(await Promise.all([store.read('k', 'plain'), store.read('k', 'changed'), store.find('k', 'l')])).toEqual([
      { id: 'plain', version: 2, value: { swapped: 'plain' } },
      { id: 'changed', version: 2, value: {} },
      { id: 'longer', version: 2, value: { swapped: 'longer' } },
    ])
  })
})
