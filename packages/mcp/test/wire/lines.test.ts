import { Buffer } from 'node:buffer'
import { expect, test } from 'vitest'
import { onOneLine, splitLines } from '../../src/wire/lines.ts'

const BYTES = Buffer.from('{"a":"é😀"}\n\n{"b":2}\r\n\xff\xfe', 'latin1')
const LINES = ['{"a":"é😀"}', '', '{"b":2}\r'].map((line) => Buffer.from(line, 'latin1'))

test.each([1, 2, 3, 7, 1000])('lines are the bytes that came, in chunks of %i bytes', (size) => {
  const split = splitLines()
  const lines: Buffer[] = []
  for (let at = 0; at < BYTES.length; at += size) lines.push(...split(BYTES.subarray(at, at + size)))
  expect(lines.map((line) => line.toString('hex'))).toEqual(LINES.map((line) => line.toString('hex')))
  // What had no newline is still there when it comes.
  expect(split(Buffer.from('\n')).map((line) => [...line])).toEqual([[0xff, 0xfe]])
})

test('memory that a stream uses again does not change a line that is not complete yet', () => {
  const split = splitLines()
  const memory = Buffer.from('first half')
  expect(split(memory)).toEqual([])
  memory.fill('x')
  expect(split(Buffer.from(', second half\n')).map(String)).toEqual(['first half, second half'])
})

test('a line of 32 megabytes in small chunks is joined once', () => {
  const split = splitLines()
  const chunk = Buffer.alloc(65_536, 'x')
  for (let at = 0; at < 512; at++) expect(split(chunk)).toEqual([])
  const [line] = split(Buffer.from('\n'))
  expect(line?.length).toBe(512 * 65_536)
})

test('JSON with line breaks goes on one line and stays the same value', () => {
  const value = { a: ['b\nc', { d: 1 }] }
  const text = JSON.stringify(value, undefined, 2).replaceAll('\n', '\r\n')
  expect(onOneLine(text)).not.toMatch(/[\r\n]/)
  expect(JSON.parse(onOneLine(text))).toEqual(value)
  expect(onOneLine('{"a":1}')).toBe('{"a":1}')
})
