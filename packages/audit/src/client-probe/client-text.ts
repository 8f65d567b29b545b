/** A probe of a client as lines for a person. */
import type { Verdict } from '../verdict/finding.ts'
import { bold, painted, sentence, type TextLook, wrapped } from '../report/lines.ts'
import type { ClientProbeResult } from './client-probe.ts'
import { CLIENT_RULES } from './scenario.ts'

const WORDS: Readonly<Record<Verdict, readonly [word: string, colour: number]>> = {
  satisfies: ['PASS', 32],
  violates: ['FAIL', 31],
  unknown: ['?', 90],
}

/** Lines without their ends. */
export function clientLines({ command, judged, interrupted }: ClientProbeResult, look: TextLook): readonly string[] {
  const count = (verdict: Verdict) => judged.filter((each) => each.verdict === verdict).length
  return [
    `${bold(command.join(' '), look)}: ${count('satisfies')} kept, ${count('violates')} broken, ${count('unknown')} without an answer`,
    ...(interrupted ? ['The probe was interrupted.'] : []),
    '',
    ...judged.flatMap(({ rule, verdict, because }) => {
      const [word, colour] = WORDS[verdict]
      const { title, fix } = CLIENT_RULES[rule]
      return [
        `${painted(word.padEnd(6), colour, look)} ${rule}  ${bold(title, look)}`,
        ...wrapped(sentence(because), look),
        ...(verdict === 'violates' ? wrapped(`cure: ${fix}`, look) : []),
      ]
    }),
  ]
}
