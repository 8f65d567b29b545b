/** What the exit code says. Scripts rely on it, so a number never changes its meaning. */
import type { CountersignErrorCode, OAuthErrorCode } from '@countersign/protocol'

export const EXIT = {
  ok: 0,
  /** Anything that went wrong and has no number of its own. */
  failure: 1,
  /** The command was called wrongly: an unknown command or flag, a value that cannot be. */
  usage: 2,
  /** The person at the verification page said no. */
  denied: 3,
  /** Nobody decided in time. */
  expired: 4,
  /** There is no usable sign-in here: `countersign login` is the next step. */
  notSignedIn: 5,
  /** A code waits for a person, and nobody waits for the person here: `login --no-wait`. */
  pending: 8,
  /** Stopped by SIGINT or SIGTERM before it was done. */
  interrupted: 130,
} as const

/** One of `EXIT`; only a command that stands in for another program ends with that program's own. */
export type ExitCode = number

const BY_CODE: Readonly<Partial<Record<CountersignErrorCode | OAuthErrorCode, ExitCode>>> = {
  usage: EXIT.usage,
  access_denied: EXIT.denied,
  device_code_expired: EXIT.expired,
  expired_token: EXIT.expired,
  not_signed_in: EXIT.notSignedIn,
  aborted: EXIT.interrupted,
}

/** The exit code of a failure, by the `code` its error carries; 1 for every other one. */
export function exitCodeOf(error: unknown): ExitCode {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
  return Object.hasOwn(BY_CODE, code) ? (BY_CODE[code as keyof typeof BY_CODE] ?? EXIT.failure) : EXIT.failure
}
