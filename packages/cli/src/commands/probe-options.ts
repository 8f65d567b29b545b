import type { CommonOptions } from '../invocation.ts'
import type { ReportFiles } from './write-reports.ts'

/** The flags of `countersign probe`. */
export interface ProbeFlags extends CommonOptions, Omit<ReportFiles, 'sarif'> {
  readonly client?: boolean
  readonly setup?: string
  readonly clientId?: string
  readonly secondClient?: string
  readonly otherClient?: string
  readonly scope?: string
  readonly user?: string
  readonly passwordFile?: string
  readonly approveCommand?: string
  readonly iOwnThis?: boolean
  readonly ownHost?: string
  readonly race?: boolean
  readonly guess?: boolean
  readonly maxWait?: string
  readonly maxRequests?: string
  readonly transcript?: string
  readonly failUnder?: string
  readonly bcp247?: boolean
}
