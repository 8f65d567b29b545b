import { expect, test } from 'vitest'
import { openLog } from '../src/log.ts'
import { sqlMoves } from '../src/moves.ts'
import { openFile } from '../src/open-file.ts'
import { withPlace } from './place.ts'

function openMoves(file: string, now = 1000) {
  const engine = openFile(file)
  const moves = sqlMoves(openLog(engine), { now: () => now })
  return {
    moves,
    rows: () => engine.prepare('SELECT count(*) FROM log').get()?.[0],
    first: () => engine.prepare('SELECT min(position) FROM log').get()?.[0],
    close: () => engine.close(),
    /** One transaction, kept or taken back. */
    transaction(end: 'keep' | 'undo', work: () => void) {
      engine.exec('BEGIN IMMEDIATE')
      moves.begin()
      work()
      moves.write()
      engine.exec(end === 'keep' ? 'COMMIT' : 'ROLLBACK')
      moves[end]()
    },
  }
}
const row = (id: string, text: string) => ({ kind: 'device', id, value: JSON.stringify({ text }), lookups: [`l${id}`] })

test('what a transaction that failed had read is not remembered when its place in the log is given out again', () =>
  withPlace(async ({ file }) => {
    const { moves, transaction, close } = openMoves(file)
    transaction('keep', () => moves.insert(row('a', 'first')))
    transaction('undo', () => {
      moves.insert(row('b', 'never'))
      expect(moves.read('device', 'b')?.value).toEqual({ text: 'never' })
    })
    expect(moves.read('device', 'b')).toBeUndefined()
    transaction('keep', () => moves.insert(row('b', 'second')))
    expect(moves.read('device', 'b')?.value).toEqual({ text: 'second' })
    transaction('undo', () => {
      moves.swap({ kind: 'device', id: 'a', version: 1, value: JSON.stringify({ text: 'never' }) })
      expect(moves.read('device', 'a')?.value).toEqual({ text: 'never' })
    })
    expect(moves.read('device', 'a')).toEqual({ id: 'a', version: 1, value: { text: 'first' } })
    transaction('keep', () => moves.swap({ kind: 'device', id: 'a', version: 1, value: JSON.stringify({ text: 'then' }) }))
    expect(moves.find('device', 'la')).toEqual({ id: 'a', version: 2, value: { text: 'then' } })
    close()
  }))

test('a row that another program moved after the look is missed, said to be, and found after the next one', () =>
  withPlace(async ({ file }) => {
    const ours = openMoves(file)
    const theirs = openMoves(file, 2000)
    theirs.transaction('keep', () => {
      theirs.moves.insert(row('a', 'first'))
      theirs.moves.insert({ ...row('c', 'goes'), expiresAt: 1500 })
    })
    expect(ours.moves.catchUp()).toBe(true)
    theirs.transaction('keep', () => {
      theirs.moves.swap({ kind: 'device', id: 'a', version: 1, value: JSON.stringify({ text: 'then' }) })
      // With a row that goes, the places go where others were.
      theirs.moves.clear(theirs.moves.expired(10, 10))
    })
    expect([ours.moves.read('device', 'a'), ours.moves.outrun]).toEqual([undefined, true])
    expect([ours.moves.catchUp(), ours.moves.outrun]).toEqual([true, false])
    expect(ours.moves.find('device', 'la')).toEqual({ id: 'a', version: 2, value: { text: 'then' } })
    expect([ours.moves.read('device', 'b'), ours.moves.outrun, ours.moves.catchUp()]).toEqual([undefined, false, false])
    ours.close()
    theirs.close()
  }))

test('a row that is read again and again is one object that nobody can change, until it changes; one that is too long is made anew', () =>
  withPlace(async ({ file }) => {
    const { moves, transaction, close } = openMoves(file)
    const long = 'x'.repeat(10_000)
    transaction('keep', () => {
      moves.insert(row('a', 'first'))
      moves.insert(row('long', long))
    })
    const reads = (id: string) => Array.from({ length: 4 }, () => moves.read('device', id))
    const [, , third, fourth] = reads('a')
    expect(third).toEqual({ id: 'a', version: 1, value: { text: 'first' } })
    expect(fourth).toBe(third)
    expect(moves.find('device', 'la')).toBe(third)
    expect(Object.isFrozen(third?.value)).toBe(true)
    const [, , one, other] = reads('long')
    expect(one).toEqual({ id: 'long', version: 1, value: { text: long } })
    expect(other).not.toBe(one)

    transaction('undo', () => {
      moves.swap({ kind: 'device', id: 'a', version: 1, value: JSON.stringify({ text: 'never' }) })
      expect(reads('a').map((each) => each?.value)).toEqual(Array.from({ length: 4 }, () => ({ text: 'never' })))
    })
    expect(reads('a').map((each) => each?.value)).toEqual(Array.from({ length: 4 }, () => ({ text: 'first' })))
    transaction('undo', () => moves.remove('device', 'a', 1))
    expect(moves.read('device', 'a')?.value).toEqual({ text: 'first' })
    transaction('keep', () => {
      moves.remove('device', 'a', 1)
      moves.insert(row('a', 'second'))
    })
    expect(reads('a').map((each) => each?.value)).toEqual(Array.from({ length: 4 }, () => ({ text: 'second' })))
    close()
  }))

test('rows by the thousand are read as they were written last, whether anybody read them before others took their cells or not', () =>
  withPlace(async ({ file }) => {
    const { moves, transaction, close } = openMoves(file)
    const many = 10_000
    const all = Array.from({ length: many }, (_, n) => n)
    const expected = new Map(all.map((n) => [n, { version: 1, text: `${n}` }]))
    const swap = (n: number, text: string) => {
      const { version } = expected.get(n) as { version: number }
      expect(moves.swap({ kind: 'device', id: `${n}`, version, value: JSON.stringify({ text }) })).toBe(true)
    }
    transaction('keep', () => {
      for (const n of all) {
        moves.insert(row(`${n}`, `${n}`))
        for (let reads = n % 4; reads > 0; reads--) moves.read('device', `${n}`)
        // Of the same transaction, and long out of its cell.
        if (n >= 6000 && n % 5 === 0) expect(moves.find('device', `l${n - 6000}`)?.value).toEqual({ text: `${n - 6000}` })
      }
    })
    transaction('undo', () => all.forEach((n) => n % 3 === 0 && swap(n, 'never')))
    transaction('keep', () => {
      for (const n of all) {
        if (n % 7 !== 0) continue
        swap(n, `then ${n}`)
        expected.set(n, { version: 2, text: `then ${n}` })
      }
    })
    for (const [n, { version, text }] of expected) {
      const kept = { id: `${n}`, version, value: { text } }
      expect([moves.read('device', `${n}`), moves.find('device', `l${n}`)]).toEqual([kept, kept])
    }
    close()
  }))

test.each(['swept', 'replaced', 'removed'])(
  'what a row was before it changed is no row for who opens the file, nor once the row is %s',
  (how) =>
    withPlace(async ({ file }) => {
      const ours = openMoves(file)
      ours.transaction('keep', () => ours.moves.insert(row('a', '1')))
      // The change shortens the life of a row whose former self would have lived on.
      const expiresAt = how === 'removed' ? undefined : 2000
      ours.transaction('keep', () => ours.moves.swap({ kind: 'device', id: 'a', version: 1, value: '{}', expiresAt }))
      expect(ours.rows()).toBe(2)
      ours.close()

      const [second, third] = [openMoves(file), openMoves(file, 4_000_000)]
      second.moves.catchUp()
      expect(second.moves.read('device', 'a')?.version).toBe(2)
      if (how === 'removed') second.transaction('keep', () => second.moves.remove('device', 'a', 2))
      third.moves.catchUp()
      expect(third.moves.read('device', 'a')).toBeUndefined()
      const other = { ...row('b', '1'), lookups: how === 'replaced' ? ['la'] : [] }
      third.transaction('keep', () => expect(third.moves.insert(other)).toBe(true))
      if (how !== 'replaced') third.transaction('keep', () => third.moves.clear(third.moves.expired(10, 10)))
      const fourth = openMoves(file)
      fourth.moves.catchUp()
      expect(fourth.moves.read('device', 'a')).toBeUndefined()
      expect(fourth.moves.find('device', 'la')?.id).toBe(how === 'replaced' ? 'b' : undefined)
      for (const { close } of [second, third, fourth]) close()
    }),
)

test('places that rows have left are given up when there are some thousand, the oldest first, and are not lost to a transaction that fails', () =>
  withPlace(async ({ file }) => {
    const { moves, rows, first, transaction, close } = openMoves(file)
    const all = Array.from({ length: 2000 }, (_, n) => `${n}`)
    transaction('keep', () => all.forEach((id) => moves.insert(row(id, '1'))))
    const change = (version: number) => all.toReversed().forEach((id) => moves.swap({ kind: 'device', id, version, value: '{}' }))
    transaction('undo', () => change(1))
    for (const version of [1, 2]) transaction('keep', () => change(version))
    expect(rows()).toBe(6000)
    transaction('keep', () => all.slice(0, 100).forEach((id) => moves.swap({ kind: 'device', id, version: 3, value: '{}' })))
    expect(rows()).toBe(6100)
    transaction('undo', () => expect(moves.insert(row('never', ''))).toBe(true))
    expect(rows()).toBe(6100)
    transaction('keep', () => moves.insert(row('more', '')))
    expect(rows()).toBe(6101 - 1024)
    expect(first()).toBe(1025)
    close()
  }))
