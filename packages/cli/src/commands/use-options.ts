/** The flags of the commands that hand a sign-in to other programs, as the parser gives them. */
import type { CommonOptions } from '../invocation.ts'
import type { WhichOptions } from './sign-in-options.ts'

export interface HeaderOptions extends WhichOptions {
  readonly method: string
  readonly nonce?: string
  readonly format: 'lines' | 'object' | 'curl'
}

export interface CurlOptions extends WhichOptions {
  readonly request?: string
  readonly header?: readonly string[]
  readonly data?: string
  readonly output?: string
  readonly include?: boolean
  readonly fail?: boolean
}

export interface AgentOptions extends CommonOptions {
  readonly socket?: string
}

export interface ExecOptions extends WhichOptions {
  readonly env: string
  readonly file?: boolean
  readonly fd?: boolean
}
