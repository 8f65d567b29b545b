/** One way through a program, and how it changes. */
import type { Call, Func, Loop, Node, Try } from '../neutral/tree.ts'
import { childrenOf, nodesOf, pathOf } from '../neutral/walk.ts'
import { codeNamed } from './codes.ts'
import type { Scenario } from './scenario.ts'
import { UNKNOWN, type Value } from './value.ts'

const MOST_WAYS = 24

/** One way through the program so far. */
export interface Way {
  readonly values: ReadonlyMap<string, Value>
  readonly calls: ReadonlyMap<Call, Value>
  readonly requested: boolean
  readonly waited: boolean
  readonly raised: boolean
  /** The timer that asks again was taken away. */
  readonly stopped: boolean
  /** What was waited for since the round began. */
  readonly waits: readonly Waiting[]
}

/** Before anything was done. */
export const START: Way = { values: new Map(), calls: new Map(), requested: false, waited: false, raised: false, stopped: false, waits: [] }

/** A call that waits, or a reception from a timer. */
export interface Waiting {
  readonly node: Node
  readonly func: Func
}

/** Calls, assignments, objects and receptions in an expression, in the order in which they happen. Lambdas are not entered. */
export function inOrder(node: Node): Node[] {
  const found: Node[] = []
  const visit = (each: Node): void => {
    if (each.kind === 'lambda') return
    if (each.kind === 'call') {
      visit(each.callee)
      for (const { value } of each.args) visit(value)
      found.push(each)
    } else if (each.kind === 'assign') {
      visit(each.value)
      found.push(each)
    } else {
      for (const child of childrenOf(each)) visit(child)
      if (each.kind === 'object') found.push(each)
      if (each.kind === 'unary' && each.op === '<-' && !/done/i.test(pathOf(each.operand).join('.'))) found.push(each)
    }
  }
  visit(node)
  return found
}

/** Whether a function that was handed on is called somewhere in a node. */
export function callsHanded(node: Node, { values }: Way): boolean {
  return [...nodesOf([node])].some(
    (each) => each.kind === 'call' && each.callee.kind === 'name' && values.get(each.callee.name)?.is === 'function',
  )
}

/** Ways that have come to the same are one: what calls came to matters only within a statement. */
export function merged(ways: readonly Way[]): Way[] {
  if (ways.length < 2) return [...ways]
  const different = new Map<string, Way>()
  for (const way of ways) {
    const known = [...way.values].map(([name, value]) => `${name}=${told(value)}`).sort()
    const key = [way.requested, way.waited, way.raised, way.stopped, way.waits.length, ...known].join('\n')
    if (!different.has(key)) different.set(key, { ...way, calls: new Map() })
  }
  return [...different.values()]
}

function told(value: Value): string {
  switch (value.is) {
    case 'constant':
      return JSON.stringify(value.value)
    case 'error':
      return `${value.name} ${value.says.join()}`
    case 'list':
      return value.items.map(told).join()
    case 'object':
      return [...value.fields].map(([name, each]) => `${name}:${told(each)}`).join()
    default:
      return value.is
  }
}

/** Not every way can be followed: those that asked the server already come first. */
export function fewest(ways: readonly Way[]): Way[] {
  if (ways.length <= MOST_WAYS) return [...ways]
  return [...ways.filter(({ requested }) => requested), ...ways.filter(({ requested }) => !requested)].slice(0, MOST_WAYS)
}

export function waiting(way: Way, node: Node, func: Func): Way {
  return { ...way, waited: true, waits: [...way.waits, { node, func }] }
}

export function assigned(target: Node, value: Value, way: Way): Way {
  const values = new Map(way.values)
  const set = (each: Node, what: Value): void => {
    if (each.kind === 'list') {
      each.items.forEach((item, index) => set(item, what.is === 'list' ? (what.items[index] ?? UNKNOWN) : UNKNOWN))
    } else if (each.kind === 'name') values.set(each.name, what)
    else if (each.kind === 'field') values.set(pathOf(each).join('.'), what)
  }
  set(target, value)
  return { ...way, values }
}

/** What changes in a loop is not what it was before it. */
export function withoutChanged(values: ReadonlyMap<string, Value>, node: Loop): Map<string, Value> {
  const kept = new Map(values)
  for (const each of nodesOf([node])) {
    if (each.kind !== 'assign') continue
    for (const target of each.target.kind === 'list' ? each.target.items : [each.target]) kept.delete(pathOf(target).join('.'))
  }
  return kept
}

/** `except BadRequest`, or codes that are told apart where errors are caught: an answer with an error is caught, though nobody saw it thrown. */
export function namesRefusal({ handlers }: Try, { status }: Scenario): boolean {
  const tells = (body: readonly Node[]): boolean =>
    [...nodesOf(body)].some((each) => each.kind === 'text' && /^(?:authorization_pending|slow_down)$/.test(each.value))
  return (
    status >= 400 &&
    handlers.some(({ types, body }) => types.some((type) => /BadRequest|Api(?:Error|Exception)$/i.test(type)) || tells(body))
  )
}

/** Whether a handler for these types takes a value: undefined when it could be either. */
export function catches(types: readonly string[], value: Value, scenario: Scenario): boolean | undefined {
  if (types.length === 0 || types.some((type) => type === 'Exception' || type === 'BaseException')) return true
  const codes = types.map(codeNamed)
  if (value.is === 'error') {
    if (types.some((type) => type.split('.').at(-1) === value.name)) return true
    return codes.every((code) => code !== undefined) || /^(?:Key|Value|Type)Error$|Timeout|Connect/.test(types.join(' '))
      ? false
      : undefined
  }
  if (codes.every((code) => code !== undefined)) return codes.some((code) => code === scenario.error)
  return types.every((type) => /Timeout|Connect|KeyError|JSONDecode|Keyboard|Cancel|SSL/.test(type)) ? false : undefined
}
