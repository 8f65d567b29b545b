/** What a stream can show, and what strangers may put on it. */
import { expect, test } from 'vitest'
import fc from 'fast-check'
import { describeTerminal, plainLine } from '../src/index.ts'

const watched = { isTTY: true, columns: 132 }

test('a stream that is no terminal gets 80 columns and no colour', () => {
  expect(describeTerminal({}, { TERM: 'xterm' })).toEqual({ isTerminal: false, width: 80, colour: false })
  expect(describeTerminal(watched, { TERM: 'xterm' })).toEqual({ isTerminal: true, width: 132, colour: true })
  expect(describeTerminal({ isTTY: true, columns: 0 }, {}).width).toBe(80)
})

test.each([
  [{ NO_COLOR: '1' }, watched, false],
  [{ NO_COLOR: '' }, watched, true],
  [{ TERM: 'dumb' }, watched, false],
  [{ FORCE_COLOR: '1' }, {}, true],
  [{ FORCE_COLOR: '1', NO_COLOR: '1', TERM: 'dumb' }, {}, true],
  [{ FORCE_COLOR: '0' }, watched, false],
  [{ FORCE_COLOR: 'false' }, watched, false],
  [{ FORCE_COLOR: '' }, {}, false],
])('colour with %j', (environment, stream, colour) => {
  expect(describeTerminal(stream, environment).colour).toBe(colour)
})

test('escape sequences, controls and marks that turn the text are taken out', () => {
  expect(plainLine('\u001b[31mred\u001b[0m \u001b]8;;http://evil\u0007link\u001b]8;;\u0007')).toBe('red link')
  expect(plainLine('one\r\ntwo\tthree\u0008\u007f\u009b2J')).toBe('one two three')
  expect(plainLine('abc\u202egnp.exe\u200b\u2066x\ufeff')).toBe('abcgnp.exex')
  expect(plainLine('Käse für München, 東京 👍')).toBe('Käse für München, 東京 👍')
})

test('no text of any kind keeps a control character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string(), (wild, tame) => {
      expect(plainLine(`\u001b[${wild}${tame}\u009d${wild}`)).not.toMatch(/[\p{Cc}\u2028-\u202e]/u)
    }),
  )
})
