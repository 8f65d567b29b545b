/** Decorators of TypeScript: routes and guards of methods, and what a parameter is taken from. */
import type { Node as Syntax } from 'web-tree-sitter'
import type { Node } from '../neutral/tree.ts'
import { at, field, partsOf } from './making.ts'

type Express = (node: Syntax) => Node

/** The decorators of a method, and those of its class that stand before all of its methods. */
export function decoratorsOf(method: Syntax, express: Express): Node[] {
  const found: Syntax[] = []
  for (let each = method.previousNamedSibling; each?.type === 'decorator'; each = each.previousNamedSibling) found.unshift(each)
  const owner = method.parent?.parent
  const outer = owner?.parent?.type === 'export_statement' ? [owner, owner.parent] : [owner]
  const shared = outer
    .flatMap((each) => (each === null || each === undefined ? [] : partsOf(each)))
    .filter((each) => each.type === 'decorator' && /guard|throttl|limit|auth|csrf|interceptor/i.test(each.text))
  return [...found, ...shared].flatMap((each) => partsOf(each).map(express))
}

/** `@Body('user_code') typed: string` is `typed = request.body.user_code`. */
export function takenFrom(parameter: Syntax): Node[] {
  const pattern = field(parameter, 'pattern')
  const call = partsOf(parameter).find((each) => each.type === 'decorator')
  const [callee, args] = [
    field(partsOf(call ?? null)[0] ?? parameter, 'function'),
    field(partsOf(call ?? null)[0] ?? parameter, 'arguments'),
  ]
  const source = { Body: 'body', Query: 'query', Param: 'params', Headers: 'headers' }[callee?.text ?? '']
  const [key] = partsOf(args)
  if (source === undefined || pattern?.type !== 'identifier' || key?.type !== 'string') return []
  const place = at(pattern)
  const request: Node = { kind: 'name', ...place, name: 'request' }
  const from: Node = { kind: 'field', ...place, base: request, name: source }
  const value: Node = { kind: 'field', ...place, base: from, name: key.text.slice(1, -1) }
  return [{ kind: 'assign', ...place, op: '=', target: { kind: 'name', ...place, name: pattern.text }, value, declares: true }]
}
