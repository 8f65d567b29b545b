import { describe, expect, test } from 'vitest'
import { asker } from '../src/ask.ts'
import type { PostgresClient, PostgresPool, PostgresQuery, PostgresResult } from '../src/pool.ts'
import { statement } from '../src/statements.ts'
import { Late } from '../src/unavailable.ts'

const SELECT = statement('SELECT 1')
const told = (state: string, severity = 'ERROR') => Object.assign(new Error(`told ${state}`), { code: state, severity })
const lost = () => Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })
const answer = (...rows: unknown[][]): PostgresResult => ({ rows, rowCount: rows.length })

/** Answers queries with these, one after the other, and remembers what was asked and how connections came back. */
function poolOf(...answers: (PostgresResult | Error | 'never')[]) {
  const asked: PostgresQuery[] = []
  const released: boolean[] = []
  const listeners: (() => void)[] = []
  const pool: PostgresPool = {
    connect: (callback) =>
      callback(undefined, {
        async query(query) {
          asked.push(query)
          const next = answers.shift() ?? 'never'
          if (next === 'never') return new Promise<never>(() => {})
          if (next instanceof Error) throw next
          return next
        },
        release: (destroy = false) => void released.push(destroy),
        on: (_event, listener) => listeners.push(listener as () => void),
      }),
  }
  return { pool, asked, released, listeners }
}

describe('one statement', () => {
  test('goes out prepared under a name of its own, with its values, and the connection comes back whole', async () => {
    const { pool, asked, released } = poolOf(answer(['a']))
    expect((await asker(pool, 1000, true)(SELECT, ['x'])).rows).toEqual([['a']])
    expect(asked).toMatchObject([{ name: SELECT.name, text: 'SELECT 1', values: ['x'], rowMode: 'array' }])
    expect(asked[0]?.types.getTypeParser()('{"a":1}')).toBe('{"a":1}')
    expect(released).toEqual([false])
  })

  test('names tell statements apart, and fit where PostgreSQL cuts them off', () => {
    const names = ['SELECT 1', 'SELECT 2', 'SELECT 1 ', 'a', 'b', ''].map((text) => statement(text).name)
    expect(new Set(names).size).toBe(names.length)
    for (const name of names) expect(name).toMatch(/^countersign_[0-9a-z]{1,13}$/)
    expect(statement('SELECT 1').name).toBe(SELECT.name)
  })

  test.each(['40001', '40P01'])('%s: what was rolled back because of others is asked again', async (state) => {
    const { pool, asked, released } = poolOf(told(state), told(state), answer())
    expect(await asker(pool, 1000, true)(SELECT)).toEqual(answer())
    expect(asked).toHaveLength(3)
    expect(released).toEqual([false, false, false])
  })

  test('but not for ever', async () => {
    const { pool, asked } = poolOf(...Array.from({ length: 20 }, () => told('40001')))
    await expect(asker(pool, 5000, true)(SELECT)).rejects.toMatchObject({ code: '40001' })
    expect(asked.length).toBe(8)
  })

  test.each(['26000', '42P05'])(
    '%s: behind a pooler that does not keep statements they go out without a name, at once and from then on',
    async (state) => {
      const { pool, asked, released } = poolOf(told(state), answer(['a']), answer(['b']))
      const ask = asker(pool, 1000, true)
      expect((await ask(SELECT)).rows).toEqual([['a']])
      expect((await ask(SELECT)).rows).toEqual([['b']])
      expect(asked.map(({ name }) => name)).toEqual([SELECT.name, undefined, undefined])
      expect(released).toEqual([false, false, false])
    },
  )

  test('never under a name when told so', async () => {
    const { pool, asked } = poolOf(answer())
    await asker(pool, 1000, false)(SELECT)
    expect(asked[0]).not.toHaveProperty('name')
  })

  test.each([['42P01'], ['53100'], ['55P03'], ['57014']])(
    '%s is an answer: nothing is asked again, and the connection is as good as before',
    async (state) => {
      const { pool, asked, released } = poolOf(told(state), answer())
      await expect(asker(pool, 1000, true)(SELECT, [], { reads: true })).rejects.toMatchObject({ code: state })
      expect([asked.length, released]).toEqual([1, [false]])
    },
  )
})

describe('a connection that breaks', () => {
  test.each([lost(), told('57P01', 'FATAL'), told('XX000', 'PANIC')])(
    '%s: a write is not made twice, and the connection is closed',
    async (error) => {
      const { pool, asked, released } = poolOf(error, answer())
      await expect(asker(pool, 1000, true)(SELECT)).rejects.toBe(error)
      expect([asked.length, released]).toEqual([1, [true]])
    },
  )

  test.each([lost(), told('57P01', 'FATAL')])('%s: a read is asked once more, on another one', async (error) => {
    const { pool, asked, released } = poolOf(error, answer(['a']))
    expect((await asker(pool, 1000, true)(SELECT, [], { reads: true })).rows).toEqual([['a']])
    expect([asked.length, released]).toEqual([2, [true, false]])
    const twice = poolOf(error, lost(), answer())
    await expect(asker(twice.pool, 1000, true)(SELECT, [], { reads: true })).rejects.toMatchObject({ code: 'ECONNRESET' })
  })

  test('is heard from the first moment on, so that it does not end the program', async () => {
    const { pool, listeners } = poolOf(answer())
    const asking = asker(pool, 1000, true)(SELECT)
    expect(listeners).toHaveLength(1)
    await asking
    expect(() => listeners[0]?.()).not.toThrow()
  })

  test('while nobody used it is thrown away, and another one is asked, also by a write', async () => {
    const one = poolOf(answer(['a']))
    const two = poolOf(answer(['b']))
    let clients: PostgresClient[] = []
    for (const { pool } of [one, two]) pool.connect((_, client) => client !== undefined && clients.push(client))
    const pool: PostgresPool = { connect: (callback) => callback(undefined, clients[0]) }
    const ask = asker(pool, 1000, true)
    expect((await ask(SELECT)).rows).toEqual([['a']])
    one.listeners[0]?.()
    const asking = ask(SELECT)
    clients = clients.slice(1)
    expect((await asking).rows).toEqual([['b']])
    expect([one.released, two.released]).toEqual([[false, true], [false]])
    expect(one.asked).toHaveLength(1)
  })
})

describe('what takes too long', () => {
  test('is given up in time, also a read, and its connection is closed', async () => {
    const { pool, asked, released } = poolOf('never', answer())
    const from = performance.now()
    await expect(asker(pool, 60, true)(SELECT, [], { reads: true })).rejects.toThrow(Late)
    expect(performance.now() - from).toBeGreaterThanOrEqual(55)
    expect([asked.length, released]).toEqual([1, [true]])
  })

  test('a connection that comes after all goes back to the pool', async () => {
    const { pool, released, asked } = poolOf(answer())
    let give: () => void = () => {}
    const slow: PostgresPool = { connect: (callback) => (give = () => pool.connect(callback)) }
    await expect(asker(slow, 20, true)(SELECT)).rejects.toMatchObject({ message: expect.stringContaining('no connection') })
    give()
    await new Promise(setImmediate)
    expect([asked.length, released]).toEqual([0, [false]])
  })

  test('a connection that then fails after all harms nobody', async () => {
    let fail: () => void = () => {}
    const slow: PostgresPool = { connect: (callback) => (fail = () => callback(lost())) }
    await expect(asker(slow, 10, true)(SELECT)).rejects.toThrow(Late)
    fail()
    await new Promise(setImmediate)
  })

  test('trying again ends with the time, too', async () => {
    const { pool } = poolOf(...Array.from({ length: 8 }, () => told('40P01')), answer())
    await expect(asker(pool, 1, true)(SELECT)).rejects.toThrow(Late)
  })

  test('has the time that the caller gives it', async () => {
    const { pool } = poolOf('never')
    await expect(asker(pool, 60_000, true)(SELECT, [], { within: 20 })).rejects.toThrow('within 20 ms')
  })
})
