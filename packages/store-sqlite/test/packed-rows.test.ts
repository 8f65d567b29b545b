import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Addresses, packedRows } from '../src/packed-rows.ts'

function addresses(): Addresses {
  const known = new Map<number, number>()
  return { address: (slot) => known.get(slot) ?? 0, setAddress: (slot, address) => known.set(slot, address) }
}
const MOST = 100_000_000
const value = (n: number, length = 0) => JSON.stringify({ state: 'pending', n, text: `${n}`.padEnd(length, '.') })

test('a random life of packed rows is that of a map', () => {
  const name = fc.oneof(
    fc.string({ maxLength: 4 }),
    fc.constantFrom('', 'é', '\ud800', 'a'.repeat(43), `${'a'.repeat(42)}b`, 'a'.repeat(44)),
  )
  const step = fc.record({
    what: fc.constantFrom('put', 'put', 'drop' as const),
    slot: fc.integer({ min: 0, max: 4 }),
    kind: fc.constantFrom('device', 'grant'),
    id: name,
    lookups: fc.array(name, { maxLength: 3 }),
    value: fc.jsonValue({ maxDepth: 2 }),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), fc.array(name), (steps, strangers) => {
      const rows = packedRows(addresses(), MOST, 0)
      const model = new Map<number, (typeof steps)[number]>()
      for (const one of steps) {
        const { what, slot, kind, id, lookups } = one
        if (what === 'put') {
          rows.put(slot, kind, id, lookups, JSON.stringify(one.value))
          model.set(slot, one)
        } else {
          rows.drop(slot)
          model.delete(slot)
        }
      }
      const names = [...steps.flatMap(({ id, lookups }) => [id, ...lookups]), ...strangers]
      for (let slot = 0; slot < 5; slot++) {
        const kept = model.get(slot)
        expect(rows.has(slot)).toBe(kept !== undefined)
        if (kept === undefined) continue
        expect([rows.id(slot), rows.lookups(slot)]).toEqual([kept.id, kept.lookups])
        expect(rows.value(slot)).toEqual(JSON.parse(JSON.stringify(kept.value)))
        for (const kind of ['device', 'grant', 'other']) {
          const isIts = kind === kept.kind
          expect(names.filter((each) => rows.isNamed(slot, kind, each))).toEqual(names.filter((each) => isIts && each === kept.id))
          expect(names.filter((each) => rows.holds(slot, kind, each))).toEqual(names.filter((each) => isIts && kept.lookups.includes(each)))
        }
      }
    }),
    { seed: 8628, numRuns: 200 },
  )
})

test('what is too long or of too many kinds stays away, and takes nothing with it', () => {
  const rows = packedRows(addresses(), MOST, 0)
  rows.put(1, 'device', 'a', [], value(1, 9000))
  expect(rows.has(1)).toBe(false)
  rows.put(1, 'device', 'a', [], value(1, 7000))
  expect(rows.has(1)).toBe(true)
  rows.put(1, 'device', 'a', [], value(1, 9000))
  expect(rows.has(1)).toBe(false)
  rows.put(2, 'device', 'b', ['l'.repeat(8190)], '{}')
  expect(rows.has(2)).toBe(false)
  for (let n = 0; n < 400; n++) rows.put(1000 + n, `kind ${n}`, 'c', [], '{}')
  expect(rows.has(1000 + 254) && rows.isNamed(1254, 'kind 254', 'c')).toBe(true)
  expect(rows.has(1399)).toBe(false)
})

test('however long rows come and go, memory is little more than what lives takes', () => {
  const rows = packedRows(addresses(), MOST, 0)
  // One of twenty stays, between others that go after a while.
  const [all, life] = [150_000, 5000]
  for (let n = 0; n < all; n++) {
    rows.put(n, 'device', `${n}`, [`l${n}`], value(n, 60))
    if (n >= life && (n - life) % 20 !== 0) rows.drop(n - life)
  }
  expect(rows.bytes).toBeLessThan(3_000_000)
  const isKept = (n: number) =>
    rows.isNamed(n, 'device', `${n}`) && rows.holds(n, 'device', `l${n}`) && (rows.value(n) as { n: number }).n === n
  const lives = Array.from({ length: all }, (_, n) => n).filter((n) => n % 20 === 0 || n >= all - life)
  expect(lives.filter((n) => !rows.has(n) || !isKept(n))).toEqual([])
  // All is given back when all is gone.
  for (const n of lives) rows.drop(n)
  expect(rows.bytes).toBeLessThan(600_000)
})

test('a full memory forgets what was not read for longest, and stays within its bound', () => {
  const most = 3_000_000
  const rows = packedRows(addresses(), most, 0)
  for (let n = 0; n < 100_000; n++) {
    rows.put(n, 'device', `${n}`, [], value(n, 60))
    // Row 7 is read now and then, row 8 never.
    if (n % 1000 === 0 && rows.has(7)) expect(rows.value(7)).toEqual(JSON.parse(value(7, 60)))
    if (rows.bytes > most) expect(rows.bytes).toBeLessThanOrEqual(most)
  }
  expect([rows.has(7), rows.has(8), rows.has(99_999)]).toEqual([true, false, true])
  const kept = Array.from({ length: 100_000 }, (_, n) => n).filter((n) => rows.has(n))
  expect(kept.length).toBeGreaterThan(20_000)
  expect(kept.every((n) => rows.isNamed(n, 'device', `${n}`) && (rows.value(n) as { n: number }).n === n)).toBe(true)
})
