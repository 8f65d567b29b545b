/** One judgement: about one rule, in one place that was looked at, with what was seen. */
import type { Axis } from './axis.ts'
import type { Confidence, Severity } from './severity.ts'

/** `unknown` when the answer lies where nobody looked; never a polite word for `satisfies`. */
export type Verdict = 'violates' | 'satisfies' | 'unknown'

/** A place in a source file. Lines and columns count from 1; `file` is relative to the target, with forward slashes. */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** One thing that was seen, in the order in which it makes the case. Never holds a secret. */
export interface Evidence {
  readonly note: string
  /** In source code. */
  readonly place?: Place
  /** On the wire: a step of the transcript. */
  readonly exchange?: string
}

export interface Finding {
  /** Such as `DF-C01` or `DF-S05`; for a check on the wire the rule that it is the proof of, or its own id such as `L15`. */
  readonly rule: string
  readonly verdict: Verdict
  readonly severity: Severity
  readonly confidence: Confidence
  readonly axis: Axis
  /** Read from source code, or seen on the wire. */
  readonly origin: 'source' | 'live'
  /** What was judged: a function such as `src/login.ts#poll`, or a check such as `L13`. */
  readonly unit: string
  /** One sentence: what is wrong (or right, or not known), said of this place. */
  readonly message: string
  /** What cures it, one sentence. */
  readonly fix: string
  readonly place?: Place
  /** The line at the place, shortened and without anything that looks like a credential. */
  readonly excerpt?: string
  readonly evidence: readonly Evidence[]
  /** What would have cleared it, and where it was looked for. */
  readonly searched: readonly string[]
  /** Seen in code and on the wire. */
  readonly proven?: boolean
}
