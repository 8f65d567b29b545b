/** How codes end, in the record that everybody reads. */
import { CountersignError, type CountersignErrorCode, type EpochMilliseconds } from '@countersign/protocol'
import type { LoginEnding, LoginRecord, PendingLogin } from './pending-logins.ts'

/** Whoever waits looks several times a second; what ended longer ago concerns nobody. */
const REMEMBERED = 16

/** The record after the current code has ended. */
export function ended({ current, endings }: LoginRecord, how: LoginEnding['how'], now: EpochMilliseconds): LoginRecord {
  const latest: readonly LoginEnding[] = current === undefined ? [] : [{ id: current.id, endedAt: now, how }]
  return { version: 1, endings: [...endings, ...latest].slice(-REMEMBERED) }
}

/** The record with the code as it is now. */
export function withCurrent(record: LoginRecord, current: PendingLogin): LoginRecord {
  return { ...record, current }
}

/** An error, to be told to others. */
export function failed(error: CountersignError): LoginEnding['how'] {
  return { type: 'failed', code: error.code, message: error.message, ...(error.hint === undefined ? {} : { hint: error.hint }) }
}

/** The error again, where others read it. */
export function failureOf({ code, message, hint }: Extract<LoginEnding['how'], { type: 'failed' }>): CountersignError {
  return new CountersignError(code as CountersignErrorCode, message, hint === undefined ? {} : { hint })
}
