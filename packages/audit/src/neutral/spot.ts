/** Where something was seen. */
import type { Func, Node } from './tree.ts'

/** A place in the neutral form. */
export interface Spot {
  readonly func: Func
  /** The whole function when absent. */
  readonly node?: Node
  readonly note?: string
}

/** A line of a file that is no source code, such as a Dockerfile: a function of which nothing is known. */
export function lineOf(path: string, line: number, name: string): Func {
  const file = { path, language: 'javascript' as const, text: '', functions: [], shapes: [], imports: [], unread: 0 }
  return { name, owner: '', params: [], body: [], decorators: [], isMember: false, line, column: 1, endLine: line, file, nodes: [] }
}
