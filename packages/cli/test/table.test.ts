import { expect, test } from 'vitest'
import { table } from '../src/table.ts'

const rows = [
  ['ada', 'enabled'],
  ['bartholomew', 'disabled'],
]

test('a person gets columns under a heading', () => {
  expect(table(['name', 'state'], rows, { isTerminal: true })).toEqual([
    'NAME         STATE',
    'ada          enabled',
    'bartholomew  disabled',
  ])
})

test('a program gets tabs and no heading', () => {
  expect(table(['name', 'state'], rows, { isTerminal: false })).toEqual(['ada\tenabled', 'bartholomew\tdisabled'])
})

test('a cell cannot forge a column, a row or a colour', () => {
  for (const isTerminal of [true, false]) {
    const [line, ...more] = table([], [['a\tb\nc\u001b[31m', 'd']], { isTerminal })
    expect(more).toEqual([])
    expect(line?.split(/\t| {2}/)).toEqual(['a b c', 'd'])
  }
})

test('no rows are no lines for a program', () => {
  expect(table(['name'], [], { isTerminal: false })).toEqual([])
})
