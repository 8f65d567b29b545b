/** Waiting for news of a code, for as long as a call may wait. */
import { type Clock, CountersignError, type Sleep } from '@countersign/protocol'
import type { Flow } from '../sign-in/flow.ts'
import type { CountersignAsked, FlowEnd } from '../sign-in/state.ts'
import type { LadderCall } from './call.ts'
import { progressWords } from './words.ts'

export type Heard = FlowEnd | CountersignAsked | 'late' | 'undeliverable'

export interface Hearing {
  readonly clock: Clock
  readonly sleep: Sleep
  /** Milliseconds to wait when nobody wants to hear of progress. */
  readonly patience: number
}

const PROGRESS_EVERY = 5000

/**
 * The next news of the code, with progress told on the way to whoever wants to hear it: those wait for as long as the code lives.
 * @throws CountersignError `aborted` when the caller has given up
 */
export async function hear(
  { clock, sleep, patience }: Hearing,
  { signal: caller, progress }: Pick<LadderCall, 'signal' | 'progress'>,
  flow: Flow,
  question: CountersignAsked | undefined,
  undeliverable: Promise<void>,
): Promise<Heard> {
  const over = new AbortController()
  const signal = AbortSignal.any([caller, over.signal])

  async function untilLate(): Promise<Heard> {
    if (progress === undefined) {
      await sleep(patience, signal)
      return 'late'
    }
    const { invitation } = flow
    const started = clock.now()
    const total = Math.max(1, Math.ceil((invitation.expiresAt - started) / 1000))
    // A little longer than the code lives: that it has expired is told by the flow.
    for (let now = started; now < invitation.expiresAt + PROGRESS_EVERY; now = clock.now()) {
      progress({ progress: Math.min(total, (now - started) / 1000), total, message: progressWords({ invitation, now }) })
      await sleep(PROGRESS_EVERY, signal)
    }
    return 'late'
  }

  try {
    return await Promise.race([flow.next(question, signal), undeliverable.then((): Heard => 'undeliverable'), untilLate()])
  } finally {
    over.abort(new CountersignError('aborted', 'nobody waits any more'))
  }
}
