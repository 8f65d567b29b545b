/** The flags of the commands that sign in and use tokens, as the parser hands them over. */
import type { Flow } from '@countersign/client'
import type { CommonOptions } from '../invocation.ts'

/** Which sign-in is meant, where a URL alone does not say. */
export interface WhichOptions extends CommonOptions {
  readonly profile: string
  readonly issuer?: string
  readonly clientId?: string
}

export interface LoginOptions extends WhichOptions {
  readonly flow?: Flow
  /** A file. */
  readonly clientKey?: string
  /** A source of workload tokens. */
  readonly workload?: string
  readonly scope?: readonly string[]
  readonly resource?: string
  readonly deviceName?: string
  readonly verificationHost?: string
  readonly qr: boolean
  /** The code also letter by letter, and nothing that moves. */
  readonly spell?: boolean
  /** False: show the code and come back later. */
  readonly wait: boolean
  /** Which code to go on with; `true` for the only one. */
  readonly resume?: string | true
  readonly force?: boolean
  /** Keep the key of a new vault beside it. */
  readonly insecureStorage?: boolean
  readonly showCode?: boolean
  readonly debug?: boolean
}

export interface LogoutOptions extends WhichOptions {
  readonly all?: boolean
}

export interface StatusOptions extends CommonOptions {
  readonly profile?: string
}
