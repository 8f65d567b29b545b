/** Insert, read and find: ids and lookups are unique among the living, and what comes back equals what went in. */
import type { Row } from '@countersign/authority'
import { expect } from 'vitest'
import type { Clause } from './under-test.ts'

/** Names that break a store which builds keys, patterns or queries out of them. */
const ODD_NAMES = [
  '',
  ' ',
  'a',
  'a ',
  'A',
  'ä',
  'a\u0308',
  "' OR 1=1 --",
  '%',
  '_',
  '*',
  '{a}',
  'a:b',
  'a\0b',
  'a\0c',
  '\0',
  '\u0001',
  '\u0001"a"',
  '../a',
  '__proto__',
  'constructor',
  'null',
  'undefined',
  '0',
  '00',
  '1e3',
  '\ud800',
  '\udfff',
  '\ufffd',
  '😀',
  '\u202e',
  'x'.repeat(5000),
]

export function rowClauses(clause: Clause): void {
  clause('a row that was inserted can be read: its id, version 1 and its value', async ({ store }) => {
    expect(await store.insert({ kind: 'device', id: 'a', value: { state: 'pending' } })).toBe(true)
    expect(await store.read('device', 'a')).toEqual({ id: 'a', version: 1, value: { state: 'pending' } })
  })

  clause('what was never inserted is not there, nor is a row of another kind', async ({ store }) => {
    await store.insert({ kind: 'device', id: 'a', value: {}, lookups: ['l'] })
    expect(await store.read('device', 'b')).toBeUndefined()
    expect(await store.read('grant', 'a')).toBeUndefined()
    expect(await store.find('device', 'a')).toBeUndefined()
    expect(await store.find('grant', 'l')).toBeUndefined()
    expect(await store.read('device', 'l')).toBeUndefined()
  })

  clause('an id that is taken refuses the row, and nothing changed', async ({ store }) => {
    await store.insert({ kind: 'device', id: 'a', value: { first: true }, lookups: ['l'], group: 'g' })
    expect(await store.insert({ kind: 'device', id: 'a', value: { first: false }, lookups: ['m'], group: 'h' })).toBe(false)
    expect(await store.read('device', 'a')).toEqual({ id: 'a', version: 1, value: { first: true } })
    expect(await store.find('device', 'm')).toBeUndefined()
    expect(await store.list('device', 'h', 10)).toEqual([])
    expect(await store.insert({ kind: 'device', id: 'b', value: {}, lookups: ['m'] })).toBe(true)
  })

  clause('a lookup that is taken refuses the row, and nothing changed', async ({ store }) => {
    await store.insert({ kind: 'device', id: 'a', value: {}, lookups: ['l', 'm'] })
    expect(await store.insert({ kind: 'device', id: 'b', value: {}, lookups: ['n', 'm', 'o'], group: 'g' })).toBe(false)
    expect(await store.read('device', 'b')).toBeUndefined()
    expect(await store.find('device', 'n')).toBeUndefined()
    expect(await store.find('device', 'o')).toBeUndefined()
    expect(await store.list('device', 'g', 10)).toEqual([])
    expect((await store.find('device', 'm'))?.id).toBe('a')
    expect(await store.insert({ kind: 'device', id: 'b', value: {}, lookups: ['n', 'o'] })).toBe(true)
  })

  clause('each lookup finds the row; kinds do not share ids, lookups or groups', async ({ store }) => {
    for (const kind of ['device', 'grant']) {
      expect(await store.insert({ kind, id: 'a', value: { kind }, lookups: ['l', 'm', 'l'], group: 'g' })).toBe(true)
    }
    for (const kind of ['device', 'grant']) {
      const row = { id: 'a', version: 1, value: { kind } }
      expect(await store.find(kind, 'l')).toEqual(row)
      expect(await store.find(kind, 'm')).toEqual(row)
      expect(await store.list(kind, 'g', 10)).toEqual([row])
    }
  })

  clause('values are JSON and come back as they went in, without members that are undefined', async ({ store }) => {
    const value = {
      text: 'Grüße \0 \u2028 \ud83d\ude00 \ud800',
      empty: '',
      no: false,
      nothing: null,
      missing: undefined,
      numbers: [0, -1, 1.5, 2 ** 53 - 1, -(2 ** 53) + 1, 1e300, 5e-324],
      nested: { list: [[], {}, [{ deep: [null] }]] },
      '': 'empty name',
      'a.b': 'dots',
      $c: 'dollar',
      constructor: 'c',
      toString: 't',
    }
    const { missing: _missing, ...kept } = value
    await store.insert({ kind: 'device', id: 'a', value, lookups: ['l'], group: 'g' })
    const row = { id: 'a', version: 1, value: kept }
    expect(await store.read('device', 'a')).toStrictEqual(row)
    expect(await store.find('device', 'l')).toStrictEqual(row)
    expect(await store.list('device', 'g', 10)).toStrictEqual([row])
    await store.swap({ kind: 'device', id: 'a', version: 1, value: { also: value } })
    expect((await store.read('device', 'a'))?.value).toStrictEqual({ also: kept })
  })

  clause('a value of a megabyte is kept whole', async ({ store }) => {
    const text = 'ä\n"\\'.repeat(2 ** 18)
    const kept = async () => ((await store.read('device', 'a')) as Row<{ text: string }>).value.text
    await store.insert({ kind: 'device', id: 'a', value: { text } })
    // Compared here, so that a difference is not printed.
    expect((await kept()) === text).toBe(true)
    await store.swap({ kind: 'device', id: 'a', version: 1, value: { text: `${text}!` } })
    expect((await kept()) === `${text}!`).toBe(true)
  })

  clause('any text can be an id, a lookup or a group, and no two of them are taken for one', async ({ store }) => {
    for (const [index, name] of ODD_NAMES.entries()) {
      expect([name, await store.insert({ kind: 'odd', id: name, value: { index }, lookups: [name], group: name })]).toEqual([name, true])
    }
    for (const [index, name] of ODD_NAMES.entries()) {
      const row = { id: name, version: 1, value: { index } }
      expect(await store.read('odd', name)).toEqual(row)
      expect(await store.find('odd', name)).toEqual(row)
      expect(await store.list('odd', name, 10)).toEqual([row])
      expect(await store.insert({ kind: 'odd', id: name, value: {} })).toBe(false)
    }
    for (const name of ODD_NAMES) {
      expect(await store.swap({ kind: 'odd', id: name, version: 1, value: {} })).toBe(true)
      expect(await store.remove('odd', name, 2)).toBe(true)
      expect(await store.find('odd', name)).toBeUndefined()
    }
  })

  clause("what the caller does with its objects afterwards is the caller's own affair", async ({ store }) => {
    const lookups = ['l']
    const value = { list: [1] }
    const inserting = store.insert({ kind: 'device', id: 'a', value, lookups })
    value.list.push(2)
    lookups[0] = 'm'
    await inserting
    const read = (await store.read('device', 'a')) as Row<{ list: number[] }>
    // What was read may be shared with others, and is then frozen; either way the store does not hear of it.
    if (!Object.isFrozen(read.value.list)) read.value.list.push(3)
    const changed = { list: [4] }
    expect((await store.find('device', 'l'))?.value).toEqual({ list: [1] })
    const swapping = store.swap({ kind: 'device', id: 'a', version: 1, value: changed })
    changed.list.push(5)
    await swapping
    expect((await store.read('device', 'a'))?.value).toEqual({ list: [4] })
    expect(await store.find('device', 'm')).toBeUndefined()
  })

  clause('a value that is no JSON is refused and changes nothing', async ({ store }) => {
    const circle: Record<string, unknown> = {}
    circle['self'] = circle
    await store.insert({ kind: 'device', id: 'a', value: { kept: true } })
    for (const value of [circle, { big: 1n }]) {
      await expect(store.insert({ kind: 'device', id: 'b', value, lookups: ['l'] })).rejects.toThrow(TypeError)
      const [change, row] = [
        { kind: 'device', id: 'a', version: 1 },
        { kind: 'device', id: 'b', lookups: ['l'] },
      ]
      await expect(store.swap({ ...change, value })).rejects.toThrow(TypeError)
      await expect(store.swapAndInsert({ ...change, value }, { ...row, value: {} })).rejects.toThrow(TypeError)
      await expect(store.swapAndInsert({ ...change, value: {} }, { ...row, value })).rejects.toThrow(TypeError)
    }
    expect(await store.read('device', 'a')).toEqual({ id: 'a', version: 1, value: { kept: true } })
    expect(await store.insert({ kind: 'device', id: 'b', value: {}, lookups: ['l'] })).toBe(true)
  })
}
