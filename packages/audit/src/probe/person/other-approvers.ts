/** Approvers for pages that no built-in person can drive: a command that does it, or somebody who is asked to. */
import { spawn } from 'node:child_process'
import type { Code } from '../exam.ts'
import type { Approver } from './approver.ts'

const PATIENCE_MS = 120_000

/**
 * Runs a program of the operator's for every decision, without a shell. It learns what to do from its environment: COUNTERSIGN_DECISION
 * (`approve`, `deny`), COUNTERSIGN_USER_CODE, COUNTERSIGN_VERIFICATION_URI and, if there is one, COUNTERSIGN_VERIFICATION_URI_COMPLETE.
 */
export function commandApprover(command: readonly string[], environment: Readonly<Record<string, string | undefined>>): Approver {
  const [file = '', ...given] = command
  return {
    decide: (code, decision) =>
      new Promise((resolve, reject) => {
        const env = { ...environment, ...told(code, decision) }
        const child = spawn(file, given, { env, stdio: ['ignore', 'ignore', 'ignore'], timeout: PATIENCE_MS })
        child.once('error', (error) => reject(new Error(`the command that approves could not be started: ${error.message}`)))
        child.once('exit', (code, signal) =>
          code === 0 ? resolve() : reject(new Error(`the command that approves ended with ${code ?? signal ?? 'nothing'}`)),
        )
      }),
  }
}

function told(code: Code, decision: 'approve' | 'deny'): Record<string, string> {
  return {
    COUNTERSIGN_DECISION: decision,
    COUNTERSIGN_USER_CODE: code.userCode,
    COUNTERSIGN_VERIFICATION_URI: code.verificationUri,
    ...(code.verificationUriComplete === undefined ? {} : { COUNTERSIGN_VERIFICATION_URI_COMPLETE: code.verificationUriComplete }),
  }
}

/** Asks somebody at the terminal, and goes on when they say that they have done it. */
export function askingApprover(ask: (request: string) => Promise<void>): Approver {
  return {
    decide: (code, decision) =>
      ask(`${decision === 'approve' ? 'Approve' : 'Deny'} ${code.userCode} at ${code.verificationUri}, then press Enter.`),
  }
}
