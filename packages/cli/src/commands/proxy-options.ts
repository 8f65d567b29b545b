/** What `countersign proxy` is given on the command line. */
import type { LoginFlow } from '@countersign/mcp/stdio'

export interface ProxyCommandOptions {
  readonly profile: string
  readonly header?: readonly string[]
  readonly headerFile?: readonly string[]
  readonly scope?: readonly string[]
  readonly issuer?: string
  /** `false` for `--no-resource`. */
  readonly resource?: string | boolean
  readonly clientId?: string
  readonly clientSecretFile?: string
  readonly clientMetadataUrl?: string
  readonly staticOauthClientInfo?: string
  readonly flow?: LoginFlow
  readonly authorizeParam?: readonly string[]
  readonly clientOfMcpRemote?: boolean
  readonly callbackHost?: string
  readonly callbackPort?: string
  readonly callbackPath?: string
  readonly verificationHost?: readonly string[]
  readonly deviceName?: string
  readonly ignoreTool?: readonly string[]
  readonly headersTimeout?: string
  readonly patience?: string
  /** `false` for `--no-remember`. */
  readonly remember: boolean
  readonly debug?: boolean
  readonly silent?: boolean
}
