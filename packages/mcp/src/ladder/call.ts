/** One call of a tool as the ladder sees it, and what becomes of it. Plain values and functions: no SDK, no transport. */
import type { Access } from '../sign-in/state.ts'
import type { ElicitationParameters } from './elicitation.ts'
import type { RoundCall } from './request-state.ts'
import type { ToolResult } from './results.ts'
import type { Elicitation, Era } from './rung.ts'

/** One `tools/call`, in whatever era, and the ways back to who made it. */
export interface LadderCall extends RoundCall {
  readonly era: Era
  readonly elicitation: Elicitation
  /** Of the request; modern era only. */
  readonly inputResponses?: unknown
  readonly requestState?: string | undefined
  /** Aborted when the caller has given up. */
  readonly signal: AbortSignal
  /** Sends `elicitation/create` and waits for its result; legacy era only. The signal takes the question back. */
  readonly elicit?: (parameters: ElicitationParameters, signal: AbortSignal) => Promise<unknown>
  /** Tells the host that what the person did in the browser is over (`notifications/elicitation/complete`); legacy era only. */
  readonly complete?: (elicitationId: string) => void
  /** Given when the caller asked for progress. */
  readonly progress?: ((told: Progress) => void) | undefined
}

export interface Progress {
  readonly progress: number
  readonly total: number
  readonly message: string
}

export type Answered = { readonly type: 'answered'; readonly result: ToolResult }

export type Admission =
  /** The call may go on, with what it carried besides the sign-in. */
  { readonly type: 'admitted'; readonly access: Access; readonly inputResponses?: unknown; readonly requestState?: string } | Answered
