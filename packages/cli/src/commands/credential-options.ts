/** The flags of the credential helpers, as the parser gives them. */
import type { WhichOptions } from './sign-in-options.ts'

export type KubectlOptions = WhichOptions

export interface UserNameOptions extends WhichOptions {
  readonly username: string
}
