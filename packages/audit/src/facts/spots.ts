/** Finding nodes in many functions at once. */
import type { Call, Func, Node } from '../neutral/tree.ts'
import { lastWord, nodesIn, nodesOf, wordOf } from '../neutral/walk.ts'
import type { Spot } from '../neutral/spot.ts'

/** Every node in the functions that a test holds for. A node in a lambda is found once, in the innermost function given. */
export function spotsWhere(funcs: Iterable<Func>, holds: (node: Node, func: Func) => boolean): Spot[] {
  const seen = new Map<Node, Func>()
  for (const func of funcs) {
    for (const node of nodesIn(func)) {
      const known = seen.get(node)
      if (known !== undefined ? func.endLine - func.line < known.endLine - known.line : holds(node, func)) seen.set(node, func)
    }
  }
  return [...seen].map(([node, func]) => ({ func, node }))
}

export function callsWhere(funcs: Iterable<Func>, holds: (call: Call, func: Func) => boolean): (Spot & { node: Call })[] {
  return spotsWhere(funcs, (node, func) => node.kind === 'call' && holds(node, func)) as (Spot & { node: Call })[]
}

/** Names, members, keys and short texts at and below nodes, as words. */
export function spokenIn(nodes: Iterable<Node>): Set<string> {
  const words = new Set<string>()
  for (const node of nodesOf(nodes)) {
    if (node.kind === 'name' || node.kind === 'field') words.add(lastWord(node))
    else if (node.kind === 'text' && node.value.length < 80) words.add(wordOf(node.value))
    else if (node.kind === 'object') for (const { key } of node.entries) if (key !== undefined) words.add(wordOf(key))
  }
  return words
}

/** All words spoken in functions, names of parameters included. */
export function spokenBy(funcs: Iterable<Func>): Set<string> {
  const words = new Set<string>()
  for (const func of funcs) {
    for (const { name } of func.params) words.add(wordOf(name))
    for (const word of spokenIn([...func.body, ...func.decorators])) words.add(word)
  }
  return words
}

/** The last word of each node in a function, and short texts; names of parameters included. Keys of objects are not among them. */
export function wordsAt(func: Func): Set<string> {
  const words = new Set(nodesIn(func).map((node) => (node.kind === 'text' && node.value.length < 40 ? wordOf(node.value) : lastWord(node))))
  for (const { name } of func.params) words.add(wordOf(name))
  return words
}

export function hasWord(words: Iterable<string>, pattern: RegExp): boolean {
  for (const word of words) if (pattern.test(word)) return true
  return false
}

/** Calls without those that only look at a value: `len(x)`, `x.length`, masks. */
export const MASKS =
  /^(?:len|length|mask|redact|sanitize|truncate|slice|substring|substr|hash|sha256|digest|bool|boolean|type|typeof|obfuscate|fingerprint|scrub|safe|partial|preview|isset|exists|keys|has)/
