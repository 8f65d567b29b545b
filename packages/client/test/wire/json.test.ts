import { expect, test } from 'vitest'
import { readObject, readSeconds, readText, readTexts, retryAfterOf } from '../../src/wire/json.ts'

test('objects are objects', () => {
  expect(readObject('{"a":1}')).toEqual({ a: 1 })
  for (const text of ['', 'null', '[]', '7', '"x"', '{', '<html>']) expect(readObject(text)).toBeUndefined()
})

test('lengths of time are positive and finite, as number or digits', () => {
  expect([5, '5', 0.5, '0005'].map(readSeconds)).toEqual([5, 5, 0.5, 5])
  for (const value of [0, -1, Number.NaN, Infinity, '', '-1', '1e9', ' 5', '5s', '9'.repeat(40), null, undefined, true, [5]]) {
    expect(readSeconds(value)).toBeUndefined()
  }
})

test('texts are not empty, lists hold nothing else', () => {
  expect(readText('a')).toBe('a')
  for (const value of ['', 7, null, undefined]) expect(readText(value)).toBeUndefined()
  expect(readTexts(['a', 'b'])).toEqual(['a', 'b'])
  expect(readTexts([])).toEqual([])
  for (const value of ['a', ['a', ''], ['a', 1], null]) expect(readTexts(value)).toBeUndefined()
})

test('Retry-After is read as seconds only', () => {
  const of = (value: string) => retryAfterOf(new Headers({ 'retry-after': value }))
  expect(of('120')).toBe(120)
  for (const value of ['-1', '0', 'Wed, 21 Oct 2026 07:28:00 GMT', 'soon']) expect(of(value)).toBeUndefined()
  expect(retryAfterOf(new Headers())).toBeUndefined()
})
