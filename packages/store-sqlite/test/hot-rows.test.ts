import { expect, test } from 'vitest'
import { hotRows } from '../src/hot-rows.ts'

const row = (id: string) => ({ kind: 'client', row: { id, version: 1, value: { name: id, list: [{ n: 1 }] } } })

test('a row gets in when it is read a second time before another of its cell, and stays while others pass by', () => {
  const hot = hotRows(8)
  expect(hot.isReadAgain(3)).toBe(false)
  // Slots 11 and 3 have the same cell.
  expect(hot.isReadAgain(11)).toBe(false)
  expect(hot.isReadAgain(3)).toBe(false)
  expect(hot.isReadAgain(3)).toBe(true)
  hot.keep(3, row('c'))
  for (let slot = 11; slot < 1000; slot += 8) expect(hot.isReadAgain(slot)).toBe(false)
  expect(hot.get(3)?.row.id).toBe('c')
  expect(hot.get(11)).toBeUndefined()
})

test('what is dropped is gone, and what is dropped beside it stays', () => {
  const hot = hotRows(8)
  hot.keep(3, row('c'))
  hot.drop(11)
  expect(hot.get(3)).toBeDefined()
  hot.drop(3)
  expect(hot.get(3)).toBeUndefined()
  hot.isReadAgain(3)
  hot.drop(3)
  // A new row in a slot that was given up begins from the start.
  expect(hot.isReadAgain(3)).toBe(false)
})

test('nobody can change what all who read share', () => {
  const hot = hotRows(8)
  hot.keep(0, row('c'))
  const { value } = (hot.get(0) as ReturnType<typeof row>).row
  expect(() => (value.name = 'd')).toThrow(TypeError)
  expect(() => value.list.push({ n: 2 })).toThrow(TypeError)
  expect(() => ((value.list[0] as { n: number }).n = 2)).toThrow(TypeError)
})
