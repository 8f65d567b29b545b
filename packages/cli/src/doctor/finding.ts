/** What the doctor found about one thing. Invariant: never a secret. */
import { describeFailure } from '../output.ts'

export interface Finding {
  readonly check: 'node' | 'vault' | 'keychain' | 'sign-ins' | 'agent' | 'proxy' | 'certificates' | 'discovery' | 'clock'
  readonly status: 'ok' | 'warning' | 'failed'
  readonly found: string
  /** What to do about it. */
  readonly next?: string
}

/** A failure in the words that the commands have for it. */
export function failed(check: Finding['check'], error: unknown): Finding {
  const { message, hint } = describeFailure(error)
  return { check, status: 'failed', found: message, ...(hint === undefined ? {} : { next: hint }) }
}
