/** Rows that a seed puts into a table, in the neutral form: `INSERT INTO clients (id, grant_types) VALUES ('a', '...')` is a map of columns. */
import type { Entry, Node } from '../neutral/tree.ts'
import { placesIn } from './lines.ts'
import type { Read } from './yaml.ts'

const INSERT = /\binsert\s+into\s+([\w."`[\]]{1,200})\s*\(([^()]{1,5000})\)\s*values\s*/gi
const MOST_ROWS = 2_000
/** A text, a number or a word; `ARRAY[` and brackets are told apart by what stands between. */
const VALUE = /\s*(?:[eEnN]?'([^']*(?:''[^']*)*)'|(-?\d+(?:\.\d+)?)|([\w.]+)|(\[)|(\])|(\()|(\))|(,)|([^\s]))/y

/** Reads the rows of tables whose names match. */
export function readSql(text: string, isMeant: (table: string) => boolean): Read {
  const placeOf = placesIn(text)
  const insert = new RegExp(INSERT)
  const roots: Node[] = []
  for (let match = insert.exec(text); match !== null; match = insert.exec(text)) {
    const table =
      nameIn(match[1] ?? '')
        .split('.')
        .at(-1) ?? ''
    if (!isMeant(table)) continue
    const columns = (match[2] ?? '').split(',').map(nameIn)
    const place = placeOf(match.index)
    const items: Node[] = []
    // Nothing is gone through twice, wherever the rows end.
    insert.lastIndex = rowsFrom(text, insert.lastIndex, columns, placeOf, items)
    roots.push({ kind: 'object', entries: [{ key: table, value: { kind: 'list', items, ...place } }], ...place })
  }
  return { roots }
}

const nameIn = (quoted: string): string => quoted.trim().replace(/["`[\]]/g, '')

/** Puts the rows from a place on into a list, and says where they end. */
function rowsFrom(text: string, begin: number, columns: readonly string[], placeOf: ReturnType<typeof placesIn>, rows: Node[]): number {
  const pattern = new RegExp(VALUE)
  pattern.lastIndex = begin
  let values: Node[] | undefined
  /** The items of an array, when one is open; and what else is open, such as a call. */
  let array: Node[] | undefined
  let depth = 0
  let isFilled = false
  while (rows.length < MOST_ROWS) {
    const match = pattern.exec(text)
    if (match === null) return text.length
    const [all, string, number, word, opens, closes, left, right, comma, other] = match
    const place = placeOf(match.index + all.length - all.trimStart().length)
    if (values === undefined) {
      if (left !== undefined) [values, isFilled] = [[], false]
      // The next statement, or the end of this one.
      else if (comma === undefined) return match.index
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
      rows.push(rowOf(columns, values, place))
      values = undefined
    } else if (comma !== undefined && depth === 0 && array === undefined) {
      if (!isFilled) values.push({ kind: 'other', children: [], ...place })
      isFilled = false
    } else if (other === ';') break
  }
  return pattern.lastIndex
}

function constantOf(word: string, place: { line: number; column: number }): Node {
  if (/^(?:true|false|null)$/i.test(word)) return { kind: 'constant', value: /^null$/i.test(word) ? null : /^true$/i.test(word), ...place }
  return { kind: 'other', children: [], ...place }
}

function rowOf(columns: readonly string[], values: readonly Node[], end: { line: number; column: number }): Node {
  const entries = columns.flatMap((key, index): Entry[] => {
    const value = values[index]
    return value === undefined ? [] : [{ key, value }]
  })
  const { line, column } = values[0] ?? end
  return { kind: 'object', entries, line, column }
}
