/** A report as its readers go through it: what is wrong, worst first; what is not known; what is in order. And the sentences that every form shares. */
import type { Finding } from '../verdict/finding.ts'
import type { Mitigation } from '../verdict/mitigation.ts'
import type { Report } from '../verdict/report.ts'
import { SEVERITIES, type Severity } from '../verdict/severity.ts'

export interface Sorted {
  readonly bad: readonly Finding[]
  readonly bySeverity: readonly (readonly [severity: Severity, findings: readonly Finding[]])[]
  readonly unknown: readonly Finding[]
  readonly good: readonly Finding[]
}

export function sorted({ findings }: Pick<Report, 'findings'>): Sorted {
  const of = (verdict: Finding['verdict']) => findings.filter((each) => each.verdict === verdict)
  const bad = of('violates')
  const bySeverity = SEVERITIES.map((severity) => [severity, bad.filter((each) => each.severity === severity)] as const)
  return { bad, bySeverity: bySeverity.filter(([, group]) => group.length > 0), unknown: of('unknown'), good: of('satisfies') }
}

/** `4 defects (1 high, 3 low), 2 not known, 9 in order`. */
export function countsOf(report: Report): string {
  const { bad, bySeverity, unknown, good } = sorted(report)
  const each = bySeverity.map(([severity, group]) => `${group.length} ${severity}`).join(', ')
  const defects = `${bad.length} ${bad.length === 1 ? 'defect' : 'defects'}${each === '' ? '' : ` (${each})`}`
  return `${defects}, ${unknown.length} not known, ${good.length} in order`
}

/** How far the look went, one sentence for each side. */
export function extentOf({ extent }: Pick<Report, 'extent'>): string {
  const { lines, files, parsed, requests, weight } = extent
  const source =
    files === undefined
      ? []
      : [`${lines ?? 0} lines in ${files} files were read; ${parsed ?? 0} of the files have to do with a device flow.`]
  const live = requests === undefined ? [] : [`${requests} requests were sent; checks of weight ${weight ?? 0} of 100 ran.`]
  return [...source, ...live].join(' ')
}

export const KIND_TITLES: Readonly<Record<Report['kind'], string>> = {
  audit: 'Source code',
  probe: 'Live server',
  client: 'Client',
  merged: 'Source code and wire',
}

const POINTS_LOST = 'Every side starts at 100; the first defect of a rule in a unit costs 40, 20, 8, 3 or 0 points, from critical to info.'

/** What the numbers mean; there are none for a client. */
export const SCORE_WORDS: Readonly<Record<Report['kind'], string>> = {
  audit: POINTS_LOST,
  merged: POINTS_LOST,
  probe: 'A side has what was earned of the weight of its checks that ran.',
  client: '',
}

/** `9 pass, 5 absent, 3 not applicable`. */
export function standingsOf(mitigations: readonly Mitigation[]): string {
  const standings = ['pass', 'absent', 'not applicable'] as const
  return standings.map((each) => `${mitigations.filter(({ standing }) => standing === each).length} ${each}`).join(', ')
}

const MOST_STEPS = 5

/** Where in the transcript it shows; the first few are enough to look it up. */
export function stepsOf({ steps }: Pick<Mitigation, 'steps'>): string {
  if (steps.length === 0) return ''
  const more = steps.length > MOST_STEPS ? ` and ${steps.length - MOST_STEPS} more` : ''
  return `${steps.length === 1 ? 'step' : 'steps'} ${steps.slice(0, MOST_STEPS).join(', ')}${more}`
}

/** Where it was seen, for people. */
export function placed({ place, unit, origin }: Finding): string {
  if (place !== undefined) return `${place.file}:${place.line}`
  return origin === 'live' ? `on the wire (${unit})` : unit
}
