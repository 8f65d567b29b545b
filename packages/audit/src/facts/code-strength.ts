/** How hard a code is to guess: its alphabet, its length, its bits. */
import type { Project } from '../link/project.ts'
import type { Call, Func, Node } from '../neutral/tree.ts'
import { lastName, lastWord, nodesIn, nodesOf, wordOf } from '../neutral/walk.ts'
import { folded } from './fold.ts'
import { type Origin, originsOf } from './trace.ts'

const LETTERS = 'abcdefghijklmnopqrstuvwxyz'
const NAMED: Readonly<Record<string, string>> = {
  ascii_lowercase: LETTERS,
  ascii_uppercase: LETTERS.toUpperCase(),
  ascii_letters: LETTERS + LETTERS.toUpperCase(),
  digits: '0123456789',
  hexdigits: '0123456789abcdef',
}

export interface Made {
  readonly func: Func
  readonly node: Node
  readonly origins: readonly Origin[]
}

/** What a code of a kind is made from: what its name, its key, or the function named after it is given. */
export function makingOf(project: Project, funcs: readonly Func[], kind: RegExp): Made[] {
  const found: Made[] = []
  const add = (node: Node, func: Func): void => {
    found.push({ func, node, origins: originsOf(project, node, func) })
  }
  for (const func of funcs) {
    if (kind.test(wordOf(func.name)) && /gen|new|make|create|random|build/i.test(func.name))
      found.push({
        func,
        node: func.body[0] ?? { kind: 'other', line: func.line, column: func.column, children: [] },
        origins: nodesIn(func).flatMap((node) =>
          node.kind === 'name' || node.kind === 'field' || node.kind === 'call' ? originsOf(project, node, func, true) : [{ node, func }],
        ),
      })
    for (const node of nodesIn(func)) {
      if (node.kind === 'assign' && kind.test(lastWord(node.target))) add(node.value, func)
      if (node.kind === 'object')
        for (const { key, value } of node.entries) if (key !== undefined && kind.test(wordOf(key))) add(value, func)
    }
  }
  return found
}

/** Constant texts that are alphabets: many characters, hardly any twice, no word among them. */
export function alphabetsIn(origins: readonly Origin[]): { readonly text: string; readonly origin: Origin }[] {
  const found: { text: string; origin: Origin }[] = []
  for (const origin of origins) {
    const { node } = origin
    const named = NAMED[lastName(node)]
    const text = node.kind === 'text' ? node.value : node.kind === 'binary' && node.op === '+' ? joined(node) : named
    if (text !== undefined && isAlphabet(text)) found.push({ text, origin })
  }
  return found
}

function joined(node: Node): string | undefined {
  if (node.kind === 'text') return node.value
  if (node.kind === 'binary' && node.op === '+') {
    const [left, right] = [joined(node.left), joined(node.right)]
    return left === undefined || right === undefined ? undefined : left + right
  }
  return NAMED[lastName(node)]
}

function isAlphabet(text: string): boolean {
  if (text.length < 10 || text.length > 70 || /[\s_/.:%]/.test(text)) return false
  const different = new Set(text).size
  return different / text.length > 0.95 && /^[A-Za-z0-9-]+$/.test(text) && different >= 10
}

/** Characters that people take for each other when they read a code aloud or off a screen. */
export function lookAlikes(alphabet: string): boolean {
  const has = (character: string): boolean => alphabet.toUpperCase().includes(character)
  return (has('0') && has('O')) || (has('1') && (has('I') || has('L')))
}

/** How many characters: the largest small number near the code; what is put together from parts counts them. */
export function lengthIn(project: Project, origins: readonly Origin[]): number | undefined {
  const numbers = origins.flatMap(({ node, func }) => {
    if (node.kind === 'call') {
      if (/^(?:slice|substring|substr|replace|floor)$/.test(lastWord(node.callee))) return []
      return node.args.flatMap(({ name, value }) =>
        name === undefined || /length|size|n$|k$|count/.test(name) ? (folded(project, value, func) ?? []) : [],
      )
    }
    return node.kind === 'binary' && /^[<>]=?$/.test(node.op) ? (folded(project, node.right, func) ?? []) : []
  })
  const small = numbers.filter((value) => Number.isInteger(value) && value >= 3 && value <= 24)
  if (small.length === 0) return undefined
  const most = Math.max(...small)
  return most < 6 ? most * small.filter((value) => value === most).length : most
}

/** Bits of a code that is made of random bytes or of a UUID; of several ways to make it the best. Undefined when it is made otherwise. */
export function bytesIn(project: Project, origins: readonly Origin[]): number | undefined {
  const drawn = origins.flatMap((origin) => drawnBits(project, origin) ?? [])
  if (drawn.length > 0) return Math.max(...drawn)
  for (const { node, func } of origins) {
    if (node.kind === 'call' && lastWord(node.callee) === 'make' && node.args[1] !== undefined) {
      const size = folded(project, node.args[1].value, func)
      if (size !== undefined && size >= 4) return size * 8
    }
  }
  return undefined
}

function drawnBits(project: Project, { node, func }: Origin): number | undefined {
  if (node.kind !== 'call') return undefined
  const word = lastWord(node.callee)
  const [first] = node.args
  if (/^(?:uuid4|random_uuid|uuid|new_random|new_string|v4|uuidv4|new_v4)$/.test(word)) return 122
  const size = first === undefined ? undefined : folded(project, first.value, func)
  if (size === undefined || size < 4 || size > 512) return undefined
  if (/bytes|uint8_?array|token_hex|token_urlsafe|token_bytes|urandom|random_buffer/.test(word)) return size * 8
  return /^(?:generate_token|generate_random_string|random_string|crypto_random_string|nanoid|get_random_string|secure_random_string)$/.test(
    word,
  )
    ? size * 5
    : undefined
}

/** Bits of a code that is written in hexadecimal digits or as one number; of several ways the best. Undefined when it is made otherwise. */
export function digitsIn(project: Project, origins: readonly Origin[]): number | undefined {
  const found = origins.flatMap(({ node, func }) =>
    node.kind === 'call' ? (hexBits(project, node, func) ?? numberBits(project, node, func) ?? []) : [],
  )
  return found.length === 0 ? undefined : Math.max(...found)
}

/** `randomBytes(4).toString('hex')`, `token_hex(4)`. */
function hexBits(project: Project, call: Call, func: Func): number | undefined {
  const drawn = (each: Node): number[] => {
    if (each.kind !== 'call' || !/bytes$|^token_hex$/.test(lastWord(each.callee))) return []
    const size = each.args[0] === undefined ? undefined : folded(project, each.args[0].value, func)
    return size === undefined || size > 64 ? [] : [size * 8]
  }
  if (lastWord(call.callee) === 'token_hex') return drawn(call)[0]
  if (lastWord(call.callee) !== 'to_string' || call.callee.kind !== 'field') return undefined
  if (!call.args.some(({ value }) => value.kind === 'text' && value.value === 'hex')) return undefined
  return [...nodesOf([call.callee.base])].flatMap(drawn)[0]
}

/** `randomInt(100000, 1000000)`, `randbelow(10 ** 6)`. */
function numberBits(project: Project, call: Call, func: Func): number | undefined {
  if (!/^(?:random_int|randint|randbelow|randrange|rand_int)$/.test(lastWord(call.callee))) return undefined
  const bounds = call.args.map(({ value }) => folded(project, value, func))
  const [first, second] = bounds
  const range = first === undefined ? undefined : bounds.length === 1 ? first : second === undefined ? undefined : second - first
  // A small one is the place of a character in an alphabet.
  return range === undefined || range < 1000 ? undefined : Math.log2(range)
}
