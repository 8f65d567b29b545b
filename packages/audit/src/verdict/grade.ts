/** From judgements to a grade. The arithmetic is the same for source code and for live servers; only the caps of a live probe are its own. */
import { AXES, type Axis } from './axis.ts'
import type { Finding } from './finding.ts'
import { POINTS, type Severity } from './severity.ts'

export type Letter = 'A' | 'B' | 'C' | 'D' | 'F'

export interface Grade {
  /** `ungraded` when too much is not known, or nothing was there to judge. */
  readonly letter: Letter | 'ungraded'
  /** 0 to 100; 0 when ungraded. */
  readonly score: number
  /** 0 to 100 for each axis that something was judged on. */
  readonly axes: Readonly<Partial<Record<Axis, number>>>
  /** What held the letter down or made it impossible, as sentences. */
  readonly reasons: readonly string[]
}

const BANDS: readonly (readonly [least: number, letter: Letter])[] = [
  [90, 'A'],
  [80, 'B'],
  [65, 'C'],
  [50, 'D'],
]

const LETTERS: readonly Letter[] = ['A', 'B', 'C', 'D', 'F']

/** The share of rules without an answer from which on there is no grade. */
const TOO_MUCH_UNKNOWN = 0.25

/** The letter of a score from 0 to 100. */
export function letterOf(score: number): Letter {
  return BANDS.find(([least]) => score >= least)?.[1] ?? 'F'
}

/** The worse of two letters. */
export function worseOf(one: Letter, other: Letter): Letter {
  return LETTERS.indexOf(one) > LETTERS.indexOf(other) ? one : other
}

/** Judges what was found: first instance of each rule in each unit, floor of the worst axis, caps for the worst defects. */
export function gradeOf(findings: readonly Finding[]): Grade {
  const rules = new Set(findings.map(({ rule }) => rule))
  if (rules.size === 0) return { letter: 'ungraded', score: 0, axes: {}, reasons: ['Nothing was found that could be judged.'] }
  const answered = new Set(findings.filter(({ verdict }) => verdict !== 'unknown').map(({ rule }) => rule))
  const axes = scores(findings)
  const values = Object.values(axes)
  const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(values.length, 1)
  const score = Math.round(Math.min(...values, mean))
  if ((rules.size - answered.size) / rules.size > TOO_MUCH_UNKNOWN) {
    return { letter: 'ungraded', score: 0, axes, reasons: [`${rules.size - answered.size} of ${rules.size} rules have no answer.`] }
  }
  const reasons: string[] = []
  const worst = worstOf(findings)
  let letter = letterOf(score)
  for (const [severity, most] of [
    ['critical', 'F'],
    ['high', 'C'],
  ] as const) {
    if (worst === severity) {
      reasons.push(`A defect of severity ${severity}: ${most} at most.`)
      letter = worseOf(letter, most)
    }
  }
  return { letter, score, axes, reasons }
}

function scores(findings: readonly Finding[]): Partial<Record<Axis, number>> {
  const first = new Map(findings.filter(({ verdict }) => verdict === 'violates').map((each) => [`${each.rule} ${each.unit}`, each]))
  const lost = (axis: Axis): number =>
    [...first.values()].filter((each) => each.axis === axis).reduce((sum, { severity }) => sum + POINTS[severity], 0)
  const judged = AXES.filter((axis) => findings.some((each) => each.axis === axis && each.verdict !== 'unknown'))
  return Object.fromEntries(judged.map((axis) => [axis, Math.max(0, 100 - lost(axis))]))
}

function worstOf(findings: readonly Finding[]): Severity | undefined {
  const severities = findings.filter(({ verdict }) => verdict === 'violates').map(({ severity }) => severity)
  return severities.sort((one, other) => POINTS[other] - POINTS[one])[0]
}
