/** TOML (https://toml.io/en/v1.0.0) into the neutral form, as far as settings go: what breaks a rule of it is not read, dates are words. */
import type { Entry, Node, Obj } from '../neutral/tree.ts'
import { placesIn } from './lines.ts'
import type { Read } from './yaml.ts'

const DEEPEST = 50
const MOST_TABLES = 3_000
const BLANK = /[ \t]*/y
const BLANK_LINES = /(?:[ \t\r\n]|#[^\n]*)*/y
const END_OF_LINE = /[ \t]*(?:#[^\n]*)?(?:\r?\n|$)/y
const BARE = /[\w-]+/y
const WORD = /[^\s,\]}#]+/y
/** From the quotes on; what does not end there is no text. */
const LITERAL = /'([^'\n]*)'/y
const BASIC = /"([^"\\\n]*(?:\\.[^"\\\n]*)*)"/y
const LITERAL_LINES = /'''\r?\n?([^']*(?:'{1,2}[^']+)*)'{3,5}/y
const BASIC_LINES = /"""\r?\n?([^"\\]*(?:(?:"{1,2}(?!")|\\[^])[^"\\]*)*)"{3,5}/y

class Broken extends Error {}

type Table = Obj & { readonly entries: Entry[] }

/** Reads a text. */
export function readToml(text: string): Read {
  const placeOf = placesIn(text)
  const root = tableAt(1)
  let table = root
  let at = 0
  let tables = 0

  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at
    const match = pattern.exec(text)
    if (match !== null) at = pattern.lastIndex
    return match ?? undefined
  }
  const skip = (letters: string): void => {
    if (!text.startsWith(letters, at)) throw new Broken()
    at += letters.length
  }
  const place = () => placeOf(at)
  const keys = (): string[] => {
    const found: string[] = []
    do {
      take(BLANK)
      const key = take(BARE)?.[0] ?? take(BASIC)?.[1] ?? take(LITERAL)?.[1]
      if (key === undefined || found.length > DEEPEST) throw new Broken()
      found.push(key)
      take(BLANK)
    } while (take(/\./y) !== undefined)
    return found
  }
  const value = (depth: number): Node => {
    if (depth > DEEPEST) throw new Broken()
    const here = place()
    const string = take(BASIC_LINES) ?? take(LITERAL_LINES) ?? take(BASIC) ?? take(LITERAL)
    if (string !== undefined) return { kind: 'text', value: string[1] ?? '', ...here }
    if (text[at] === '[') return { kind: 'list', items: between('[', ']', () => value(depth + 1)), ...here }
    if (text[at] === '{') {
      const inline = { ...tableAt(here.line), column: here.column }
      between('{', '}', () => pair(inline, depth + 1))
      return inline
    }
    const word = take(WORD)?.[0] ?? ''
    if (word === '') throw new Broken()
    if (word === 'true' || word === 'false') return { kind: 'constant', value: word === 'true', ...here }
    return /^[+-]?\d[\d_]*(?:\.\d+)?$/.test(word)
      ? { kind: 'number', value: Number(word.replaceAll('_', '')), ...here }
      : { kind: 'other', children: [], ...here }
  }
  const between = <Item>(opens: string, closes: string, item: () => Item): Item[] => {
    const items: Item[] = []
    skip(opens)
    for (take(BLANK_LINES); text[at] !== closes; take(BLANK_LINES)) {
      items.push(item())
      take(BLANK_LINES)
      if (text[at] !== closes) skip(',')
    }
    skip(closes)
    return items
  }
  const pair = (into: Table, depth: number): void => {
    const { line } = place()
    const names = keys()
    skip('=')
    take(BLANK)
    const last = names.pop() ?? ''
    if (names.length > 0 && ++tables > MOST_TABLES) throw new Broken()
    tableBelow(into, names, line).entries.push({ key: last, value: value(depth) })
  }

  try {
    for (take(BLANK_LINES); at < text.length; take(BLANK_LINES)) {
      const { line } = place()
      if (text[at] === '[' && ++tables > MOST_TABLES) throw new Broken()
      if (text.startsWith('[[', at)) {
        skip('[[')
        const names = keys()
        skip(']]')
        table = itemBelow(root, names, line)
      } else if (text[at] === '[') {
        skip('[')
        table = tableBelow(root, keys(), line)
        skip(']')
      } else pair(table, 0)
      if (take(END_OF_LINE) === undefined) throw new Broken()
    }
    return { roots: [root] }
  } catch (error) {
    if (error instanceof Broken || error instanceof RangeError) return { roots: [], failure: 'it is not in the form that its name says' }
    throw error
  }
}

const tableAt = (line: number): Table => ({ kind: 'object', entries: [], line, column: 1 })

/** The table at the end of a way from another one; of a list of tables it is the last. */
function tableBelow(from: Table, names: readonly string[], line: number): Table {
  let table = from
  for (const name of names) {
    const known = table.entries.find(({ key }) => key === name)?.value
    const next = known?.kind === 'list' ? known.items.at(-1) : known
    if (next !== undefined && next.kind !== 'object') throw new Broken()
    if (next === undefined) {
      const fresh = tableAt(line)
      table.entries.push({ key: name, value: fresh })
      table = fresh
    } else table = next as Table
  }
  return table
}

function itemBelow(root: Table, names: readonly string[], line: number): Table {
  const table = tableBelow(root, names.slice(0, -1), line)
  const key = names.at(-1) ?? ''
  const known = table.entries.find((entry) => entry.key === key)?.value
  if (known !== undefined && known.kind !== 'list') throw new Broken()
  const item = tableAt(line)
  if (known === undefined) table.entries.push({ key, value: { kind: 'list', items: [item], line, column: 1 } })
  else (known.items as Node[]).push(item)
  return item
}
