/**
 * What no single event tells: too many of a kind in too short a time (RFC 8628 section 5.1, RFC 10027 section 6.1.4).
 * Invariant: an anomaly is told once for each window in which it lasts, so that a storm does not become a storm of alerts.
 */
import type { Clock } from '@countersign/protocol'
import type { ServerEvent } from '../event-log.ts'

interface Rule {
  readonly types: readonly ServerEvent['type'][]
  readonly windowMs: number
  /** So many in one window are still no anomaly. */
  readonly most: number
}

const MINUTE = 60_000

/** Thresholds of a server that some thousand people use: each is far above what honest use of one looks like. */
export const ANOMALIES = {
  /** Somebody tries user codes. */
  wrong_codes: { types: ['code.guessed_wrong'], windowMs: MINUTE, most: 60 },
  /** A limit on guessing was reached, again and again: from many places at once. */
  guessing_limited: { types: ['code.guessing_limited'], windowMs: 10 * MINUTE, most: 10 },
  /** One code in the hands of many people: it was sent around. */
  codes_sent_around: { types: ['code.reused'], windowMs: 10 * MINUTE, most: 0 },
  /** Programs that do not hear slow_down. */
  excessive_polling: { types: ['device.slowed_down'], windowMs: MINUTE, most: 600 },
  /** Device codes without their keys: they were stolen. */
  stolen_codes: { types: ['device.key_mismatched', 'authorization.mismatched'], windowMs: 10 * MINUTE, most: 5 },
  /** Codes and tokens that come back after they were spent. */
  replays: { types: ['device.replayed', 'authorization.replayed', 'family.replayed'], windowMs: 10 * MINUTE, most: 5 },
  /** People who see requests they did not make. */
  denials: { types: ['device.denied', 'authorization.denied'], windowMs: 10 * MINUTE, most: 30 },
  /** Somebody tries passwords. */
  refused_sign_ins: { types: ['account.refused', 'account.passkey_refused'], windowMs: MINUTE, most: 60 },
  /** The server or its store is broken. */
  failures: { types: ['request.failed', 'store.sweep_failed', 'notice.failed'], windowMs: MINUTE, most: 20 },
} as const satisfies Record<string, Rule>

export type AnomalyName = keyof typeof ANOMALIES

export interface Anomaly {
  readonly anomaly: AnomalyName
  /** So many in this window until now. */
  readonly count: number
  /** Seconds. */
  readonly window: number
}

/** Looks at every event; tells of an anomaly in the moment it becomes one. `most` overrides thresholds. */
export function watchAnomalies(
  clock: Clock,
  raise: (anomaly: Anomaly) => void,
  most: Partial<Record<AnomalyName, number>> = {},
): (event: { readonly type: string }) => void {
  const watchers = new Map<string, ((type: string) => void)[]>()
  for (const name of Object.keys(ANOMALIES) as AnomalyName[]) {
    const { types, windowMs, most: usual } = ANOMALIES[name] as Rule
    const watch = watcher(clock, windowMs, most[name] ?? usual, (count) => raise({ anomaly: name, count, window: windowMs / 1000 }))
    for (const type of types) watchers.set(type, [...(watchers.get(type) ?? []), watch])
  }
  return ({ type }) => {
    for (const watch of watchers.get(type) ?? []) watch(type)
  }
}

/** Two halves of a window that move on: an estimate that forgets evenly, in constant space. */
function watcher(clock: Clock, windowMs: number, most: number, raise: (count: number) => void): () => void {
  let start = Number.NEGATIVE_INFINITY
  let count = 0
  let before = 0
  let quietUntil = Number.NEGATIVE_INFINITY
  return () => {
    const now = clock.now()
    if (now - start >= windowMs || now < start) {
      before = now - start < 2 * windowMs && now >= start ? count : 0
      count = 0
      start = now - ((now - start) % windowMs || 0)
    }
    count++
    // As much of the window before as still lies within one window's length from now.
    const recent = count + before * Math.max(0, 1 - (now - start) / windowMs)
    if (recent <= most || now < quietUntil) return
    quietUntil = now + windowMs
    raise(Math.round(recent))
  }
}
