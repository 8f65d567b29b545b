/** Statements that are prepared in one place and run in another: the run is read as if it said the statement. */
import type { Node as Syntax } from 'web-tree-sitter'
import { field, partsOf, unquoted } from './making.ts'

/** Statements by what a run is called on: `take` for `const take = db.prepare('...')`, `sql.take` for a member of an object. */
export type Prepared = ReadonlyMap<string, string>

const WRAPPERS = /^(?:parenthesized_expression|await_expression|as_expression|satisfies_expression|non_null_expression)$/

export function preparedIn(root: Syntax): Prepared {
  const found = new Map<string, string>()
  if (!/\bprepare\s*\(/.test(root.text)) return found
  for (const call of root.descendantsOfType('call_expression')) {
    if (call === null || field(field(call, 'function') ?? call, 'property')?.text !== 'prepare') continue
    const [statement] = partsOf(field(call, 'arguments'))
    if (statement === undefined || !/^(?:string|template_string)$/.test(statement.type)) continue
    const name = nameFor(call)
    if (name !== undefined) found.set(name, unquoted(statement.text.slice(1, -1)))
  }
  return found
}

/** What a value is kept as: the name, the member, or the member of an object that has a name. */
function nameFor(value: Syntax): string | undefined {
  const { parent } = value
  if (parent === null) return undefined
  if (WRAPPERS.test(parent.type)) return nameFor(parent)
  if (parent.type === 'variable_declarator') return field(parent, 'name')?.text
  if (parent.type === 'assignment_expression') return field(parent, 'left')?.text
  if (/^(?:public_)?field_definition$/.test(parent.type)) return `this.${(field(parent, 'name') ?? field(parent, 'property'))?.text ?? ''}`
  if (parent.type !== 'pair' || parent.parent === null) return undefined
  const outer = nameFor(parent.parent)
  return outer === undefined ? undefined : `${outer}.${field(parent, 'key')?.text ?? ''}`
}
