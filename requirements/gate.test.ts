import { describe, expect, test } from 'vitest'
import { citationsOf } from './citations.ts'
import { judge } from './gate.ts'
import type { Mark } from './not-proven.ts'
import { REQUIREMENTS } from './requirements.ts'
import type { Actor, Row } from './row.ts'

const row = (actor: Actor, spec = 'RFC 1'): Row => ({
  spec,
  section: '1',
  level: 'MUST',
  actor,
  requirement: 'Do it.',
  proof: 'See it done.',
})
const ROWS = { a: row('as'), b: row('as', 'RFC 2'), c: row('client'), d: row('mcp-server') }
const later: Mark = { later: 'issue 2', reason: 'not built' }

describe('citations', () => {
  test('one id, several ids and ids over several lines are read', () => {
    expect(citationsOf("verifies('a', 'title', () => {})").ids).toEqual(['a'])
    expect(citationsOf("verifies(['a', 'b'], 'title', () => {})").ids).toEqual(['a', 'b'])
    expect(
      citationsOf('for (const x of y) {\n  verifies(\n    [\n      "a",\n      "b",\n    ],\n    `it ${x}`,\n    body,\n  )\n}').ids,
    ).toEqual(['a', 'b'])
  })

  test('a call in a comment or in a string cites nothing', () => {
    const text =
      "// verifies('a', 't', f)\n/* verifies('a', 't', f) */\nconst s = \"verifies('a', 't', f)\"\nconst t = `verifies('a', 't', f)`"
    expect(citationsOf(text)).toEqual({ ids: [], unreadable: [] })
  })

  test('ids that are not literals are reported with their line', () => {
    expect(citationsOf('\nverifies(id, "t", f)\nverifies([id, "a"], "t", f)\nverifies(`${id}`, "t", f)').unreadable).toEqual([2, 3, 4])
  })

  test('only the function of this name counts', () => {
    const text = "import { verifies } from './verifies.ts'\nexport function verifies(ids) {}\nreverifies('a', 't')\nx.verifies('b', 't')"
    expect(citationsOf(text)).toEqual({ ids: [], unreadable: [] })
  })
})

describe('the gate', () => {
  test('passes when every id of a built actor is cited or marked', () => {
    const verdict = judge(ROWS, new Map([['b', later]]), { 'x.test.ts': "verifies(['a', 'c'], 't', f)" }, ['as', 'client'])
    expect(verdict.faults).toEqual([])
    expect(verdict.missing).toEqual([])
  })

  test('names an id that is neither cited nor marked', () => {
    const verdict = judge(ROWS, new Map(), { 'x.test.ts': "verifies(['a', 'c'], 't', f)" }, ['as', 'client'])
    expect(verdict.missing).toEqual(['b'])
    expect(verdict.faults).toEqual([expect.stringMatching(/^b: neither cited/)])
  })

  test('names an unknown id with the file that cites it', () => {
    const verdict = judge(ROWS, new Map(), { 'x.test.ts': "verifies(['a', 'toString'], 't', f)" }, [])
    expect(verdict.faults).toEqual([expect.stringMatching(/^x\.test\.ts: cites "toString"/)])
  })

  test('names an id that is both cited and marked, and a mark on an unknown id', () => {
    const verdict = judge(
      ROWS,
      new Map([
        ['a', later],
        ['z', later],
      ]),
      { 'x.test.ts': "verifies('a', 't', f)" },
      [],
    )
    expect(verdict.faults).toEqual([expect.stringMatching(/^a: cited in x\.test\.ts and marked/), expect.stringMatching(/^z: marked/)])
  })

  test('names the place of ids that are not literals', () => {
    expect(judge(ROWS, new Map(), { 'x.test.ts': 'verifies(ids, "t", f)' }, []).faults).toEqual([expect.stringMatching(/^x\.test\.ts:1: /)])
  })

  test('does not demand what an actor needs that is not built', () => {
    expect(judge(ROWS, new Map(), {}, ['mcp-server']).missing).toEqual(['d'])
    expect(judge(ROWS, new Map(), {}, []).missing).toEqual([])
  })

  test('counts by actor and by specification', () => {
    const marks = new Map<string, Mark>([
      ['b', later],
      ['c', { excluded: 'decided against' }],
    ])
    const { byActor, bySpec } = judge(ROWS, marks, { 'x.test.ts': "verifies('a', 't', f)" }, [])
    expect(byActor).toEqual([
      { name: 'as', rows: 2, cited: 1, later: 1, excluded: 0, open: 0 },
      { name: 'client', rows: 1, cited: 0, later: 0, excluded: 1, open: 0 },
      { name: 'mcp-server', rows: 1, cited: 0, later: 0, excluded: 0, open: 1 },
    ])
    expect(bySpec.map(({ name, rows }) => [name, rows])).toEqual([
      ['RFC 1', 3],
      ['RFC 2', 1],
    ])
  })
})

test('an id names the place it comes from or a founding note, and is fit for a test title', () => {
  for (const id of Object.keys(REQUIREMENTS)) expect(id).toMatch(/^[a-z0-9]+(?:[-.][A-Za-z0-9.]+)+$/)
})
