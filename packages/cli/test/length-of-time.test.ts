import { expect, test } from 'vitest'
import { parseLength } from '../src/length-of-time.ts'

test.each([
  ['90s', 90],
  ['30m', 1800],
  ['12h', 43_200],
  ['7d', 604_800],
])('%s is %d seconds', (text, seconds) => {
  expect(parseLength(text, '--expires')).toBe(seconds)
})

test.each(['', '7', 'd', '07d', '0s', '-1d', '1.5h', '7 d', '7D', '1w', '1000000s', '7d '])('"%s" is no length of time', (text) => {
  expect(() => parseLength(text, '--expires')).toThrow(`--expires: expected a length of time, like 30m, 12h or 7d, found "${text}"`)
})
