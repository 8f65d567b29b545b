/** The forms of a report that a file was named for. */
import { writeFileSync } from 'node:fs'
import type * as auditor from '@countersign/audit'
import { CountersignError } from '@countersign/protocol'
import { version } from '../version.ts'

/** The flags that name one. */
export interface ReportFiles {
  readonly sarif?: string
  readonly html?: string
  readonly markdown?: string
  readonly badge?: string
}

/** What SARIF needs beside the report: only what stands in source code has it. */
export type SourceSide = Omit<auditor.SarifOptions, 'toolVersion'>

/** @throws CountersignError `usage` for a file that cannot be written */
export function writeReports(loaded: typeof auditor, report: auditor.Report, files: ReportFiles, source?: SourceSide): void {
  const { sarif, html, markdown, badge } = files
  if (source !== undefined) {
    writeText(sarif, () => `${JSON.stringify(loaded.sarifOf(report, { toolVersion: version(), ...source }), undefined, 1)}\n`)
  }
  writeText(html, () => loaded.htmlOf(report))
  writeText(markdown, () => loaded.markdownOf(report))
  writeText(badge, () => loaded.badgeOf(report.grade))
}

/** Writes nothing when no file is named. */
export function writeText(file: string | undefined, text: () => string, mode = 0o666): void {
  if (file === undefined) return
  try {
    writeFileSync(file, text(), { mode })
  } catch (cause) {
    throw new CountersignError('usage', `${file} cannot be written`, { cause })
  }
}
