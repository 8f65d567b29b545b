import { expect, test } from 'vitest'
import { clockTime, inWords, wrap } from '../../src/terminal/words.ts'

test('a rest of time is told like a clock, rounded up, and never runs below zero', () => {
  const told = [300_000, 299_001, 61_000, 60_001, 59_000, 1, 0, -5000].map(clockTime)
  expect(told).toEqual(['5:00', '5:00', '1:01', '1:01', '0:59', '0:01', '0:00', '0:00'])
})

test('a length of time is told in the unit a person would use', () => {
  const told = [20_000, 60_000, 299_000, 90 * 60_000, 5 * 3_600_000, 3 * 86_400_000].map(inWords)
  expect(told).toEqual(['less than a minute', '1 minute', '5 minutes', '90 minutes', '5 hours', '3 days'])
})

test('a sentence is broken between words, and an address never', () => {
  expect(wrap('one two three', 7)).toEqual(['one two', 'three'])
  expect(wrap('go to https://auth.example/device now', 10)).toEqual(['go to', 'https://auth.example/device', 'now'])
  expect(wrap('short', 80)).toEqual(['short'])
})
