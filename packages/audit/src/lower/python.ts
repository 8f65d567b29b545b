/** Python into the neutral form: statements, functions and classes. */
import type { Node as Syntax } from 'web-tree-sitter'
import type { Case, Handler, Member, Node, Param, SourceFile } from '../neutral/tree.ts'
import { at, declared, field, other, partsOf } from './making.ts'
import { expression, type Scope as ExpressionScope } from './python-expressions.ts'

interface Scope extends ExpressionScope {
  readonly file: SourceFile
  readonly owner: string
}

/** Lowers a whole file; what is outside of all functions becomes the function `<file>`. */
export function lowerPython(root: Syntax, file: SourceFile): void {
  const scope: Scope = { file, owner: '', lambda: (node) => functionOf(node, scope) }
  declared(file, root, { name: '<file>', owner: '', params: [], body: block(root, scope) })
}

function block(node: Syntax | null, scope: Scope): Node[] {
  return partsOf(node).flatMap((each) => statement(each, scope))
}

function statement(node: Syntax, scope: Scope, decorators: readonly Node[] = []): Node[] {
  const place = at(node)
  const express = (name: string): Node => expression(field(node, name), scope)
  switch (node.type) {
    case 'expression_statement':
      return partsOf(node).flatMap((each) => assignment(each, scope))
    case 'decorated_definition': {
      const found = partsOf(node).filter(({ type }) => type === 'decorator')
      const definition = field(node, 'definition')
      return definition === null
        ? []
        : statement(
            definition,
            scope,
            found.flatMap((each) => partsOf(each).map((part) => expression(part, scope))),
          )
    }
    case 'function_definition':
      functionOf(node, scope, decorators)
      return []
    case 'class_definition':
      return classOf(node, scope)
    case 'if_statement':
      return [
        conditional(
          node,
          scope,
          partsOf(node).filter(({ type }) => type === 'elif_clause' || type === 'else_clause'),
        ),
      ]
    case 'while_statement': {
      const test = express('condition')
      const forever = test.kind === 'constant' && test.value === true
      const body = block(field(node, 'body'), scope)
      return [{ kind: 'loop', ...place, init: [], update: [], body, ...(forever ? {} : { test }) }, ...elseOf(node, scope)]
    }
    case 'for_statement': {
      const target: Node = { kind: 'assign', ...place, op: '=', target: express('left'), value: other(node, []), declares: true }
      const body = [target, ...block(field(node, 'body'), scope)]
      return [{ kind: 'loop', ...place, init: [], update: [], body, over: express('right') }, ...elseOf(node, scope)]
    }
    case 'try_statement':
      return [tryOf(node, scope)]
    case 'with_statement':
      return [...withItems(node, scope), { kind: 'block', ...place, body: block(field(node, 'body'), scope) }]
    case 'match_statement': {
      const cases = partsOf(field(node, 'body')).map((each) => caseOf(each, scope))
      return [{ kind: 'switch', ...place, subject: express('subject'), cases, falls: false, select: false }]
    }
    case 'return_statement':
    case 'raise_statement': {
      const [value] = partsOf(node)
      const more = value === undefined ? {} : { value: expression(value, scope) }
      return [node.type === 'return_statement' ? { kind: 'return', ...place, ...more } : { kind: 'throw', ...place, ...more }]
    }
    case 'break_statement':
    case 'continue_statement':
      return [{ kind: node.type === 'break_statement' ? 'break' : 'continue', ...place }]
    case 'import_statement':
    case 'import_from_statement':
      addImport(node, scope.file)
      return []
    case 'delete_statement': {
      const callee: Node = { kind: 'name', ...place, name: 'del' }
      return [{ kind: 'call', ...place, callee, args: partsOf(node).map((each) => ({ value: expression(each, scope) })), isNew: false }]
    }
    case 'block':
      return block(node, scope)
    case 'pass_statement':
    case 'global_statement':
    case 'nonlocal_statement':
    case 'future_import_statement':
      return []
    default:
      return [expression(node, scope)]
  }
}

function assignment(node: Syntax, scope: Scope): Node[] {
  const place = at(node)
  const [left, right] = [field(node, 'left'), field(node, 'right')]
  if (node.type === 'assignment') {
    if (left === null || right === null) return []
    // a = b = value: the innermost value goes to every name.
    const value = right.type === 'assignment' ? assignment(right, scope) : [expression(right, scope)]
    const [first] = value
    if (first === undefined) return []
    const what = first.kind === 'assign' && right.type === 'assignment' ? first.value : first
    const more = right.type === 'assignment' ? value : []
    return [...more, { kind: 'assign', ...place, op: '=', target: expression(left, scope), value: what, declares: true }]
  }
  if (node.type === 'augmented_assignment') {
    const op = field(node, 'operator')?.text ?? '+='
    return [{ kind: 'assign', ...place, op, target: expression(left, scope), value: expression(right, scope), declares: false }]
  }
  return [expression(node, scope)]
}

function conditional(node: Syntax, scope: Scope, rest: readonly Syntax[]): Node {
  const [next, ...more] = rest
  const otherwise =
    next === undefined ? [] : next.type === 'else_clause' ? block(field(next, 'body'), scope) : [conditional(next, scope, more)]
  const then = block(field(node, 'consequence'), scope)
  return { kind: 'if', ...at(node), test: expression(field(node, 'condition'), scope), yes: then, no: otherwise }
}

function elseOf(node: Syntax, scope: Scope): Node[] {
  const clause = partsOf(node).find(({ type }) => type === 'else_clause')
  return clause === undefined ? [] : block(field(clause, 'body'), scope)
}

function tryOf(node: Syntax, scope: Scope): Node {
  const clauses = (type: string): Syntax[] => partsOf(node).filter((each) => each.type === type)
  const handlers = [...clauses('except_clause'), ...clauses('except_group_clause')].map((each): Handler => {
    const inner = partsOf(each).find(({ type }) => type === 'block') ?? null
    const caught = partsOf(each).filter(({ type }) => type !== 'block')
    const alias = caught.find(({ type }) => type === 'as_pattern')
    const types = (alias === undefined ? caught.slice(0, 1) : partsOf(alias).slice(0, 1)).flatMap(({ text }) => text.match(/[\w.]+/g) ?? [])
    const name = alias === undefined ? caught[1]?.text : partsOf(alias).at(-1)?.text
    return { types, ...(name === undefined ? {} : { name }), body: block(inner, scope) }
  })
  const last = clauses('finally_clause').flatMap((each) => partsOf(each).flatMap((part) => block(part, scope)))
  const otherwise = clauses('else_clause').flatMap((each) => block(field(each, 'body'), scope))
  return { kind: 'try', ...at(node), body: block(field(node, 'body'), scope), handlers, otherwise, last }
}

function withItems(node: Syntax, scope: Scope): Node[] {
  const items = partsOf(node)
    .filter(({ type }) => type === 'with_clause')
    .flatMap(partsOf)
  return items.flatMap((item): Node[] => {
    const value = field(item, 'value')
    if (value === null) return []
    if (value.type !== 'as_pattern') return [expression(value, scope)]
    const [what, target] = partsOf(value)
    return [
      {
        kind: 'assign',
        ...at(value),
        op: '=',
        target: expression(target ?? null, scope),
        value: expression(what ?? null, scope),
        declares: true,
      },
    ]
  })
}

function caseOf(node: Syntax, scope: Scope): Case {
  const patterns = partsOf(node).filter(({ type }) => type === 'case_pattern')
  const tests = patterns.flatMap((each) => (each.text === '_' ? [] : alternatives(each).map((part) => expression(part, scope))))
  return { tests, body: block(field(node, 'consequence'), scope) }
}

function alternatives(node: Syntax): Syntax[] {
  const parts = partsOf(node)
  if (node.type === 'union_pattern') return parts.flatMap(alternatives)
  return node.type === 'case_pattern' && parts.length === 1 ? alternatives(parts[0] as Syntax) : [node]
}

function functionOf(node: Syntax, scope: Scope, decorators: readonly Node[] = []) {
  const params = partsOf(field(node, 'parameters')).map((each): Param => {
    const preset = field(each, 'value')
    const name = field(each, 'name')?.text ?? partsOf(each)[0]?.text ?? each.text
    return { name, type: field(each, 'type')?.text ?? '', ...(preset === null ? {} : { preset: expression(preset, scope) }) }
  })
  const inner = field(node, 'body')
  const body: Node[] =
    node.type === 'lambda' && inner !== null ? [{ kind: 'return', ...at(inner), value: expression(inner, scope) }] : block(inner, scope)
  return declared(scope.file, node, { name: field(node, 'name')?.text ?? '', owner: scope.owner, params, body, decorators })
}

function classOf(node: Syntax, scope: Scope): Node[] {
  const name = field(node, 'name')?.text ?? ''
  const bases = partsOf(field(node, 'superclasses')).map(({ text }) => text)
  const body = block(field(node, 'body'), { ...scope, owner: name })
  const members = partsOf(field(node, 'body')).flatMap((each): Member[] => {
    const [inner] = partsOf(each)
    if (each.type !== 'expression_statement' || inner?.type !== 'assignment') return []
    const [left, type, value] = [field(inner, 'left')?.text ?? '', field(inner, 'type')?.text ?? '', field(inner, 'right')]
    return [{ name: left, type, wire: left, line: at(each).line, ...(value === null ? {} : { preset: expression(value, scope) }) }]
  })
  scope.file.shapes.push({ ...at(node), name, bases, members, file: scope.file })
  return body
}

function addImport(node: Syntax, file: SourceFile): void {
  const from = field(node, 'module_name')
  const { line } = at(node)
  const named = partsOf(node).filter((each) => each.id !== from?.id)
  const both = (each: Syntax): readonly [string, string] => {
    const name = field(each, 'name')?.text ?? each.text
    return [field(each, 'alias')?.text ?? name, name]
  }
  if (from === null) {
    for (const each of named) file.imports.push({ module: both(each)[1], names: [[both(each)[0], '*']], line })
  } else {
    file.imports.push({ module: from.text, names: named.map(both), line })
  }
}
