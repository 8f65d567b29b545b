/** One way to be treated badly, and what a client has to do about it. */
import type { Verdict } from '../verdict/finding.ts'
import type { Severity } from '../verdict/severity.ts'
import type { Behaviour, Hostile } from './hostile-server.ts'
import type { ClientRun } from './run-client.ts'

/** The rules that are judged on the wire. */
export const CLIENT_RULES = {
  C01: { title: 'Interval of the server', severity: 'high', fix: 'Wait at least the interval that the server names.' },
  C02: { title: 'slow_down', severity: 'medium', fix: 'Add five seconds at each slow_down, and keep them.' },
  C03: { title: 'End of the code', severity: 'medium', fix: 'Stop polling when expires_in is over, whatever the server says.' },
  C04: { title: 'Interval that is not named', severity: 'medium', fix: 'Wait five seconds where the server names no interval.' },
  C05: {
    title: 'Errors that end it',
    severity: 'medium',
    fix: 'Stop at access_denied, expired_token, invalid_grant and every other error but the two that wait.',
  },
  C10: {
    title: 'Links and codes of the server',
    severity: 'medium',
    fix: 'Show and open https links of the server’s own host alone, and strip control characters.',
  },
  C11: { title: 'client_id at redemption', severity: 'medium', fix: 'Send client_id with every token request, or authenticate.' },
  C18: { title: 'User code in sight', severity: 'medium', fix: 'Show the user code beside the link that carries it.' },
  C19: { title: 'Browser without a shell', severity: 'high', fix: 'Start the browser with an argument list, never with a command line.' },
  C21: { title: 'Dropped connections', severity: 'low', fix: 'Go on after a failed connection, with growing pauses, until the code ends.' },
  C25: { title: 'Redirected token requests', severity: 'low', fix: 'Follow no redirect with a request that carries secrets.' },
} as const satisfies Readonly<Record<string, { title: string; severity: Severity; fix: string }>>

export type ClientRule = keyof typeof CLIENT_RULES

export interface Judgement {
  readonly rule: ClientRule
  readonly verdict: Verdict
  /** One sentence: what it did. */
  readonly because: string
}

export interface Scenario {
  readonly name: string
  readonly behaviour: (mark: string) => Behaviour
  /** Seconds by the clock of the client, from the start of the program. */
  readonly limit: number
  /** Whether everything was seen that there is to see. */
  readonly isSeen?: (hostile: Hostile, now: number) => boolean
  readonly judge: (run: ClientRun, hostile: Hostile, now: number) => readonly Judgement[]
}

export const violates = (rule: ClientRule, because: string): Judgement => ({ rule, verdict: 'violates', because })
export const satisfies = (rule: ClientRule, because: string): Judgement => ({ rule, verdict: 'satisfies', because })
export const unknown = (rule: ClientRule, because: string): Judgement => ({ rule, verdict: 'unknown', because })

/** Clocks and networks jitter: this much earlier is not early. */
export const JITTER = 0.5

/** Seconds between each poll and the one before. */
export function gapsOf({ polls }: Hostile): readonly number[] {
  return polls.slice(1).map(({ at }, index) => at - (polls[index]?.at ?? at))
}

export const seconds = (value: number): string => `${value.toFixed(1)} s`
