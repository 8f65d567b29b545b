/**
 * Bringing notices to a place of the operator, again and again when need be. Invariant: nobody who approves waits for it, what waits is
 * bounded, and what is given up is counted and told.
 */
import type { Notices } from '@countersign/authority'
import type { Sleep } from '@countersign/protocol'

/** A way by which people are told. */
export interface Channel {
  readonly notify: Notices
  /** Gives up what waits to be tried again, and after a moment also what is under way. */
  close(): Promise<void>
}

/** How an attempt ended. `final`: another one would end alike. `status`: what the other side answered, if it did. */
export type Attempt = 'arrived' | { readonly final: boolean; readonly status: number | undefined; readonly cause?: unknown }

/** A notice that did not arrive. `status`: of the last answer, if there was one. `lost`: how many did not arrive by this way so far. */
export interface NoticeFailure {
  readonly via: 'webhook' | 'mail'
  readonly attempts: number
  readonly status: number | undefined
  readonly lost: number
  readonly cause?: unknown
}

export interface DeliveryPorts {
  readonly sleep: Sleep
  readonly failed: (failure: NoticeFailure) => void
}

export interface Delivery {
  /** Attempts it now and, while that does not succeed, later; the signal says that nobody waits for the attempt any more. */
  begin(attempt: (signal: AbortSignal) => Promise<Attempt>): void
  close: Channel['close']
}

/** Waits before the second attempt and those after it: a restart of the other side, a night without it. */
const PAUSES_MS = [2_000, 15_000, 120_000, 900_000, 3_600_000, 14_400_000] as const
/** What waits is kept in memory; more than this means that nobody is there. */
const MOST_WAITING = 1_000
/** What is under way when the server closes may take as long as this to arrive. */
const LAST_MOMENT_MS = 3_000

export function openDelivery(via: NoticeFailure['via'], { failed, sleep }: DeliveryPorts): Delivery {
  const closing = new AbortController()
  const closed = new AbortController()
  const waiting = new Set<Promise<void>>()
  let lost = 0

  function giveUp(attempts: number, { status, cause }: { readonly status?: number | undefined; readonly cause?: unknown } = {}): void {
    lost += 1
    failed({ via, attempts, status, lost, cause })
  }

  async function deliver(attempt: (signal: AbortSignal) => Promise<Attempt>): Promise<void> {
    for (let attempts = 1; ; attempts++) {
      const outcome = await attempt(closed.signal).catch((cause: unknown) => ({ final: false, status: undefined, cause }))
      if (outcome === 'arrived') return
      const pause = PAUSES_MS[attempts - 1]
      if (pause === undefined || outcome.final) return giveUp(attempts, outcome)
      if (!closing.signal.aborted) await sleep(pause, closing.signal).catch(() => undefined)
      if (closing.signal.aborted) return giveUp(attempts, outcome)
    }
  }

  return {
    begin: (attempt) => {
      if (waiting.size >= MOST_WAITING || closing.signal.aborted) return giveUp(0)
      const delivery = deliver(attempt)
      waiting.add(delivery)
      void delivery.finally(() => waiting.delete(delivery))
    },
    close: async () => {
      closing.abort()
      const arrived = new AbortController()
      await Promise.race([Promise.all(waiting), sleep(LAST_MOMENT_MS, arrived.signal).catch(() => undefined)])
      arrived.abort()
      closed.abort()
      await Promise.all(waiting)
    },
  }
}
