/**
 * The risks of signing in across devices, acknowledged by whoever runs the server (RFC 10027 section 2). Invariant: no server is there for
 * others whose operator has not named a risk profile, and none calls itself `standard` while one of its mitigations is turned down.
 */
import { DEFAULT_SETTINGS, type Settings } from '@countersign/authority'
import { CountersignError, isLoopbackHost } from '@countersign/protocol'
import type { Configuration } from '../configuration/configuration.ts'

/** `standard`: every mitigation that docs/threat-model.md names is in force. `reduced`: some are not, and the log says at each start which. */
export type RiskProfile = 'standard' | 'reduced'

const THREAT_MODEL = 'https://github.com/countersign/countersign/blob/main/docs/threat-model.md'

const LONGEST_CODE_LIFE_S = 900
const LONGEST_FRESH_SIGN_IN_S = 900
const LONGEST_GRANT_S = 180 * 86_400
/** Limits may be loosened for a company behind one address; beyond this many times the default they limit nobody. */
const LOOSENED = 10

/** What is turned down, each in a word that the threat model has and as it is set. */
export function reductionsIn(given: Partial<Settings>): readonly string[] {
  const settings = { ...DEFAULT_SETTINGS, ...given }
  const { guessing: usual, codesPerMinute } = DEFAULT_SETTINGS
  const { guessing } = settings
  const grantLife = settings.perGrant.device_code?.refreshAbsolute ?? settings.refreshAbsolute
  const found: readonly (readonly [boolean, string])[] = [
    [settings.approvalPolicy === 'open', 'proximity (settings.approvalPolicy is "open")'],
    [settings.codeLife > LONGEST_CODE_LIFE_S, `short-lived codes (settings.codeLife is ${settings.codeLife})`],
    [settings.clientDocuments === 'any', 'trusted clients (settings.clientDocuments is "any")'],
    [settings.registration === 'open', 'trusted clients (settings.registration is "open")'],
    [grantLife > LONGEST_GRANT_S, `short-lived tokens (settings.refreshAbsolute is ${grantLife} for devices)`],
    [settings.freshSignIn > LONGEST_FRESH_SIGN_IN_S, `a fresh sign-in (settings.freshSignIn is ${settings.freshSignIn})`],
    [settings.codesPerMinute > codesPerMinute * LOOSENED, `rate limits (settings.codesPerMinute is ${settings.codesPerMinute})`],
    ...(['perBrowser', 'perAccount', 'perNetwork'] as const).map(
      (limit) => [guessing[limit] > usual[limit] * LOOSENED, `rate limits (settings.guessing.${limit} is ${guessing[limit]})`] as const,
    ),
  ]
  return found.filter(([isReduced]) => isReduced).map(([, what]) => what)
}

/**
 * Judges a configuration before anything of it is opened; a server that nobody but this machine reaches needs no profile.
 * @throws CountersignError `configuration_invalid` when the profile is missing, or is not what is configured
 */
export function checkRiskProfile({ file, issuer, riskProfile, settings }: Configuration): void {
  if (issuer === undefined || isLoopbackHost(new URL(issuer).hostname)) return
  const reductions = reductionsIn(settings)
  if (riskProfile === undefined) {
    const fitting: RiskProfile = reductions.length === 0 ? 'standard' : 'reduced'
    throw new CountersignError('configuration_invalid', `a server for others needs a risk profile, and none is set for ${issuer}`, {
      hint: `read ${THREAT_MODEL}; when its risks are yours, set "riskProfile": "${fitting}" in ${file}, or --risk-profile ${fitting}`,
    })
  }
  if (riskProfile === 'standard' && reductions.length > 0) {
    throw new CountersignError('configuration_invalid', `riskProfile: "standard" does not hold with less ${reductions.join(', less ')}`, {
      hint: `put them back, or say so: "riskProfile": "reduced"; ${THREAT_MODEL} tells what that leaves open`,
    })
  }
}
