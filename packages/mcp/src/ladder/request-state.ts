/**
 * The state that a modern client carries from one round to the next (MCP multi round-trip requests).
 * Invariant: it opens only where it was made, for the same call of the same tool, once, and not for long. Nothing in it is worth anything
 * elsewhere: the device code never leaves the process.
 */
import { decodeBase64url, encodeBase64url, randomText, type Suite } from '@countersign/proof'
import type { Clock, EpochMilliseconds } from '@countersign/protocol'
import { isObject } from '../wire/message.ts'

/** What a round waits for. */
export interface Round {
  /** Whose answer is awaited: a stale one must not hit a newer code. */
  readonly flow: string
  /** The question was for the number on the page, and which one. */
  readonly question?: number
  /** What the call carried before this round: a tool may have rounds of its own. */
  readonly carried?: { readonly inputResponses?: unknown; readonly requestState?: string }
}

/** The call that a state belongs to. */
export interface RoundCall {
  readonly tool: string
  readonly arguments: unknown
}

export interface RequestStates {
  readonly seal: (call: RoundCall, round: Round) => Promise<string>
  /** The round; `undefined` when the state is not ours to open, for whatever reason. A state opens once. */
  readonly open: (call: RoundCall, state: string) => Promise<Round | undefined>
}

const PREFIX = 'countersign.'
const LIFE = 30 * 60_000

/** Whether a state claims to be one of these, in contrast to one that the tool made for itself. */
export function isOurs(state: string): boolean {
  return state.startsWith(PREFIX)
}

/** States under a key that lives and dies with this process: on stdio one process is one person's. */
export function requestStates(suite: Suite, clock: Clock): RequestStates {
  const key = suite.random(32)
  const used = new Map<string, EpochMilliseconds>()

  /** The digest of the request, as associated text: another call does not open it. */
  const callOf = async ({ tool, arguments: given }: RoundCall) => JSON.stringify([tool, await suite.sha256(canonical(given))])

  return {
    seal: async (call, round) => {
      const text = JSON.stringify({ ...round, id: randomText(suite, 9), until: clock.now() + LIFE })
      return PREFIX + encodeBase64url(await suite.seal(key, new TextEncoder().encode(text), await callOf(call)))
    },
    open: async (call, state) => {
      const bytes = isOurs(state) ? decodeBase64url(state.slice(PREFIX.length)) : undefined
      const opened = bytes === undefined ? undefined : await suite.open(key, bytes, await callOf(call))
      if (opened === undefined) return undefined
      const { id, until, ...round } = JSON.parse(new TextDecoder().decode(opened)) as Round & {
        readonly id: string
        readonly until: number
      }
      const now = clock.now()
      for (const [old, end] of used) if (end <= now) used.delete(old)
      if (until <= now || used.has(id)) return undefined
      used.set(id, until)
      return round
    },
  }
}

/** The same text for the same arguments, in whatever order their members come back. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (!isObject(value)) return JSON.stringify(value) ?? 'null'
  const members = Object.keys(value).sort()
  return `{${members.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(',')}}`
}
