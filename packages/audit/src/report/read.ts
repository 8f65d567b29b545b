/** A report that was written as JSON, read again. */
import { AuditError } from '../error.ts'
import { REPORT_VERSION, type Report } from '../verdict/report.ts'

/**
 * The report in a text that --json printed.
 * @throws AuditError `configuration_invalid`
 */
export function readReport(text: string): Report {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new AuditError('configuration_invalid', 'This is not JSON.', { cause: error })
  }
  const { version, findings, notes } = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>
  if (version !== REPORT_VERSION || !Array.isArray(findings) || !Array.isArray(notes)) {
    throw new AuditError('configuration_invalid', `This is not a report of version ${REPORT_VERSION}.`)
  }
  return value as Report
}
