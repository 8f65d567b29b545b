/** Following the renewals of a token for as long as a program needs it. */
import type { Runtime } from '@countersign/client'
import { plainLine } from '@countersign/node'
import { CountersignError } from '@countersign/protocol'
import type { Output } from '../output.ts'
import type { Token, TokenSource, Which } from '../sign-ins/token-source.ts'

interface Following {
  readonly source: TokenSource
  readonly which: Which
  readonly runtime: Pick<Runtime, 'clock' | 'sleep'>
  readonly say: Output['say']
}

const MARGIN = 60_000
const SHORTEST_WAIT = 1000
/** Another program may have renewed it, or the machine have slept. */
const LONGEST_WAIT = 300_000
const RETRY = 30_000

/** Hands every new token to `deliver` until the signal, or until a person would have to sign in again, which is told. */
export async function keepDelivering(
  { source, which, runtime, say }: Following,
  first: Token,
  deliver: (token: string) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  let current = first
  let told = ''
  let pause = pauseBefore(current, runtime.clock.now())
  while (!signal.aborted) {
    try {
      await runtime.sleep(pause, signal)
      const next = await source.token(which, { signal })
      if (next.access_token !== current.access_token) await deliver(next.access_token)
      current = next
      told = ''
      pause = pauseBefore(current, runtime.clock.now())
    } catch (error) {
      if (signal.aborted) return
      if (!(error instanceof CountersignError)) throw error
      // Once for each reason: a server that is away for a night must not fill a log.
      if (told !== error.message) say(`warning: the token could not be renewed: ${plainLine(error.message)}`)
      told = error.message
      if (error.code === 'not_signed_in') return
      pause = RETRY
    }
  }
}

/** Until a look at it is due: when the vault would renew it, or sooner. */
function pauseBefore({ expires_at: end }: Token, now: number): number {
  if (end === undefined) return LONGEST_WAIT
  const left = Date.parse(end) - now
  return Math.min(LONGEST_WAIT, Math.max(SHORTEST_WAIT, left - Math.min(MARGIN, left / 5) + 10))
}
