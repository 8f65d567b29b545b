/** Where something was seen. */
import type { Func, Node } from './tree.ts'

/** A place in the neutral form. */
export interface Spot {
  readonly func: Func
  /** The whole function when absent. */
  readonly node?: Node
  readonly note?: string
}
