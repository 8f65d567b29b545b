import { expect, test } from 'vitest'
import { mannerOf } from '../../src/terminal/manner.ts'

const terminal = { isTerminal: true }
const pipe = { isTerminal: false }

test('a terminal gets what moves, a pipe plain lines', () => {
  expect(mannerOf(terminal, { TERM: 'xterm-256color' })).toBe('live')
  expect(mannerOf(terminal, {})).toBe('live')
  expect(mannerOf(pipe, {})).toBe('plain')
})

test('who listens, or has a terminal that can only print, gets the code spelled and a still screen', () => {
  expect(mannerOf(terminal, { TERM: 'dumb' })).toBe('spelled')
  expect(mannerOf(terminal, { ACCESSIBLE: '1' })).toBe('spelled')
  expect(mannerOf(pipe, { ACCESSIBLE: 'yes' })).toBe('spelled')
  expect(mannerOf(pipe, { TERM: 'dumb' })).toBe('plain')
})

test.each(['', '0', 'false'])('ACCESSIBLE=%s is no wish', (ACCESSIBLE) => {
  expect(mannerOf(terminal, { ACCESSIBLE })).toBe('live')
})
