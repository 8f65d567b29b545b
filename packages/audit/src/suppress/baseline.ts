/** A baseline: findings that were there when somebody began to look, and are worked off by and by. */
import { AuditError } from '../error.ts'
import type { Finding } from '../verdict/finding.ts'
import { fingerprintOf } from './fingerprint.ts'
import type { Sifted } from './ignores.ts'

export interface Baseline {
  readonly version: 1
  readonly fingerprints: readonly string[]
}

export function baselineOf(findings: readonly Finding[], texts: ReadonlyMap<string, string>): Baseline {
  const bad = findings.filter(({ verdict }) => verdict === 'violates')
  return { version: 1, fingerprints: [...new Set(bad.map((finding) => fingerprintOf(finding, texts)))].sort() }
}

/**
 * Reads a baseline file.
 * @throws AuditError `configuration_invalid`
 */
export function readBaseline(text: string): Baseline {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new AuditError('configuration_invalid', 'The baseline is not JSON.', { cause: error })
  }
  const { version, fingerprints } = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>
  if (version !== 1 || !Array.isArray(fingerprints) || !fingerprints.every((each) => typeof each === 'string')) {
    throw new AuditError('configuration_invalid', 'The baseline is not one that --write-baseline wrote.')
  }
  return { version, fingerprints }
}

/** Splits off what is in the baseline, and says when some of it is there no more. */
export function applyBaseline(findings: readonly Finding[], { fingerprints }: Baseline, texts: ReadonlyMap<string, string>): Sifted {
  const known = new Set(fingerprints)
  const seen = new Set<string>()
  const isKnown = (finding: Finding): boolean => {
    const fingerprint = fingerprintOf(finding, texts)
    if (finding.verdict !== 'violates' || !known.has(fingerprint)) return false
    seen.add(fingerprint)
    return true
  }
  const ignored = findings.filter(isKnown).map((finding) => ({ finding, by: 'baseline' as const }))
  const gone = known.size - seen.size
  return {
    findings: findings.filter((finding) => !isKnown(finding)),
    ignored,
    notes: gone === 0 ? [] : [`${gone} ${gone === 1 ? 'defect' : 'defects'} of the baseline can no longer be found: write it again.`],
  }
}
