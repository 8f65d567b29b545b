/** What all lowerings share: places, kinds, and operators under one name. */
import type { Node as Syntax } from 'web-tree-sitter'
import type { Func, Node, Other, Param, SourceFile } from '../neutral/tree.ts'
import { allNodesOf } from '../neutral/walk.ts'

/** Where a syntax node begins, counted from 1. */
export function at({ startPosition }: Syntax): { line: number; column: number } {
  return { line: startPosition.row + 1, column: startPosition.column + 1 }
}

/** The named children without comments. */
export function partsOf(node: Syntax | null): Syntax[] {
  return node === null ? [] : node.namedChildren.filter((child) => child.type !== 'comment')
}

export function field(node: Syntax, name: string): Syntax | null {
  return node.childForFieldName(name)
}

const OPERATORS: Readonly<Record<string, string>> = {
  '===': '==',
  '!==': '!=',
  is: '==',
  'is not': '!=',
  and: '&&',
  or: '||',
  not: '!',
  ':=': '=',
}

export function operatorOf(text: string): string {
  return OPERATORS[text] ?? text
}

export function other(node: Syntax, children: readonly Node[]): Other {
  return { kind: 'other', ...at(node), children }
}

/** A number as it is written, `1_000` and `0x10` included; undefined when it is none. */
export function numberOf(text: string): number | undefined {
  const value = Number(text.replace(/_/g, '').replace(/[nLjlf]$/, (end) => (/^0x/i.test(text) ? end : '')))
  return Number.isFinite(value) ? value : undefined
}

/** What a quoted text says: escapes that change what a rule compares are undone. */
export function unquoted(text: string): string {
  return text.replace(/\\(u\{[0-9a-fA-F]+\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[^])/g, (_, escape: string) => {
    if (/^[ux]/.test(escape)) {
      const point = Number.parseInt(escape.replace(/[ux{}]/g, ''), 16)
      return Number.isNaN(point) || point > 0x10ffff ? escape : String.fromCodePoint(point)
    }
    return { n: '\n', t: '\t', r: '\r', '0': '\0', '\n': '' }[escape] ?? escape
  })
}

/** Puts a function into its file and hands it back. */
export function declared(
  file: SourceFile,
  node: Syntax,
  parts: { name: string; owner: string; params: Param[]; body: readonly Node[]; decorators?: readonly Node[]; isMember?: boolean },
): Func {
  let nodes: readonly Node[] | undefined
  const func: Func = {
    decorators: [],
    isMember: false,
    ...at(node),
    ...parts,
    endLine: node.endPosition.row + 1,
    file,
    get nodes() {
      nodes ??= allNodesOf(this)
      return nodes
    },
  }
  file.functions.push(func)
  return func
}
