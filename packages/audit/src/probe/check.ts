/** One check on a live server: what it looks at, what it weighs, what it needs, and how it is done. */
import type { Axis } from '../verdict/axis.ts'
import type { Letter } from '../verdict/grade.ts'
import type { Severity } from '../verdict/severity.ts'
import type { Exam } from './exam.ts'
import type { Outcome } from './outcome.ts'

/** Something that only who starts the probe can give. */
export type Need = 'b' | 'n' | 'k' | 'approver' | 'forms' | 'race' | 'guess'

export const NEEDS: Readonly<Record<Need, string>> = {
  b: 'a second client with the device grant',
  n: 'a client without the device grant',
  k: 'a confidential client with the device grant',
  approver: 'somebody who approves',
  forms: 'pages that can be driven form by form',
  race: 'leave to send many requests at once (--race)',
  guess: 'leave to guess user codes (--guess)',
}

export interface Check {
  /** `L01` to `L25`. */
  readonly id: string
  readonly title: string
  /** Of 100. */
  readonly weight: number
  readonly needs: readonly Need[]
  /** The rule for source code that this is the live proof of; its own id when there is none. */
  readonly rule: string
  readonly axis: Axis
  readonly severity: Severity
  /** What cures it. */
  readonly fix: string
  /** A FAIL holds the grade down to this. */
  readonly cap?: Letter
  /** Starts what takes its time, before anything else runs. */
  readonly begin?: (exam: Exam) => Promise<(exam: Exam) => Promise<Outcome>>
  /** The whole check, for those without `begin`. */
  readonly run?: (exam: Exam) => Promise<Outcome>
}
