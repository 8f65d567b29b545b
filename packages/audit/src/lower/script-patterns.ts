/** Destructuring: `const { a, b: c = 1 } = x` is three assignments. */
import type { Node as Syntax } from 'web-tree-sitter'
import type { Node } from '../neutral/tree.ts'
import { at, field, partsOf } from './making.ts'
import type { Scope } from './script-scope.ts'

type Express = (node: Syntax | null, scope: Scope) => Node

/** The assignments that give `value` to everything that `target` names. */
export function assigned(target: Syntax, value: Node, scope: Scope, express: Express, declares = true): Node[] {
  const place = at(target)
  switch (target.type) {
    case 'object_pattern':
      return partsOf(target).flatMap((each) => fromObject(each, value, scope, express, declares))
    case 'array_pattern':
      return partsOf(target).flatMap((each, position) => {
        const index: Node = { kind: 'number', ...at(each), value: position }
        return assigned(each, { kind: 'index', ...at(each), base: value, index }, scope, express, declares)
      })
    case 'assignment_pattern': {
      const left = field(target, 'left')
      return left === null ? [] : assigned(left, withPreset(value, express(field(target, 'right'), scope)), scope, express, declares)
    }
    default:
      return [{ kind: 'assign', ...place, op: '=', target: express(target, scope), value, declares }]
  }
}

function withPreset(value: Node, preset: Node): Node {
  return { kind: 'binary', line: value.line, column: value.column, op: '??', left: value, right: preset }
}

function fromObject(each: Syntax, value: Node, scope: Scope, express: Express, declares: boolean): Node[] {
  const place = at(each)
  const part = (name: string): Node => ({ kind: 'field', ...place, base: value, name })
  if (each.type === 'shorthand_property_identifier_pattern') {
    return [{ kind: 'assign', ...place, op: '=', target: { kind: 'name', ...place, name: each.text }, value: part(each.text), declares }]
  }
  if (each.type === 'object_assignment_pattern') {
    const name = field(each, 'left')?.text ?? ''
    const preset = express(field(each, 'right'), scope)
    return [
      { kind: 'assign', ...place, op: '=', target: { kind: 'name', ...place, name }, value: withPreset(part(name), preset), declares },
    ]
  }
  const [key, inner] = [field(each, 'key'), field(each, 'value')]
  if (key === null || inner === null) return []
  return assigned(inner, part(key.text.replace(/^['"]|['"]$/g, '')), scope, express, declares)
}
