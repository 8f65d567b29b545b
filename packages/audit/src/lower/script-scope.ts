/** Where a lowering of JavaScript is. */
import type { SourceFile } from '../neutral/tree.ts'
import type { Prepared } from './prepared.ts'

export interface Scope {
  readonly file: SourceFile
  readonly owner: string
  /** The name that the next lambda gets. */
  readonly naming: string
  readonly prepared: Prepared
}
