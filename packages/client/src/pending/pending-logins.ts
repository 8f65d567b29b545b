/**
 * Sign-ins that wait for a person, kept where other programs find them: one for each name, so that however many programs want the same
 * sign-in, there is one code; and the code outlives the program that asked for it.
 * This file is the port and the shape of what is kept. A record is as secret as a credential: the device code and the key are in it.
 */
import type { EpochMilliseconds, Scope } from '@countersign/protocol'
import type { PollState } from '../device/poll.ts'
import type { StartedLogin } from '../device/start.ts'

/** A code under way. JSON: absent members are left out. */
export interface PendingLogin extends StartedLogin {
  /** Names this code, and only this one; tells nothing about it. */
  readonly id: string
  /** The pace, whoever polls (RFC 8628 section 3.5). */
  readonly poll: PollState
  /** Polls that were answered or given up. */
  readonly polls: number
  /** Why the latest poll brought no answer. */
  readonly trouble?: string
  /** The server waits for the countersign; `number` tells one question from the next. */
  readonly question?: { readonly number: number; readonly wrong: boolean; readonly told?: string }
  /** Somebody has accepted that the page is on another host than the issuer's. */
  readonly hostAccepted?: boolean
}

/** How a code ended: told to everybody who waited for it. */
export interface LoginEnding {
  readonly id: string
  readonly endedAt: EpochMilliseconds
  readonly how: /** The credential is in the vault. */
    | { readonly type: 'granted'; readonly missing: Scope }
    /** Another code took its place, for more scopes. */
    | { readonly type: 'replaced'; readonly by: string }
    | { readonly type: 'failed'; readonly code: string; readonly message: string; readonly hint?: string }
}

export interface LoginRecord {
  /** Of this shape. */
  readonly version: 1
  readonly current?: PendingLogin
  /** The latest ones. */
  readonly endings: readonly LoginEnding[]
}

export interface LoginEntry {
  readonly name: string
  readonly record: LoginRecord
}

/**
 * Contract, for every place:
 * - a name is opaque text of any length and any character (`vaultName` makes it);
 * - `write` replaces the whole record or nothing, and readers see the old or the new one without waiting;
 * - what cannot be opened counts as absent: the way out is a new code, and nothing is lost but a few minutes;
 * - a place that is away rejects with `vault_unavailable`, and secrets never appear in an error.
 */
export interface PendingLogins {
  read(name: string): Promise<LoginRecord | undefined>
  write(name: string, record: LoginRecord): Promise<void>
  /** Every record, in no particular order. */
  list(): Promise<readonly LoginEntry[]>
  /**
   * Runs the work while no other holder of this name's lock runs, in this process or another on the same place; a holder that was killed
   * holds nothing. Not reentrant.
   * @throws CountersignError `aborted` when the signal ends the wait, `lock_timeout` when the place gives up waiting
   */
  locked<T>(name: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T>
}

/** What somebody waits for: one code, by name and id. */
export interface LoginHandle {
  readonly name: string
  readonly id: string
}
