/** How bad a defect is, worst first, and what one costs. */

export const SEVERITIES = ['critical', 'high', 'medium', 'low', 'info'] as const

export type Severity = (typeof SEVERITIES)[number]

/** How sure a judgement is. Only `high` and `medium` can stop a build. */
export type Confidence = 'high' | 'medium' | 'low'

/** Points that the first defect of a rule in a unit takes from its axis of 100. */
export const POINTS: Readonly<Record<Severity, number>> = { critical: 40, high: 20, medium: 8, low: 3, info: 0 }

/** Whether `one` is at least as bad as `other`. */
export function isAtLeast(one: Severity, other: Severity): boolean {
  return SEVERITIES.indexOf(one) <= SEVERITIES.indexOf(other)
}
