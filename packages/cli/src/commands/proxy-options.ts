/** What `countersign proxy` is given on the command line. */
import type { LoginFlow } from '@countersign/mcp/stdio'
import type { FrontOptions } from './front-options.ts'

export interface ProxyCommandOptions extends FrontOptions {
  readonly header?: readonly string[]
  readonly headerFile?: readonly string[]
  /** `false` for `--no-resource`. */
  readonly resource?: string | boolean
  readonly clientMetadataUrl?: string
  readonly staticOauthClientInfo?: string
  readonly flow?: LoginFlow
  readonly authorizeParam?: readonly string[]
  readonly clientOfMcpRemote?: boolean
  readonly callbackHost?: string
  readonly callbackPort?: string
  readonly callbackPath?: string
  readonly ignoreTool?: readonly string[]
  readonly headersTimeout?: string
}
