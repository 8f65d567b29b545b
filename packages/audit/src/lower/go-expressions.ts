/** Expressions of Go. */
import type { Node as Syntax } from 'web-tree-sitter'
import type { Entry, Func, Node } from '../neutral/tree.ts'
import { at, field, numberOf, operatorOf, other, partsOf, unquoted } from './making.ts'

/** How a function without a name is lowered. */
export interface Scope {
  readonly lambda: (node: Syntax) => Func
}

/** The members of an expression list, or the one expression. */
export function expressions(node: Syntax | null, scope: Scope): Node[] {
  if (node === null) return []
  return node.type === 'expression_list' ? partsOf(node).map((each) => expression(each, scope)) : [expression(node, scope)]
}

export function expression(node: Syntax | null, scope: Scope): Node {
  if (node === null) return { kind: 'other', line: 0, column: 0, children: [] }
  const place = at(node)
  const sub = (name: string): Node => expression(field(node, name), scope)
  switch (node.type) {
    case 'identifier':
    case 'field_identifier':
    case 'type_identifier':
    case 'package_identifier':
      return { kind: 'name', ...place, name: node.text }
    case 'qualified_type': {
      const [base, name] = partsOf(node)
      return { kind: 'field', ...place, base: expression(base ?? null, scope), name: name?.text ?? '' }
    }
    case 'nil':
      return { kind: 'constant', ...place, value: null }
    case 'true':
    case 'false':
      return { kind: 'constant', ...place, value: node.type === 'true' }
    case 'int_literal':
    case 'float_literal':
      return { kind: 'number', ...place, value: numberOf(node.text) ?? Number.NaN }
    case 'interpreted_string_literal':
      return { kind: 'text', ...place, value: unquoted(node.text.slice(1, -1)) }
    case 'raw_string_literal':
      return { kind: 'text', ...place, value: node.text.slice(1, -1) }
    case 'rune_literal':
      return { kind: 'text', ...place, value: unquoted(node.text.slice(1, -1)) }
    case 'selector_expression':
      return { kind: 'field', ...place, base: sub('operand'), name: field(node, 'field')?.text ?? '' }
    case 'index_expression': {
      const [base, index] = [sub('operand'), sub('index')]
      return index.kind === 'text' ? { kind: 'field', ...place, base, name: index.value } : { kind: 'index', ...place, base, index }
    }
    case 'call_expression': {
      const args = partsOf(field(node, 'arguments')).map((each) => ({ value: expression(each, scope) }))
      return { kind: 'call', ...place, callee: sub('function'), args, isNew: false }
    }
    case 'type_conversion_expression':
      return { kind: 'call', ...place, callee: sub('type'), args: [{ value: sub('operand') }], isNew: false }
    case 'type_assertion_expression':
    case 'parenthesized_expression':
      return expression(partsOf(node)[0] ?? null, scope)
    case 'composite_literal':
      return composite(field(node, 'body'), field(node, 'type')?.text ?? '', scope)
    case 'literal_value':
      return composite(node, '', scope)
    case 'literal_element':
      return expression(partsOf(node)[0] ?? null, scope)
    case 'unary_expression': {
      const op = field(node, 'operator')?.text ?? ''
      if (op === '&') return sub('operand')
      return { kind: 'unary', ...place, op: operatorOf(op), operand: sub('operand') }
    }
    case 'binary_expression':
      return { kind: 'binary', ...place, op: operatorOf(field(node, 'operator')?.text ?? ''), left: sub('left'), right: sub('right') }
    case 'func_literal':
      return { kind: 'lambda', ...place, func: scope.lambda(node) }
    default:
      return other(
        node,
        partsOf(node).map((each) => expression(each, scope)),
      )
  }
}

function composite(body: Syntax | null, type: string, scope: Scope): Node {
  const parts = partsOf(body)
  const place = body === null ? { line: 0, column: 0 } : at(body)
  if (parts.some((each) => each.type === 'keyed_element')) {
    const entries = parts.map((each): Entry => {
      if (each.type !== 'keyed_element') return { value: expression(each, scope) }
      const [first, second] = partsOf(each)
      const [key, value] = [expression(first ?? null, scope), expression(second ?? null, scope)]
      if (key.kind === 'text') return { key: key.value, value }
      return key.kind === 'name' && !/^\[\]|^map\[/.test(type) ? { key: key.name, value } : { computed: key, value }
    })
    return { kind: 'object', ...place, entries, type }
  }
  const items = parts.map((each) => expression(each, scope))
  return items.length === 0 && !type.startsWith('[') ? { kind: 'object', ...place, entries: [], type } : { kind: 'list', ...place, items }
}
