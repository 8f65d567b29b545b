/** Imports, classes, interfaces and enumerations of TypeScript and JavaScript. */
import type { Node as Syntax } from 'web-tree-sitter'
import type { Member, Node, SourceFile } from '../neutral/tree.ts'
import { at, field, partsOf } from './making.ts'

/** `import ... from` and `export ... from`. */
export function addImport(node: Syntax, file: SourceFile): void {
  const source = field(node, 'source')
  if (source === null) return
  const names: (readonly [string, string])[] = []
  const visit = (each: Syntax): void => {
    if (each.type === 'import_specifier' || each.type === 'export_specifier') {
      const remote = field(each, 'name')?.text ?? ''
      names.push([field(each, 'alias')?.text ?? remote, remote])
    } else if (each.type === 'namespace_import') {
      names.push([partsOf(each)[0]?.text ?? '', '*'])
    } else if (each.type === 'identifier') {
      names.push([each.text, 'default'])
    } else for (const child of partsOf(each)) visit(child)
  }
  for (const child of partsOf(node)) if (child.id !== source.id) visit(child)
  file.imports.push({ module: source.text.slice(1, -1), names, line: at(node).line })
}

/** `const { a } = require('./b')` and `const b = await import('./b')` are imports as well. */
export function addRequire(target: Syntax, value: Syntax, file: SourceFile): void {
  const call = value.type === 'await_expression' ? (partsOf(value)[0] ?? value) : value
  if (call.type !== 'call_expression' || !/^(?:require|import)$/.test(field(call, 'function')?.text ?? '')) return
  const [module] = partsOf(field(call, 'arguments'))
  if (module?.type !== 'string') return
  const names =
    target.type === 'object_pattern'
      ? partsOf(target).map((each): readonly [string, string] => {
          const key = field(each, 'key')?.text ?? field(each, 'left')?.text ?? each.text
          return [field(each, 'value')?.text ?? key, key]
        })
      : [[target.text, '*'] as const]
  file.imports.push({ module: module.text.slice(1, -1), names, line: at(value).line })
}

export function addShape(node: Syntax, file: SourceFile, express: (node: Syntax) => Node): void {
  const bases = partsOf(node)
    .filter((each) => each.type === 'class_heritage' || each.type === 'extends_type_clause')
    .flatMap((each) => each.text.replace(/\b(?:extends|implements)\b/g, ' ').match(/[\w.]+/g) ?? [])
  const inside = partsOf(field(node, 'body') ?? field(node, 'value'))
  const members = inside.flatMap((each): Member[] => {
    const name = field(each, 'name') ?? field(each, 'property') ?? (each.type === 'property_identifier' ? each : null)
    if (name === null) return []
    const value = field(each, 'value')
    const type = field(each, 'type')?.text.replace(/^:\s*/, '') ?? ''
    return [{ name: name.text, type, wire: name.text, line: at(each).line, ...(value === null ? {} : { preset: express(value) }) }]
  })
  file.shapes.push({ ...at(node), name: field(node, 'name')?.text ?? '', bases, members, file })
}
