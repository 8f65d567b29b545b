/** Expressions of Python. */
import type { Node as Syntax } from 'web-tree-sitter'
import type { Argument, Entry, Func, Node } from '../neutral/tree.ts'
import { at, field, numberOf, operatorOf, other, partsOf, unquoted } from './making.ts'

/** How a function without a name is lowered. */
export interface Scope {
  readonly lambda: (node: Syntax) => Func
}

/** What has no meaning of its own: what stands in it counts. */
const WRAPPERS = new Set(['parenthesized_expression', 'await', 'case_pattern', 'type', 'as_pattern_target'])

export function expression(node: Syntax | null, scope: Scope): Node {
  if (node === null) return { kind: 'other', line: 0, column: 0, children: [] }
  const place = at(node)
  const sub = (name: string): Node => expression(field(node, name), scope)
  const all = (): Node[] => partsOf(node).map((each) => expression(each, scope))
  if (WRAPPERS.has(node.type)) return expression(partsOf(node)[0] ?? null, scope)
  switch (node.type) {
    case 'identifier':
      return { kind: 'name', ...place, name: node.text }
    case 'dotted_name':
      return dotted(node)
    case 'true':
    case 'false':
      return { kind: 'constant', ...place, value: node.type === 'true' }
    case 'none':
      return { kind: 'constant', ...place, value: null }
    case 'integer':
    case 'float':
      return { kind: 'number', ...place, value: numberOf(node.text) ?? Number.NaN }
    case 'string':
      return text(node, scope)
    case 'concatenated_string':
      return joined(node, all())
    case 'attribute':
      return { kind: 'field', ...place, base: sub('object'), name: field(node, 'attribute')?.text ?? '' }
    case 'subscript': {
      const [base, index] = [sub('value'), sub('subscript')]
      return index.kind === 'text' ? { kind: 'field', ...place, base, name: index.value } : { kind: 'index', ...place, base, index }
    }
    case 'call':
      return { kind: 'call', ...place, callee: sub('function'), args: argumentsOf(field(node, 'arguments'), scope), isNew: false }
    case 'list':
    case 'tuple':
    case 'set':
    case 'pattern_list':
    case 'tuple_pattern':
    case 'expression_list':
      return { kind: 'list', ...place, items: all() }
    case 'dictionary':
      return { kind: 'object', ...place, entries: partsOf(node).map((each) => entry(each, scope)) }
    case 'binary_operator':
    case 'boolean_operator':
      return { kind: 'binary', ...place, op: operatorOf(field(node, 'operator')?.text ?? ''), left: sub('left'), right: sub('right') }
    case 'comparison_operator':
      return comparison(node, scope)
    case 'not_operator':
      return { kind: 'unary', ...place, op: '!', operand: sub('argument') }
    case 'unary_operator':
      return { kind: 'unary', ...place, op: field(node, 'operator')?.text ?? '-', operand: sub('argument') }
    case 'conditional_expression': {
      const [then, test, otherwise] = all()
      return then === undefined || test === undefined || otherwise === undefined
        ? other(node, [])
        : { kind: 'conditional', ...place, test, yes: then, no: otherwise }
    }
    case 'named_expression':
      return { kind: 'assign', ...place, op: '=', target: sub('name'), value: sub('value'), declares: true }
    case 'lambda':
      return { kind: 'lambda', ...place, func: scope.lambda(node) }
    default:
      return other(node, all())
  }
}

function dotted(node: Syntax): Node {
  const place = at(node)
  const [first, ...more] = node.text.split('.')
  return more.reduce<Node>((base, name) => ({ kind: 'field', ...place, base, name }), { kind: 'name', ...place, name: first ?? '' })
}

function text(node: Syntax, scope: Scope): Node {
  const raw = /^[a-zA-Z]*r/i.test(node.text.match(/^[a-zA-Z]*/)?.[0] ?? '')
  const parts = partsOf(node).flatMap((each): Node[] => {
    if (each.type === 'string_content') return [{ kind: 'text', ...at(each), value: raw ? each.text : unquoted(each.text) }]
    return each.type === 'interpolation' ? [expression(field(each, 'expression') ?? partsOf(each)[0] ?? null, scope)] : []
  })
  return joined(node, parts)
}

function joined(node: Syntax, pieces: readonly Node[]): Node {
  const parts = pieces.flatMap((each) => (each.kind === 'template' ? each.parts : [each]))
  if (!parts.every(({ kind }) => kind === 'text')) return { kind: 'template', ...at(node), parts }
  return { kind: 'text', ...at(node), value: parts.map((part) => (part.kind === 'text' ? part.value : '')).join('') }
}

function argumentsOf(node: Syntax | null, scope: Scope): Argument[] {
  if (node === null) return []
  if (node.type !== 'argument_list') return [{ value: expression(node, scope) }]
  return partsOf(node).map((each): Argument => {
    if (each.type !== 'keyword_argument') return { value: expression(each, scope) }
    return { name: field(each, 'name')?.text ?? '', value: expression(field(each, 'value'), scope) }
  })
}

function entry(node: Syntax, scope: Scope): Entry {
  if (node.type !== 'pair') return { value: expression(partsOf(node)[0] ?? null, scope) }
  const [key, value] = [expression(field(node, 'key'), scope), expression(field(node, 'value'), scope)]
  return key.kind === 'text' ? { key: key.value, value } : { computed: key, value }
}

/** A comparison chain `a < b < c` is two comparisons. */
function comparison(node: Syntax, scope: Scope): Node {
  const operands = partsOf(node).map((each) => expression(each, scope))
  const operators = node.children.filter((each) => !each.isNamed).map((each) => operatorOf(each.text))
  const pairs = operands.slice(1).map((right, index): Node => {
    const left = operands[index] ?? right
    return { kind: 'binary', line: left.line, column: left.column, op: operators[index] ?? '==', left, right }
  })
  const [first, ...more] = pairs
  if (first === undefined) return other(node, operands)
  return more.reduce<Node>((left, right) => ({ kind: 'binary', ...at(node), op: '&&', left, right }), first)
}
