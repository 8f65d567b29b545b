/** What `countersign wrap` is given on the command line. */
import type { ProviderName } from '../mcp/provider-of.ts'
import type { FrontOptions } from './front-options.ts'

export interface WrapCommandOptions extends FrontOptions {
  readonly env: string
  readonly provider?: ProviderName
  readonly host?: string
  readonly tenant?: string
  readonly resource?: string
  readonly authTools?: boolean
}
