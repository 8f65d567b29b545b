/** From judgements to findings: each with its place, its evidence and what was searched for. */
import { wholePath } from '../collect/bundles.ts'
import { isTest } from '../collect/text-files.ts'
import type { Subject } from '../facts/roles.ts'
import { unitOf } from '../link/project.ts'
import type { Spot } from '../neutral/spot.ts'
import type { Judgement, Rule } from '../rules/rule.ts'
import type { Evidence, Finding, Place } from './finding.ts'

function placeOf({ func, node }: Spot): Place {
  const { line, column } = node === undefined || node.line === 0 ? func : node
  return { file: wholePath(func.file.path), line, column }
}

function findingOf(rule: Rule, judgement: Judgement): Finding {
  const spot = judgement.spot ?? { func: judgement.unit }
  const evidence = [spot, ...(judgement.evidence ?? [])].map(
    (each): Evidence => ({ note: each.note ?? judgement.message, place: placeOf(each) }),
  )
  return {
    rule: rule.id,
    verdict: judgement.verdict,
    severity: judgement.severity ?? rule.severity,
    confidence: judgement.confidence ?? rule.confidence,
    axis: rule.axis,
    origin: 'source',
    unit: unitOf(judgement.unit),
    message: judgement.message,
    fix: rule.fix,
    place: placeOf(spot),
    evidence,
    searched: judgement.searched ?? [],
  }
}

function registeredUnder({ checkRegistered }: Rule, subject: Subject): readonly Judgement[] {
  if (checkRegistered === undefined) return []
  return subject.registries.flatMap((registry) =>
    registry.withDeviceGrant.flatMap((client) => checkRegistered(client, registry, subject) ?? []),
  )
}

const RANK = { violates: 0, unknown: 1, satisfies: 2 } as const

/** Asks every rule. A rule speaks once for each place; defects first. */
export function judge(rules: readonly Rule[], subject: Subject): Finding[] {
  const findings = new Map<string, Finding>()
  for (const rule of rules) {
    for (const judgement of [...rule.check(subject), ...registeredUnder(rule, subject)]) {
      const finding = findingOf(rule, judgement)
      if (isTest(finding.place?.file ?? '')) continue
      const { file, line } = finding.place ?? { file: '', line: 0 }
      const key = finding.verdict === 'violates' ? `${rule.id} ${file}:${line}` : `${rule.id} ${finding.unit} ${finding.verdict}`
      if (!findings.has(key)) findings.set(key, finding)
    }
  }
  return [...findings.values()].sort((one, other) => RANK[one.verdict] - RANK[other.verdict])
}
