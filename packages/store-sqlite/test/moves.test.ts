import { expect, test } from 'vitest'
import { openLog } from '../src/log.ts'
import { sqlMoves } from '../src/moves.ts'
import { openFile } from '../src/open-file.ts'
import { withPlace } from './place.ts'

function openMoves(file: string) {
  const engine = openFile(file)
  const moves = sqlMoves(openLog(engine), { now: () => 1000 })
  return {
    moves,
    close: () => engine.close(),
    /** One transaction, kept or taken back. */
    transaction(end: 'keep' | 'undo', work: () => void) {
      engine.exec('BEGIN IMMEDIATE')
      moves.begin()
      work()
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

test('a row that is read again and again is parsed once, and cannot be changed by who reads it', () =>
  withPlace(async ({ file }) => {
    const { moves, transaction, close } = openMoves(file)
    transaction('keep', () => moves.insert(row('a', 'kept')))
    const reads = Array.from({ length: 20 }, () => moves.read('device', 'a'))
    expect(reads.at(-1)).toBe(reads.at(-2))
    expect(Object.isFrozen(reads.at(-1)?.value)).toBe(true)
    for (const read of reads) expect(read).toEqual({ id: 'a', version: 1, value: { text: 'kept' } })
    close()
  }))

test('a row that another program moved after the look is missed, said to be, and found after the next one', () =>
  withPlace(async ({ file }) => {
    const ours = openMoves(file)
    const theirs = openMoves(file)
    theirs.transaction('keep', () => theirs.moves.insert(row('a', 'first')))
    expect(ours.moves.catchUp()).toBe(true)
    theirs.transaction('keep', () => theirs.moves.swap({ kind: 'device', id: 'a', version: 1, value: JSON.stringify({ text: 'then' }) }))
    expect([ours.moves.read('device', 'a'), ours.moves.outrun]).toEqual([undefined, true])
    expect([ours.moves.catchUp(), ours.moves.outrun]).toEqual([true, false])
    expect(ours.moves.find('device', 'la')).toEqual({ id: 'a', version: 2, value: { text: 'then' } })
    expect([ours.moves.read('device', 'b'), ours.moves.outrun, ours.moves.catchUp()]).toEqual([undefined, false, false])
    ours.close()
    theirs.close()
  }))
