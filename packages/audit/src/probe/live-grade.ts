/** The grade of a live server: by weight of what ran, held down by what must never fail. */
import { type Letter, letterOf, worseOf } from '../verdict/grade.ts'
import type { Grade } from '../verdict/grade.ts'
import type { Check } from './check.ts'
import type { Mark, Outcome } from './outcome.ts'

/** Below this much weight there is no grade. */
const ENOUGH = 80

const SHARE: Readonly<Record<Mark, number>> = { PASS: 1, HALF: 0.5, FAIL: 0, SKIP: 0, ERROR: 0 }

export interface Judged {
  readonly check: Check
  readonly outcome: Outcome
}

export interface Weights {
  /** Of 100: what ran. */
  readonly ran: number
  /** Of what ran. */
  readonly earned: number
}

export function weightsOf(judged: readonly Judged[]): Weights {
  const ran = judged.filter(({ outcome }) => outcome.mark !== 'SKIP' && outcome.mark !== 'ERROR')
  const sum = (each: readonly Judged[], worth: (one: Judged) => number) => each.reduce((total, one) => total + worth(one), 0)
  return { ran: sum(ran, ({ check }) => check.weight), earned: sum(ran, ({ check, outcome }) => check.weight * SHARE[outcome.mark]) }
}

export function liveGrade(judged: readonly Judged[]): Grade {
  const { ran, earned } = weightsOf(judged)
  const axes: Partial<Record<Check['axis'], number>> = {}
  for (const { check } of judged) {
    const weights = weightsOf(judged.filter((each) => each.check.axis === check.axis))
    if (weights.ran > 0) axes[check.axis] = Math.round((100 * weights.earned) / weights.ran)
  }
  if (ran < ENOUGH) return { letter: 'ungraded', score: 0, axes, reasons: [`Checks of weight ${ran} ran; a grade takes ${ENOUGH} of 100.`] }
  const score = Math.floor((100 * earned) / ran)
  let letter: Letter = letterOf(score)
  const reasons: string[] = []
  for (const { check, outcome } of judged) {
    if (outcome.mark !== 'FAIL' || check.cap === undefined) continue
    reasons.push(`${check.id} failed: ${check.cap} at most.`)
    letter = worseOf(letter, check.cap)
  }
  return { letter, score, axes, reasons }
}
