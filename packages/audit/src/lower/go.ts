/** Go into the neutral form: declarations and statements. */
import type { Node as Syntax } from 'web-tree-sitter'
import type { Case, Member, Node, Param, SourceFile } from '../neutral/tree.ts'
import { expression, expressions, type Scope as ExpressionScope } from './go-expressions.ts'
import { at, declared, field, operatorOf, partsOf } from './making.ts'

interface Scope extends ExpressionScope {
  readonly file: SourceFile
}

/** Lowers a whole file; constants and variables of the package become the function `<file>`. */
export function lowerGo(root: Syntax, file: SourceFile): void {
  const scope: Scope = { file, lambda: (node) => functionOf(node, scope) }
  declared(file, root, { name: '<file>', owner: '', params: [], body: block(root, scope) })
}

function block(node: Syntax | null, scope: Scope): Node[] {
  return partsOf(node).flatMap((each) => statement(each, scope))
}

function statement(node: Syntax, scope: Scope): Node[] {
  const place = at(node)
  const express = (name: string): Node => expression(field(node, name), scope)
  switch (node.type) {
    case 'statement_list':
    case 'var_declaration':
    case 'const_declaration':
    case 'var_spec_list':
    case 'type_declaration':
    case 'import_spec_list':
    case 'import_declaration':
      return block(node, scope)
    case 'function_declaration':
    case 'method_declaration':
      functionOf(node, scope)
      return []
    case 'type_spec':
      addShape(node, scope)
      return []
    case 'import_spec':
      addImport(node, scope)
      return []
    case 'const_spec':
    case 'var_spec':
      return specification(node, scope)
    case 'short_var_declaration':
      return [assignment(node, scope, '=', true)]
    case 'assignment_statement':
      return [assignment(node, scope, operatorOf(field(node, 'operator')?.text ?? '='), false)]
    case 'inc_statement':
    case 'dec_statement': {
      const one: Node = { kind: 'number', ...place, value: 1 }
      const target = expression(partsOf(node)[0] ?? null, scope)
      return [{ kind: 'assign', ...place, op: node.type === 'inc_statement' ? '+=' : '-=', target, value: one, declares: false }]
    }
    case 'if_statement': {
      const [init, then, otherwise] = [field(node, 'initializer'), field(node, 'consequence'), field(node, 'alternative')]
      const rest = otherwise === null ? [] : otherwise.type === 'block' ? block(otherwise, scope) : statement(otherwise, scope)
      const before = init === null ? [] : statement(init, scope)
      return [...before, { kind: 'if', ...place, test: express('condition'), yes: block(then, scope), no: rest }]
    }
    case 'for_statement':
      return [loop(node, scope)]
    case 'expression_switch_statement':
    case 'type_switch_statement':
    case 'select_statement': {
      const init = field(node, 'initializer')
      const value = field(node, 'value')
      const cases = partsOf(node)
        .filter(({ type }) => type.endsWith('_case'))
        .map((each) => caseOf(each, scope))
      const subject = value === null ? {} : { subject: expression(value, scope) }
      const select = node.type === 'select_statement'
      return [...(init === null ? [] : statement(init, scope)), { kind: 'switch', ...place, ...subject, cases, falls: false, select }]
    }
    case 'return_statement': {
      const values = partsOf(node).flatMap((each) => expressions(each, scope))
      const [value] = values
      if (value === undefined) return [{ kind: 'return', ...place }]
      return [{ kind: 'return', ...place, value: values.length === 1 ? value : { kind: 'list', ...place, items: values } }]
    }
    case 'break_statement':
    case 'continue_statement': {
      const label = partsOf(node)[0]?.text
      return [{ kind: node.type === 'break_statement' ? 'break' : 'continue', ...place, ...(label === undefined ? {} : { label }) }]
    }
    case 'labeled_statement': {
      const [, ...inner] = partsOf(node)
      return [{ kind: 'block', ...place, label: field(node, 'label')?.text ?? '', body: inner.flatMap((each) => statement(each, scope)) }]
    }
    case 'block':
      return [{ kind: 'block', ...place, body: block(node, scope) }]
    case 'expression_statement':
    case 'go_statement':
    case 'defer_statement':
      return partsOf(node).map((each) => expression(each, scope))
    case 'package_clause':
    case 'empty_statement':
      return []
    default:
      return [expression(node, scope)]
  }
}

function targetOf(items: readonly Node[], node: Syntax): Node {
  const [first] = items
  return items.length === 1 && first !== undefined ? first : { kind: 'list', ...at(node), items }
}

function assignment(node: Syntax, scope: Scope, op: string, declares: boolean): Node {
  const target = targetOf(expressions(field(node, 'left'), scope), node)
  const value = targetOf(expressions(field(node, 'right'), scope), node)
  return { kind: 'assign', ...at(node), op, target, value, declares }
}

function specification(node: Syntax, scope: Scope): Node[] {
  const value = field(node, 'value')
  if (value === null) return []
  const names = partsOf(node).filter(({ type }) => type === 'identifier')
  const [type] = [field(node, 'type')?.text ?? '']
  const values = expressions(value, scope)
  return names.flatMap((name, index): Node[] => {
    const what = values[index] ?? values[0]
    if (what === undefined || (what.kind === 'name' && type === name.text)) return []
    const target: Node = { kind: 'name', ...at(name), name: name.text }
    return [{ kind: 'assign', ...at(name), op: '=', target, value: what, declares: true }]
  })
}

function loop(node: Syntax, scope: Scope): Node {
  const inner = block(field(node, 'body'), scope)
  const head = partsOf(node).find(({ type }) => type !== 'block')
  const plain = { kind: 'loop' as const, ...at(node), init: [], update: [], body: inner }
  if (head === undefined) return plain
  if (head.type === 'for_clause') {
    const [init, test, update] = [field(head, 'initializer'), field(head, 'condition'), field(head, 'update')]
    const steps = (each: Syntax | null): Node[] => (each === null ? [] : statement(each, scope))
    return { ...plain, init: steps(init), update: steps(update), ...(test === null ? {} : { test: expression(test, scope) }) }
  }
  if (head.type === 'range_clause') return { ...plain, over: expression(field(head, 'right'), scope) }
  const test = expression(head, scope)
  return test.kind === 'constant' && test.value === true ? plain : { ...plain, test }
}

function caseOf(node: Syntax, scope: Scope): Case {
  const value = field(node, 'value') ?? field(node, 'communication') ?? null
  const types =
    node.type === 'type_case' ? partsOf(node).filter((each) => each.type.includes('type') && !each.type.includes('statement')) : []
  const tests =
    value === null
      ? types.map((each) => expression(each, scope))
      : node.type === 'communication_case'
        ? statement(value, scope)
        : expressions(value, scope)
  const inner = partsOf(node).filter((each) => each.id !== value?.id && !types.some(({ id }) => id === each.id))
  return { tests, body: inner.flatMap((each) => statement(each, scope)) }
}

function functionOf(node: Syntax, scope: Scope) {
  const receiver = partsOf(field(node, 'receiver')).map((each) => field(each, 'type')?.text.replace(/^[*]|\[.*$/g, '') ?? '')[0] ?? ''
  const params = partsOf(field(node, 'parameters')).flatMap(paramsOf)
  return declared(scope.file, node, {
    name: field(node, 'name')?.text ?? '',
    owner: receiver,
    params,
    body: block(field(node, 'body'), scope),
  })
}

function paramsOf(node: Syntax): Param[] {
  const type = field(node, 'type')?.text ?? ''
  return partsOf(node)
    .filter((each) => each.type === 'identifier')
    .map((each) => ({ name: each.text, type }))
}

function addShape(node: Syntax, scope: Scope): void {
  const list = partsOf(field(node, 'type')).find(({ type }) => type === 'field_declaration_list') ?? null
  const members = partsOf(list).flatMap((each): Member[] => {
    const tag = field(each, 'tag')?.text ?? ''
    const names = partsOf(each).filter(({ type }) => type === 'field_identifier')
    return names.map(({ text }) => {
      const wire = /\b(?:json|db|gorm|form|mapstructure|env):"(?:column:)?([\w.-]+)/.exec(tag)?.[1] ?? text
      const preset = /\b(?:default|envDefault):"([^"]*)"/.exec(tag)?.[1]
      const more = preset === undefined ? {} : { preset: { kind: 'text' as const, ...at(each), value: preset } }
      return { name: text, type: field(each, 'type')?.text ?? '', wire, line: at(each).line, ...more }
    })
  })
  scope.file.shapes.push({ ...at(node), name: field(node, 'name')?.text ?? '', bases: [], members, file: scope.file })
}

function addImport(node: Syntax, scope: Scope): void {
  const module = field(node, 'path')?.text.slice(1, -1) ?? ''
  const local =
    field(node, 'name')?.text ??
    module
      .split('/')
      .filter((part) => !/^v\d+$/.test(part))
      .at(-1) ??
    ''
  scope.file.imports.push({ module, names: [[local, '*']], line: at(node).line })
}
