/** A probe as lines for a person: the grade, each check with what decided it, and for what is wrong the cure and where it was seen. */
import { bold, painted, sentence, type TextLook, wrapped } from '../report/lines.ts'
import type { Judged } from './live-grade.ts'
import type { Mitigation, Standing } from '../verdict/mitigation.ts'
import { standingsOf, stepsOf } from '../report/sorted.ts'
import type { Mark, Outcome } from './outcome.ts'
import type { ProbeResult } from './probe.ts'
import type { Step } from './wire/transcript.ts'

const COLOURS: Readonly<Record<Mark, number>> = { PASS: 32, HALF: 33, FAIL: 31, SKIP: 90, ERROR: 35 }

/** Lines without their ends. What servers said is shortened and comes without control characters. */
export function probeLines({ server, judged, grade, weights, mitigations, transcript }: ProbeResult, look: TextLook): readonly string[] {
  const letter = grade.letter === 'ungraded' ? 'no grade' : `grade ${grade.letter}, ${grade.score} of 100`
  const lost = judged.filter(({ outcome }) => outcome.mark === 'SKIP' || outcome.mark === 'ERROR')
  return [
    `${bold(server.issuer, look)}: ${bold(letter, look)}`,
    `${judged.length - lost.length} of ${judged.length} checks ran, ${weights.ran} of 100 by weight, in ${transcript.length} requests`,
    ...grade.reasons.flatMap((reason) => wrapped(reason, look, 0)),
    '',
    ...judged.flatMap((one) => checkLines(one, transcript, look)),
    ...(mitigations.length === 0 ? [] : ['', `${bold('Mitigations of RFC 10027 (BCP 247)', look)}: ${standingsOf(mitigations)}`, '']),
    ...mitigations.flatMap((one) => mitigationLines(one, look)),
  ]
}

function checkLines({ check, outcome }: Judged, transcript: readonly Step[], look: TextLook): readonly string[] {
  const isWrong = outcome.mark === 'FAIL' || outcome.mark === 'HALF'
  return [
    `${markText(outcome, look)} ${check.id}  ${bold(check.title, look)} (${check.weight})`,
    ...wrapped(sentence(outcome.because), look),
    ...outcome.notes.flatMap((note) => wrapped(`noticed: ${note}`, look)),
    ...(isWrong ? wrapped(`cure: ${check.fix}`, look) : []),
    ...(isWrong ? seen(outcome, transcript).flatMap((line) => wrapped(line, look)) : []),
  ]
}

const STANDINGS: Readonly<Record<Standing, number>> = { pass: 32, absent: 31, 'not applicable': 90 }

function mitigationLines(mitigation: Mitigation, look: TextLook): readonly string[] {
  const { section, title, standing, observed, steps } = mitigation
  return [
    `${painted(standing.padEnd(14), STANDINGS[standing], look)} ${section.padEnd(7)} ${bold(title, look)}`,
    ...wrapped(`${sentence(observed)}${steps.length === 0 ? '' : ` (${stepsOf(mitigation)})`}`, look, 23),
  ]
}

function seen({ steps }: Outcome, transcript: readonly Step[]): readonly string[] {
  return steps.slice(0, 3).flatMap((number) => {
    const step = transcript[number - 1]
    if (step === undefined) return []
    const answered = step.answered.length > 120 ? `${step.answered.slice(0, 120)}...` : step.answered
    return [`seen: ${number}. ${step.request}: ${step.status} ${answered}`]
  })
}

function markText({ mark }: Outcome, look: TextLook): string {
  return painted(mark.padEnd(6), COLOURS[mark], look)
}
