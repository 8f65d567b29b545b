/** What an expression is worth under a scenario, as far as that is certain. Runs nothing. */
import type { Call, Node } from '../neutral/tree.ts'
import { lastName, lastWord, pathOf, wordOf } from '../neutral/walk.ts'
import { codeIn, codeNamed } from './codes.ts'
import { type Scenario, statusNamed } from './scenario.ts'
import { areEqual, constant, NOTHING, REPLY, truthOf, UNKNOWN, type Value } from './value.ts'

export interface Surroundings {
  readonly scenario: Scenario
  readonly values: ReadonlyMap<string, Value>
  /** The value that a name has outside of the function; undefined when it has none that is known. */
  readonly global: (name: string) => Node | undefined
  /** What a call comes to, when it was walked through. */
  readonly called: (call: Call) => Value | undefined
}

const CONTAINS =
  /^(?:includes|contains|has|starts_?with|ends_?with|has_prefix|has_suffix|index_?of|search|match|test|is|as|contains_?any|equal_?fold|equals|some|any|find|get_?or_?default)$/
const TOKENS = new Set(['access_token', 'accesstoken', 'id_token', 'refresh_token'])
const ERRORS = new Set(['error', 'error_code', 'errorcode', 'err_code', 'oauth_error', 'error_type'])
const STATUSES = new Set(['status', 'status_code', 'http_status', 'statuscode'])

export function evaluate(node: Node, around: Surroundings, depth = 0): Value {
  if (depth > 30) return UNKNOWN
  const sub = (each: Node): Value => evaluate(each, around, depth + 1)
  switch (node.kind) {
    case 'text':
    case 'number':
    case 'constant':
      return constant(node.value)
    case 'name': {
      const known = around.values.get(node.name)
      if (known !== undefined) return known
      return named(node, around, depth)
    }
    case 'field':
      return fieldOf(node, sub(node.base), around, depth)
    case 'index': {
      const base = sub(node.base)
      if (base.is === 'list' && node.index.kind === 'number') return base.items[node.index.value] ?? UNKNOWN
      const key = sub(node.index)
      return key.is === 'constant' && typeof key.value === 'string'
        ? wire(key.value, base, around)
        : base.is === 'reply' || base.is === 'success'
          ? base
          : UNKNOWN
    }
    case 'object':
      return {
        is: 'object',
        fields: new Map(node.entries.flatMap(({ key, value }) => (key === undefined ? [] : [[key, sub(value)] as const]))),
      }
    case 'list':
      return { is: 'list', items: node.items.map(sub) }
    case 'call':
      return callOf(node, around, depth)
    case 'unary': {
      if (node.op === '*' || node.op === '<-') return sub(node.operand)
      const truth = truthOf(sub(node.operand))
      return node.op === '!' && truth !== undefined ? constant(!truth) : UNKNOWN
    }
    case 'conditional': {
      const truth = truthOf(sub(node.test))
      return truth === undefined ? UNKNOWN : sub(truth ? node.yes : node.no)
    }
    case 'assign':
      return sub(node.value)
    case 'binary':
      return binary(node.op, node, around, depth)
    default:
      return UNKNOWN
  }
}

function named(node: Node, around: Surroundings, depth: number): Value {
  const name = lastName(node)
  const status = statusNamed(wordOf(name))
  if (status !== undefined && /status|http/i.test(pathOf(node).join('.'))) return constant(status)
  const global = around.global(pathOf(node).slice(-2).join('.')) ?? around.global(name)
  // What a class holds in place of what it will be given says nothing of what it was given.
  const stands = node.kind === 'field' && global?.kind === 'constant' && global.value === null
  if (global !== undefined && depth < 12 && !stands) {
    if (global.kind === 'text' || global.kind === 'number' || global.kind === 'constant') return constant(global.value)
    // A sentinel is known by its name; what was said when it was made stays with it.
    if (global.kind === 'call' && /^(?:New|Errorf|Error|Symbol)$/.test(lastName(global))) return errorOf(name, global, around, depth)
    if (global.kind === 'list' || global.kind === 'call') return evaluate(global, { ...around, values: new Map() }, depth + 4)
    if (global.kind === 'object' && name.startsWith('Err')) return { is: 'error', name, says: textsOf(global) }
  }
  const code = codeNamed(name)
  if (code !== undefined && /^[A-Z]/.test(name)) return { is: 'error', name, says: [code] }
  return UNKNOWN
}

function textsOf(node: Node): string[] {
  if (node.kind === 'text') return [node.value]
  if (node.kind === 'object') return node.entries.flatMap(({ value }) => textsOf(value))
  return node.kind === 'call' ? node.args.flatMap(({ value }) => textsOf(value)) : []
}

function errorOf(name: string, call: Call, around: Surroundings, depth: number): Value {
  const says = call.args.flatMap(({ value }) => {
    const known = evaluate(value, around, depth + 4)
    if (known.is === 'error') return known.says
    return known.is === 'constant' && typeof known.value === 'string' ? [known.value] : textsOf(value)
  })
  return { is: 'error', name, says }
}

/** A member on the wire: the scenario says what `error`, `status` and the tokens are. */
function wire(name: string, base: Value, { scenario }: Surroundings): Value {
  if (base.is === 'object' && base.fields.size > 0) return base.fields.get(name) ?? NOTHING
  const word = wordOf(name)
  if (base.is === 'error') {
    const code = base.says.map(codeIn).find((each) => each !== undefined)
    return code !== undefined && /error|code|message|name|type|reason/.test(word) ? constant(code) : UNKNOWN
  }
  if (base.is === 'constant') return base.value === null ? NOTHING : UNKNOWN
  if (base.is === 'success') {
    if (ERRORS.has(word) || /^(?:is|has)_error$/.test(word)) return NOTHING
    if (STATUSES.has(word)) return constant(200)
    return /^(?:ok|is_ok|is_success)$/.test(word) ? constant(true) : base
  }
  if (ERRORS.has(word)) return constant(scenario.error)
  if (TOKENS.has(word)) return NOTHING
  if (STATUSES.has(word)) return constant(scenario.status)
  if (word === 'ok' || word === 'is_success' || word === 'is_ok') return constant(scenario.status < 400)
  if (word === 'is_error' || word === 'has_error') return constant(true)
  return base.is === 'reply' && !/interval|retry|description|message/.test(word) ? REPLY : UNKNOWN
}

function fieldOf(node: Node & { kind: 'field' }, base: Value, around: Surroundings, depth: number): Value {
  const path = pathOf(node).join('.')
  const known = around.values.get(path)
  if (known !== undefined) return known
  if (base.is === 'unknown') {
    const global = named(node, around, depth)
    if (global.is !== 'unknown') return global
  }
  // `requests.codes.ok` is a number; `response.ok` is what the scenario says.
  if (path.endsWith('codes.ok')) return constant(200)
  return wire(node.name, base, around)
}

function callOf(call: Call, around: Surroundings, depth: number): Value {
  const walked = around.called(call)
  if (walked !== undefined) return walked
  const name = lastWord(call.callee)
  const base = call.callee.kind === 'field' ? evaluate(call.callee.base, around, depth + 1) : UNKNOWN
  const [first] = call.args
  if (name === 'isinstance' && call.args[1] !== undefined && first !== undefined)
    return isOfType(first.value, call.args[1].value, around, depth)
  if (CONTAINS.test(name)) {
    const parties = [...(call.callee.kind === 'field' ? [call.callee.base] : []), ...call.args.map(({ value }) => value)]
    const truth = containment(parties, around, depth)
    if (truth !== undefined) return constant(truth)
  }
  if ((name === 'get' || name === 'get_value' || name === 'pop') && first !== undefined) {
    const key = evaluate(first.value, around, depth + 1)
    if (key.is === 'constant' && typeof key.value === 'string') return wire(key.value, base, around)
  }
  if (
    call.callee.kind === 'name' &&
    (name === 'set' || name === 'new_set' || name === 'frozenset' || name === 'tuple' || name === 'list') &&
    first !== undefined
  )
    return evaluate(first.value, around, depth + 1)
  if (
    /^(?:string|str|lower|to_lower|upper|trim|strip|to_string|deref|unwrap|ptr|bool|boolean|await|int|cast|error_code|value)$/.test(name)
  ) {
    return call.callee.kind === 'field' ? base : first === undefined ? UNKNOWN : evaluate(first.value, around, depth + 1)
  }
  if (/^(?:json|text|body|read_all|loads|load|parse|from_json|clone|model_validate|decode)$/.test(name)) {
    const known = [base, ...call.args.map(({ value }) => evaluate(value, around, depth + 1))]
    return known.find(({ is }) => is === 'reply' || is === 'success') ?? UNKNOWN
  }
  if (
    call.isNew ||
    /(?:Error|Exception|Errorf|Failure|Denied|Expired)$/.test(lastName(call.callee)) ||
    (/^New$/.test(lastName(call.callee)) && /errors?$/.test(pathOf(call.callee)[0] ?? ''))
  ) {
    if (/^(?:Set|Map|Array|Promise|URL|URLSearchParams|Date|Request|FormData|Headers)$/.test(lastName(call.callee))) {
      return /^(?:Set|Array)$/.test(lastName(call.callee)) && first !== undefined ? evaluate(first.value, around, depth + 1) : UNKNOWN
    }
    return errorOf(lastName(call.callee), call, around, depth)
  }
  return UNKNOWN
}

/** Whether `error instanceof SlowDownError` holds: by name, or by the code that the name says. */
function isOfType(value: Node, type: Node, around: Surroundings, depth: number): Value {
  const known = evaluate(value, around, depth + 1)
  const types = type.kind === 'list' ? type.items : [type]
  if (known.is === 'error') {
    if (types.some((each) => lastName(each) === known.name)) return constant(true)
    return types.every((each) => codeNamed(lastName(each)) !== undefined) ? constant(false) : UNKNOWN
  }
  // An answer that came as JSON is an object.
  if (known.is === 'reply' && types.every((each) => /^(?:dict|Dict|Mapping|Object)$/.test(lastName(each)))) return constant(true)
  const codes = types.map((each) => codeNamed(lastName(each)))
  return codes.every((code) => code !== undefined) ? constant(codes.includes(around.scenario.error)) : UNKNOWN
}

function sayings(value: Value): string[] | undefined {
  if (value.is === 'constant') return typeof value.value === 'string' ? [value.value] : undefined
  if (value.is === 'error') return value.says.length > 0 ? [...value.says, value.name] : [value.name]
  if (value.is === 'list') {
    const all = value.items.map((each) => sayings(each))
    return all.every((each) => each !== undefined) ? all.flat() : undefined
  }
  return undefined
}

/** Whether one of the parties contains another: decided by which codes are spoken of. */
function containment(parties: readonly Node[], around: Surroundings, depth: number): boolean | undefined {
  const values = parties.map((each) => evaluate(each, around, depth + 1))
  const errors = values.filter((each) => each.is === 'error')
  if (errors.length === 2) return errors[0]?.name === errors[1]?.name
  if (values.length === 2 && values.some((each) => each.is === 'constant' && each.value === null)) return false
  const said = values.map((each) => sayings(each)?.flatMap((text) => codeIn(text) ?? codeNamed(text) ?? []))
  const spoken = said.filter((each) => each !== undefined && each.length > 0)
  if (spoken.length === 0) return undefined
  if (spoken.length === 1) {
    // `data` holds "error", not a code; what is unknown is the code of the scenario.
    return spoken[0]?.includes(around.scenario.error)
  }
  return spoken[0]?.some((code) => spoken[1]?.includes(code))
}

function binary(op: string, node: Node & { kind: 'binary' }, around: Surroundings, depth: number): Value {
  const left = evaluate(node.left, around, depth + 1)
  if (op === '&&' || op === '||') {
    const truth = truthOf(left)
    if (truth === (op === '||')) return left
    const right = evaluate(node.right, around, depth + 1)
    if (truth !== undefined) return right
    return truthOf(right) === (op === '||') ? constant(op === '||') : UNKNOWN
  }
  if (op === '??') {
    const nothing = left.is === 'constant' && left.value === null
    return nothing ? evaluate(node.right, around, depth + 1) : left
  }
  const right = evaluate(node.right, around, depth + 1)
  if (op === '==' || op === '!=') {
    const equal = equality(left, right, around)
    return equal === undefined ? UNKNOWN : constant(equal === (op === '=='))
  }
  if (op === 'in' || op === 'not in') {
    const within = membership(left, right, [node.left, node.right], around, depth)
    return within === undefined ? UNKNOWN : constant(within === (op === 'in'))
  }
  if (op === 'instanceof') {
    return isOfType(node.left, node.right, around, depth)
  }
  if (left.is === 'constant' && right.is === 'constant' && typeof left.value === 'number' && typeof right.value === 'number') {
    const [a, b] = [left.value, right.value]
    const results: Record<string, boolean> = { '<': a < b, '>': a > b, '<=': a <= b, '>=': a >= b }
    return op in results ? constant(results[op] ?? false) : UNKNOWN
  }
  return UNKNOWN
}

function equality(left: Value, right: Value, around: Surroundings): boolean | undefined {
  const certain = areEqual(left, right)
  if (certain !== undefined) return certain
  // An unknown thing that is compared with an error code is the error code that came.
  for (const [one, other] of [
    [left, right],
    [right, left],
  ] as const) {
    if (other.is !== 'unknown' && other.is !== 'reply' && other.is !== 'constant') continue
    if (other.is === 'constant' && typeof other.value !== 'string') continue
    const code =
      one.is === 'constant' && typeof one.value === 'string'
        ? codeIn(one.value)
        : one.is === 'error'
          ? (one.says.map(codeIn).find((each) => each !== undefined) ?? codeNamed(one.name))
          : undefined
    if (code !== undefined) return (other.is === 'constant' ? codeIn(String(other.value)) : around.scenario.error) === code
  }
  return undefined
}

function membership(left: Value, right: Value, nodes: readonly [Node, Node], around: Surroundings, depth: number): boolean | undefined {
  if (left.is === 'constant' && typeof left.value === 'string' && codeIn(left.value) === undefined) {
    // `"access_token" in answer`
    const word = wordOf(left.value)
    if (right.is === 'object') return right.fields.has(left.value)
    if (TOKENS.has(word)) return false
    return ERRORS.has(word) ? true : undefined
  }
  return containment(nodes, around, depth)
}
