/** What a walkthrough comes to. */
import type { Node } from '../neutral/tree.ts'
import type { End, Ending } from './end.ts'
import type { Value } from './value.ts'
import type { Waiting } from './way.ts'

/** How one round of polling ended, on one way. */
export interface Round {
  /** Whether the program asks again after this answer. */
  readonly again: boolean
  readonly waited: boolean
  readonly raised: boolean
  readonly waits: readonly Waiting[]
  readonly at?: Node
}

export interface Walkthrough {
  /** Every way a round with a request in it can end; empty when no loop with a request was reached. */
  readonly rounds: readonly Round[]
  /** Ends of the entry itself, for one that asks only once. */
  readonly ends: readonly { readonly how: Ending; readonly value: Value | undefined }[]
  readonly reached: ReadonlySet<Node>
}

export function roundOf({ way, at }: End, again: boolean): Round {
  return { again, waited: way.waited, raised: way.raised, waits: way.waits, ...(at === undefined ? {} : { at }) }
}
