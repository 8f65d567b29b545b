/**
 * A file of settings into the neutral form: YAML, and JSON, which is YAML but for its comments. Invariants: what is nested deeper than anybody writes is not handed
 * to the parser, and aliases of aliases come to an end.
 */
import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node as Yaml,
  parseAllDocuments,
  type Scalar,
} from 'yaml'
import type { Entry, Node } from '../neutral/tree.ts'

const DEEPEST_FLOW = 200
const DEEPEST_INDENT = 400
const DEEPEST = 100
const MOST_NODES = 100_000
/** Settings in settings in settings: a chart with a map of files, one of which holds another. */
const MOST_EMBEDDED = 2

export interface Read {
  /** One for each document, and for each text of several lines that is a document itself. */
  readonly roots: readonly Node[]
  /** Why it was not read, or not whole. */
  readonly failure?: string
}

/** Reads a text. `isWorthwhile` says of a text within it whether it may be a document that matters. */
export function readYaml(text: string, isWorthwhile: (text: string) => boolean): Read {
  return read(text, { isWorthwhile, firstLine: 1, firstColumn: 1, embedded: 0, left: { nodes: MOST_NODES } })
}

/** JSON with the comments and trailing commas that people put into it. */
export function readJson(text: string, isWorthwhile: (text: string) => boolean): Read {
  return readYaml(withoutComments(text), isWorthwhile)
}

interface Reading {
  readonly isWorthwhile: (text: string) => boolean
  readonly firstLine: number
  readonly firstColumn: number
  readonly embedded: number
  readonly left: { nodes: number }
}

class TooMuch extends Error {}

function read(text: string, reading: Reading): Read {
  if (isTooDeep(text)) return { roots: [], failure: 'nested deeper than anybody writes' }
  const lines = new LineCounter()
  const roots: Node[] = []
  try {
    const documents = parseAllDocuments(text, {
      lineCounter: lines,
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: 'silent',
      // A template of another language has to fail as a whole, and not to be half understood.
      strict: true,
    })
    for (const document of documents) {
      if (document.errors.length > 0) return { roots, failure: 'it is not in the form that its name says' }
      if (document.contents !== null) roots.push(...lowered(document, lines, reading))
    }
    return { roots }
  } catch (error) {
    if (error instanceof TooMuch || error instanceof RangeError) return { roots, failure: 'it is more than anybody writes' }
    throw error
  }
}

/** Seen from outside of any quotes: a little too much is no harm. */
function isTooDeep(text: string): boolean {
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 0x5b || code === 0x7b) depth++
    else if ((code === 0x5d || code === 0x7d) && depth > 0) depth--
    if (depth > DEEPEST_FLOW) return true
  }
  return new RegExp(`^(?: {${DEEPEST_INDENT}}|(?:[ \\t]*[-?:][ \\t]){${DEEPEST}})`, 'm').test(text)
}

function lowered(document: Document, lines: LineCounter, reading: Reading): Node[] {
  const anchors = new Map<string, Yaml>()
  const embedded: Node[] = []
  const placeOf = (node: Yaml) => {
    const { line, col } = lines.linePos(node.range?.[0] ?? 0)
    return { line: line + reading.firstLine - 1, column: col + reading.firstColumn - 1 }
  }
  const lower = (node: unknown, depth: number): Node => {
    if (depth > DEEPEST || --reading.left.nodes < 0) throw new TooMuch()
    const place = placeOf(node as Yaml)
    if (isAlias(node)) {
      const meant = anchors.get((node as Alias).source)
      return meant === undefined ? { kind: 'other', children: [], ...place } : lower(meant, depth + 1)
    }
    if ((isMap(node) || isSeq(node) || isScalar(node)) && node.anchor !== undefined) anchors.set(node.anchor, node as Yaml)
    if (isSeq(node)) return { kind: 'list', items: node.items.map((item) => lower(item, depth + 1)), ...place }
    if (isMap(node)) {
      const own: Entry[] = []
      const merged: Entry[] = []
      for (const { key, value } of node.items) {
        const name = isScalar(key) ? String(key.value) : undefined
        const below: Node = value === null ? { kind: 'constant', value: null, ...placeOf(key as Yaml) } : lower(value, depth + 1)
        if (name !== '<<') own.push({ ...(name === undefined ? {} : { key: name }), value: below })
        else for (const each of below.kind === 'list' ? below.items : [below]) if (each.kind === 'object') merged.push(...each.entries)
      }
      // https://yaml.org/type/merge.html: what stands here itself counts before what is merged, so it is found first.
      const entries = [...own, ...merged]
      return { kind: 'object', entries, ...place }
    }
    return isScalar(node) ? scalar(node, place) : { kind: 'other', children: [], ...place }
  }
  const scalar = (node: Scalar, place: { line: number; column: number }): Node => {
    const { value } = node
    // `!secret name`, `!ENV name`: what stands there is not the value.
    if (node.tag !== undefined && !node.tag.startsWith('tag:yaml.org,2002:')) return { kind: 'other', children: [], ...place }
    if (typeof value === 'string') {
      if ((value.includes('\n') || /^\s*[{[]/.test(value)) && reading.embedded < MOST_EMBEDDED && reading.isWorthwhile(value)) {
        const isLiteral = node.type === 'BLOCK_LITERAL'
        embedded.push(
          ...read(value, {
            ...reading,
            // The lines of a literal block are those of the file; any other text begins where it stands.
            firstLine: isLiteral ? place.line + 1 : place.line,
            embedded: reading.embedded + 1,
          }).roots.map((root) => (isLiteral ? root : onLine(root, place.line))),
        )
      }
      return { kind: 'text', value, ...place }
    }
    if (typeof value === 'number' || typeof value === 'bigint') return { kind: 'number', value: Number(value), ...place }
    return { kind: 'constant', value: typeof value === 'boolean' ? value : null, ...place }
  }
  return [lower(document.contents, 0), ...embedded]
}

/** What is written in one line of the file stands there, whatever lines it has itself. */
function onLine(node: Node, line: number): Node {
  if (node.kind === 'object')
    return { ...node, line, entries: node.entries.map((entry) => ({ ...entry, value: onLine(entry.value, line) })) }
  return node.kind === 'list' ? { ...node, line, items: node.items.map((item) => onLine(item, line)) } : { ...node, line }
}

/** A text, a comment, a comma before a bracket. What does not end goes to the end, so that nothing is gone through twice. */
const UNLIKE_YAML = /"[^"\\\n]*(?:\\.[^"\\\n]*)*["\\]?|\/\/[^\n]*|\/\*[^*]*(?:\*(?!\/)[^*]*)*(?:\*\/)?|,(?=\s*[\]}])/g

/** Comments and such commas become blanks, so that everything stays where it is. */
function withoutComments(text: string): string {
  return text.replace(UNLIKE_YAML, (found) => (found.startsWith('"') ? found : found.replace(/[^\n]/g, ' ')))
}
