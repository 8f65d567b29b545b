/** Rows that a seed puts into a table, in the neutral form: `INSERT INTO clients (id, grant_types) VALUES ('a', '...')` is a map of columns. */
import type { Entry, Node } from '../neutral/tree.ts'
import type { Read } from './yaml.ts'

const INSERT = /\binsert\s+into\s+([\w."`[\]]{1,200})\s*\(([^()]{1,5000})\)\s*values\s*/gi
const MOST_ROWS = 2_000
/** A text, a number or a word; `ARRAY[` and brackets are told apart by what stands between. */
const VALUE = /\s*(?:[eEnN]?'((?:[^']|'')*)'|(-?\d+(?:\.\d+)?)|([\w.]+)|(\[)|(\])|(\()|(\))|(,)|([^\s]))/y

/** Reads the rows of tables whose names match. */
export function readSql(text: string, isMeant: (table: string) => boolean): Read {
  const lineAt = lineCounterOf(text)
  const roots: Node[] = []
  for (const match of text.matchAll(INSERT)) {
    const table =
      (match[1] ?? '')
        .replace(/["`[\]]/g, '')
        .split('.')
        .at(-1) ?? ''
    if (!isMeant(table)) continue
    const columns = (match[2] ?? '').split(',').map((name) => name.trim().replace(/["`[\]]/g, ''))
    const begin = match.index + match[0].length
    const items = rowsFrom(text, begin, columns, lineAt)
    roots.push({
      kind: 'object',
      entries: [{ key: table, value: { kind: 'list', items, line: lineAt(begin), column: 1 } }],
      line: lineAt(match.index),
      column: 1,
    })
  }
  return { roots }
}

function rowsFrom(text: string, begin: number, columns: readonly string[], lineAt: (at: number) => number): Node[] {
  const rows: Node[] = []
  VALUE.lastIndex = begin
  let values: Node[] | undefined
  /** The items of an array, when one is open; and what else is open, such as a call. */
  let array: Node[] | undefined
  let depth = 0
  let isFilled = false
  while (rows.length < MOST_ROWS) {
    const match = VALUE.exec(text)
    if (match === null) break
    const [all, string, number, word, opens, closes, left, right, comma, other] = match
    const place = { line: lineAt(match.index + all.length - all.trimStart().length), column: 1 }
    if (values === undefined) {
      if (left !== undefined) [values, isFilled] = [[], false]
      else if (comma === undefined) break
      continue
    }
    const put = (node: Node): void => {
      if (array !== undefined) array.push(node)
      else if (!isFilled && depth === 0) {
        values?.push(node)
        isFilled = true
      }
    }
    if (string !== undefined) put({ kind: 'text', value: string.replaceAll("''", "'"), ...place })
    else if (number !== undefined) put({ kind: 'number', value: Number(number), ...place })
    else if (word !== undefined) {
      if (!/^array$/i.test(word)) put(constantOf(word, place))
    } else if (opens !== undefined) array = []
    else if (closes !== undefined && array !== undefined) {
      const items = array
      array = undefined
      put({ kind: 'list', items, ...place })
    } else if (left !== undefined) depth++
    else if (right !== undefined && depth > 0) depth--
    else if (right !== undefined) {
      rows.push(rowOf(columns, values, place.line))
      values = undefined
    } else if (comma !== undefined && depth === 0 && array === undefined) {
      if (!isFilled) values.push({ kind: 'other', children: [], ...place })
      isFilled = false
    } else if (other === ';') break
  }
  return rows
}

function constantOf(word: string, place: { line: number; column: number }): Node {
  if (/^(?:true|false|null)$/i.test(word)) return { kind: 'constant', value: /^null$/i.test(word) ? null : /^true$/i.test(word), ...place }
  return { kind: 'other', children: [], ...place }
}

function rowOf(columns: readonly string[], values: readonly Node[], line: number): Node {
  const entries = columns.flatMap((key, index): Entry[] => {
    const value = values[index]
    return value === undefined ? [] : [{ key, value }]
  })
  return { kind: 'object', entries, line: values[0]?.line ?? line, column: 1 }
}

/** Lines of growing places, each looked for from the last one. */
function lineCounterOf(text: string): (at: number) => number {
  let [known, line] = [0, 1]
  return (at) => {
    if (at < known) [known, line] = [0, 1]
    for (let next = text.indexOf('\n', known); next >= 0 && next < at; next = text.indexOf('\n', next + 1))
      [line, known] = [line + 1, next + 1]
    return line
  }
}
