/** The outcomes of a probe as findings, in the shape that every report is made from. */
import type { Finding, Verdict } from '../verdict/finding.ts'
import { REPORT_VERSION, type Report } from '../verdict/report.ts'
import type { Check } from './check.ts'
import type { Mark, Outcome } from './outcome.ts'
import type { ProbeResult } from './probe.ts'

const VERDICTS: Readonly<Record<Mark, Verdict>> = {
  PASS: 'satisfies',
  HALF: 'violates',
  FAIL: 'violates',
  SKIP: 'unknown',
  ERROR: 'unknown',
}

/** One finding for each check, with the steps of the transcript that show it. */
export function findingsOf({ judged, transcript }: Pick<ProbeResult, 'judged' | 'transcript'>): readonly Finding[] {
  return judged.map(({ check, outcome }) => ({
    rule: check.rule,
    verdict: VERDICTS[outcome.mark],
    // Half of it is there: one step less bad than nothing of it.
    severity: outcome.mark === 'HALF' && check.severity !== 'info' ? 'low' : check.severity,
    confidence: 'high',
    axis: check.axis,
    origin: 'live',
    unit: check.id,
    message: `${check.title}: ${outcome.because}.`,
    fix: check.fix,
    evidence: [
      ...outcome.steps.flatMap((number) => {
        const step = transcript[number - 1]
        return step === undefined ? [] : [{ note: `${step.request}: ${step.status} ${step.answered}`, exchange: String(number) }]
      }),
      ...outcome.notes.map((note) => ({ note })),
    ],
    searched: [],
  }))
}

/** A report of the probe, for everything that prints reports. */
export function probeReport(result: ProbeResult): Report {
  const { server, judged, grade, weights, mitigations, transcript } = result
  const lost = judged.filter(({ outcome }) => outcome.mark === 'SKIP' || outcome.mark === 'ERROR')
  return {
    version: REPORT_VERSION,
    kind: 'probe',
    target: server.issuer,
    findings: findingsOf(result),
    ignored: [],
    mitigations,
    grade,
    notes: lost.map(({ check, outcome }) => `${check.id} (weight ${check.weight}) did not run: ${outcome.because}.`),
    extent: { requests: transcript.length, weight: weights.ran, checks: judged.length - lost.length },
  }
}

/** A check as it ended. */
export interface CheckOutcome extends Outcome, Pick<Check, 'id' | 'title' | 'weight' | 'rule'> {}

/** The report, and beside it every check as it ended: for programs. */
export function probeJson(result: ProbeResult): Report & { readonly checks: readonly CheckOutcome[] } {
  const checks = result.judged.map(({ check: { id, title, weight, rule }, outcome }) => ({ id, title, weight, rule, ...outcome }))
  return { ...probeReport(result), checks }
}
