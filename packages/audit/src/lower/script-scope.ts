/** Where a lowering of JavaScript is. */
import type { SourceFile } from '../neutral/tree.ts'
import type { Prepared } from './prepared.ts'

export interface Scope {
  readonly file: SourceFile
  readonly owner: string
  /** The name that the next lambda gets. */
  readonly naming: string
  /** Whether that lambda is a member of an object. */
  readonly isMember?: boolean
  readonly prepared: Prepared
}
