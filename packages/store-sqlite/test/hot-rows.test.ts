import { expect, test } from 'vitest'
import { hotRows, readAgain, rowOf, written } from '../src/hot-rows.ts'

const again = (id: string) => readAgain('client', [], { id, version: 1, value: { name: id, list: [{ n: 1 }] } })
const fresh = (id: string, value: object = { name: id }) => written('device', id, [`l${id}`], JSON.stringify(value))
const nobody = () => undefined

test('a row gets in when it is read a second time before another of its cell, and stays while others pass by', () => {
  const hot = hotRows(8, nobody)
  expect(hot.isReadAgain(3)).toBe(false)
  // Slots 11 and 3 have the same cell.
  expect(hot.isReadAgain(11)).toBe(false)
  expect(hot.isReadAgain(3)).toBe(false)
  expect(hot.isReadAgain(3)).toBe(true)
  hot.keep(3, again('c'))
  for (let slot = 11; slot < 1000; slot += 8) expect(hot.isReadAgain(slot)).toBe(false)
  expect(hot.get(3)?.id).toBe('c')
  expect(hot.get(11)).toBeUndefined()
})

test('what is dropped is gone, and what is dropped beside it stays', () => {
  const hot = hotRows(8, nobody)
  hot.keep(3, again('c'))
  hot.drop(11)
  expect(hot.get(3)).toBeDefined()
  hot.drop(3)
  expect(hot.get(3)).toBeUndefined()
  hot.isReadAgain(3)
  hot.drop(3)
  // A new row in a slot that was given up begins from the start.
  expect(hot.isReadAgain(3)).toBe(false)
})

test('a row that loses its cell to another is told of; one that changes, or is dropped, is not', () => {
  const left: string[] = []
  const hot = hotRows(8, (slot, { id }) => void left.push(`${slot} ${id}`))
  hot.keep(3, fresh('a'))
  hot.keep(3, fresh('a', { name: 'changed' }))
  hot.keep(4, fresh('b'))
  hot.drop(4)
  hot.keep(12, fresh('c'))
  expect(left).toEqual([])
  hot.keep(11, fresh('d'))
  hot.keep(20, fresh('e'))
  expect(left).toEqual(['3 a', '12 c'])
  expect([hot.get(3), hot.get(12), hot.get(11)?.id]).toEqual([undefined, undefined, 'd'])
})

test('nobody can change what all who read share, and what one reader changes of his own nobody else sees', () => {
  const { value } = rowOf(again('c'), 1) as { value: { name: string; list: unknown[] } }
  expect(() => (value.name = 'd')).toThrow(TypeError)
  expect(() => value.list.push({ n: 2 })).toThrow(TypeError)
  expect(() => ((value.list[0] as { n: number }).n = 2)).toThrow(TypeError)

  const row = fresh('a', { list: [1] })
  const first = rowOf(row, 7).value as { list: number[] }
  first.list.push(2)
  const shared = rowOf(row, 7)
  expect(shared).toEqual({ id: 'a', version: 7, value: { list: [1] } })
  expect(rowOf(row, 7)).toBe(shared)
  expect(() => (shared.value as typeof first).list.push(2)).toThrow(TypeError)
})
