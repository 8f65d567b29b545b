import { expect, test } from 'vitest'
import { rowCache } from '../src/row-cache.ts'

const weigh = (row: { readonly weight: number }) => row.weight

test('holds what was used last, by weight and not by number', () => {
  const cache = rowCache(10, weigh)
  for (let slot = 0; slot < 100; slot++) cache.set(slot, { weight: 1 })
  const kept = Array.from({ length: 100 }, (_, slot) => slot).filter((slot) => cache.get(slot) !== undefined)
  expect(kept.length).toBeGreaterThanOrEqual(10)
  expect(kept.length).toBeLessThanOrEqual(20)
  expect(kept.at(-1)).toBe(99)
  const heavy = rowCache(10, weigh)
  for (let slot = 0; slot < 100; slot++) heavy.set(slot, { weight: 10 })
  expect(Array.from({ length: 100 }, (_, slot) => slot).filter((slot) => heavy.get(slot) !== undefined)).toEqual([98, 99])
})

test('what is used again and again stays, however much passes by', () => {
  const cache = rowCache(10, weigh)
  cache.set(-1, { weight: 1 })
  for (let slot = 0; slot < 1000; slot++) {
    cache.set(slot, { weight: 1 })
    expect(cache.get(-1)).toBeDefined()
  }
})

test('a row that is set again weighs once; one that is deleted is gone from both generations', () => {
  const cache = rowCache(10, weigh)
  cache.set(1, { weight: 1 })
  for (let turn = 0; turn < 100; turn++) cache.set(2, { weight: 1 })
  expect(cache.get(1)).toBeDefined()
  for (let slot = 3; slot < 14; slot++) cache.set(slot, { weight: 1 })
  cache.delete(1)
  cache.delete(13)
  expect([cache.get(1), cache.get(13)]).toEqual([undefined, undefined])
})
