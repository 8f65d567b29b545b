/** What was asked and answered while things broke: one line for each request, by one clock that nobody steps. */

export type Asked = 'issue' | 'poll' | 'enter' | 'approve' | 'deny' | 'refresh' | 'revoke' | 'look'

/**
 * What came of a request. `done`: it was granted. `lost`: no whole answer came, so nobody here knows whether it was done. `unavailable`: 503 with
 * `temporarily_unavailable`. `refused`: a page said no. Else the error code that came, or `wrong` with what came and must not come.
 */
export type Outcome = 'done' | 'lost' | 'unavailable' | 'refused' | (string & {})

export interface Entry {
  readonly who: string
  readonly asked: Asked
  /** Which login this was about; they are numbered. Empty as long as there is none. */
  readonly login: string
  /** Milliseconds. */
  readonly sent: number
  readonly answered: number
  readonly outcome: Outcome
  /** Digest of the refresh token that was presented, and of the one that came. */
  readonly presented?: string
  readonly got?: string
  /** The login is bound to a key, and the request proved it. */
  readonly bound: boolean
}

export interface Span {
  readonly from: number
  readonly to: number
}

export interface Rules {
  /** Of a device code, in milliseconds of the clock of the record. */
  readonly lifeMs: number
  /** How far apart the clocks of the servers, and the one of the record, may be at most. */
  readonly skewMs: number
  /** How much later than the end of its code a client may learn its end: what it takes to ask once more. */
  readonly littleMs: number
  /** How long after a refresh its lost answer is given again, to who proves the key. */
  readonly graceMs: number
  /** While nothing was broken on purpose, so nothing may fail. */
  readonly calm: readonly Span[]
}

export interface Record {
  readonly entries: readonly Entry[]
  readonly now: () => number
  readonly add: (entry: Entry) => void
  /** How many entries are so. */
  readonly count: (asked: Asked, outcome: Outcome) => number
}

export function openRecord(): Record {
  const entries: Entry[] = []
  return {
    entries,
    now: () => performance.now(),
    add: (entry) => void entries.push(entry),
    count: (asked, outcome) => entries.filter((entry) => entry.asked === asked && entry.outcome === outcome).length,
  }
}
