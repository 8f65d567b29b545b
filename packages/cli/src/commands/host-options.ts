/** What `countersign install` and `countersign migrate` are given on the command line. */
export interface InstallFlags {
  readonly name?: string
  readonly project?: boolean
  readonly file?: string
  readonly print?: boolean
  readonly dryRun?: boolean
  readonly force?: boolean
  readonly command?: string
  readonly flag?: readonly string[]
  readonly env?: string
  readonly provider?: string
  readonly issuer?: string
  readonly clientId?: string
  readonly json?: boolean
}

export interface MigrateFlags {
  readonly project?: boolean
  readonly file?: string
  readonly write?: boolean
  readonly server?: string
  readonly command?: string
  readonly provider?: string
  readonly issuer?: string
  readonly clientId?: string
  readonly json?: boolean
}
