/** What stops an audit: bad input, told in one sentence with what to do about it. */

export type AuditErrorCode = 'target_unreadable' | 'target_refused' | 'target_too_large' | 'configuration_invalid'

/** A local error of the auditor; nothing of it crosses the wire. */
export class AuditError extends Error {
  readonly code: AuditErrorCode
  constructor(code: AuditErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'AuditError'
    this.code = code
  }
}
