import { expect, test } from 'vitest'
import { gatheredLines } from '../src/gathered-lines.ts'

test('the lines of one turn are one write, those of the next another', async () => {
  const written: string[] = []
  const { say } = gatheredLines((lines) => void written.push(lines))
  say('one')
  await Promise.resolve()
  say('two')
  expect(written).toEqual([])
  await new Promise(setImmediate)
  expect(written).toEqual(['one\ntwo'])
  say('three')
  await new Promise(setImmediate)
  expect(written).toEqual(['one\ntwo', 'three'])
})

test('what is left is written at once when the program ends, and only once', async () => {
  const written: string[] = []
  const { say, flush } = gatheredLines((lines) => void written.push(lines))
  say('last words')
  flush()
  expect(written).toEqual(['last words'])
  await new Promise(setImmediate)
  expect(written).toEqual(['last words'])
})
