/** What every command that stands before a server of MCP is given on the command line. */
export interface FrontOptions {
  readonly profile: string
  readonly scope?: readonly string[]
  readonly issuer?: string
  readonly clientId?: string
  readonly clientSecretFile?: string
  readonly verificationHost?: readonly string[]
  readonly deviceName?: string
  readonly patience?: string
  /** `false` for `--no-remember`. */
  readonly remember: boolean
  readonly debug?: boolean
  readonly silent?: boolean
}
