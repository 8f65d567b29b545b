/** The flags of `countersign admin`, as the parser hands them over. */
import type { CommonOptions } from '../invocation.ts'

export interface AdminOptions extends CommonOptions {
  readonly data?: string
  readonly config?: string
  readonly store?: string
  readonly storePasswordFile?: string
}

export interface PasswordOptions extends AdminOptions {
  readonly passwordStdin?: boolean
  readonly generate?: boolean
}

export interface NewUserOptions extends PasswordOptions {
  readonly mail?: string
}

export interface MailOptions extends AdminOptions {
  readonly remove?: boolean
}

export interface PasskeysOptions extends AdminOptions {
  readonly remove?: string
  readonly removeAll?: boolean
}

export interface RegistrationTokenOptions extends AdminOptions {
  readonly uses?: string
  readonly expires?: string
}

export interface ClientOptions extends AdminOptions {
  readonly name: string
  readonly id?: string
  readonly confidential?: boolean
  readonly dpopBound?: boolean
  readonly jwks?: string
  readonly grantType?: readonly string[]
  readonly redirectUri?: readonly string[]
  readonly scope?: readonly string[]
  readonly approvalPolicy?: string
  readonly resource?: readonly string[]
}
