/** What the runtime must provide. Only floor 3 and above implement these; below, nothing reads a global clock, random source or network. */

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMilliseconds = number
/** A length of time in seconds. */
export type Seconds = number

export interface Clock {
  /** The present, in milliseconds since the epoch. */
  now(): EpochMilliseconds
}

/** Waits, or ends early (by rejecting with the signal's reason) when the signal is aborted. */
export type Sleep = (milliseconds: number, signal?: AbortSignal) => Promise<void>

export interface Entropy {
  /** `count` bytes from a cryptographically secure source. */
  random(count: number): Uint8Array
}

export type Fetch = (input: string, init?: RequestInit) => Promise<Response>
