import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type RowIndex, rowIndex } from '../src/row-index.ts'

interface Kept {
  readonly id: string
  readonly lookups: readonly string[]
  readonly group: string | undefined
  expiresAt: number
}

const place = (position: number, expiresAt = Number.POSITIVE_INFINITY) => ({ position, since: position, version: 1, expiresAt })
const any = () => true

test('a random life of an index is that of a map', () => {
  const names = Array.from({ length: 6 }, (_, n) => `n${n}`)
  const step = fc.record({
    what: fc.constantFrom('add', 'drop', 'hide and bring back', 'move' as const),
    id: fc.constantFrom(...names),
    lookups: fc.subarray(names),
    group: fc.constantFrom('g', 'h', undefined),
    expiresAt: fc.integer({ min: 0, max: 3 }),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const index = rowIndex()
      const model = new Map<number, Kept>()
      const slotOf = (id: string) => [...model].find(([, kept]) => kept.id === id)?.[0]
      let position = 0
      for (const { what, id, lookups, group, expiresAt } of steps) {
        const slot = slotOf(id)
        if (what === 'add' && slot === undefined) {
          model.set(index.add('k', id, lookups, group, place(++position, expiresAt)), { id, lookups, group, expiresAt })
        } else if (slot !== undefined && what === 'drop') {
          index.hide(slot)
          index.free(slot)
          model.delete(slot)
        } else if (slot !== undefined && what === 'hide and bring back') {
          const before = index.at(slot)
          index.hide(slot)
          expect(index.find('id', 'k', id, any)).toBeUndefined()
          index.move(slot, before)
        } else if (slot !== undefined && what === 'move') {
          index.move(slot, { ...index.at(slot), position: ++position, version: 2, expiresAt })
          ;(model.get(slot) as Kept).expiresAt = expiresAt
        }
        agree(index, model, names)
      }
    }),
    { seed: 8628, numRuns: 300 },
  )
})

function agree(index: RowIndex, model: ReadonlyMap<number, Kept>, names: readonly string[]) {
  const all = [...model]
  for (const name of names) {
    const slot = index.find('id', 'k', name, any)
    expect(slot).toBe(all.find(([, { id }]) => id === name)?.[0])
    expect(index.find('id', 'other', name, any)).toBeUndefined()
    const holders = all.filter(([, { lookups }]) => lookups.includes(name)).map(([each]) => each)
    const found: number[] = []
    index.find('lookup', 'k', name, (each) => found.push(each) === 0)
    expect(found.sort()).toEqual(holders.sort())
  }
  for (const group of ['g', 'h']) {
    const members = all.filter(([, kept]) => kept.group === group).map(([slot]) => slot)
    expect(index.group('k', group)).toEqual(members.sort((one, other) => index.at(one).since - index.at(other).since))
  }
  const ended = all.filter(([, { expiresAt }]) => expiresAt <= 1).map(([slot]) => slot)
  expect([...index.ended(1, index.slots, 100)].sort()).toEqual(ended.sort())
}

test('a hundred thousand rows are found by each of their names, and none after they are gone', () => {
  const index = rowIndex()
  const slots = Array.from({ length: 100_000 }, (_, n) => index.add('device', `id ${n}`, [`code ${n}`], undefined, place(n + 1)))
  const isFound = slots.map((slot, n) => {
    const isIt = (each: number) => each === slot
    return index.find('id', 'device', `id ${n}`, isIt) === slot && index.find('lookup', 'device', `code ${n}`, isIt) === slot
  })
  expect(isFound.filter(Boolean)).toHaveLength(100_000)
  // Two of so many names may have one hash: who looks compares the row.
  const strangers = slots.filter((_, n) => index.find('lookup', 'device', `id ${n}`, any) !== undefined)
  expect(strangers.length).toBeLessThan(20)
  for (const slot of slots) {
    index.hide(slot)
    index.free(slot)
  }
  expect(slots.filter((_, n) => index.find('id', 'device', `id ${n}`, any) !== undefined)).toEqual([])
  // Slots and names are used again: an index that lived long is no larger than its fullest moment.
  for (let n = 0; n < 100_000; n++) index.add('device', `again ${n}`, [], undefined, place(n + 1))
  expect(index.slots).toBe(100_000)
})

test('it looks round and round, at so many slots and for so many rows', () => {
  const index = rowIndex()
  for (let n = 0; n < 10; n++) index.add('device', `${n}`, [], undefined, place(n + 1, n % 2 === 0 ? 5 : 50))
  expect(index.ended(4, 100, 100)).toEqual([])
  expect(index.ended(5, 3, 100)).toEqual([0, 2])
  expect(index.ended(5, 100, 2)).toEqual([4, 6])
  expect(index.ended(5, 4, 100)).toEqual([8, 0])
})
