/** What `countersign wrap` is given on the command line. */
import type { ProviderName } from '../mcp/provider-of.ts'

export interface WrapCommandOptions {
  readonly env: string
  readonly profile: string
  readonly provider?: ProviderName
  readonly issuer?: string
  readonly host?: string
  readonly tenant?: string
  readonly resource?: string
  readonly scope?: readonly string[]
  readonly clientId?: string
  readonly clientSecretFile?: string
  readonly verificationHost?: readonly string[]
  readonly deviceName?: string
  readonly authTools?: boolean
  readonly patience?: string
  /** `false` for `--no-remember`. */
  readonly remember: boolean
  readonly debug?: boolean
  readonly silent?: boolean
}
