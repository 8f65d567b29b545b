/** The audit of source code, from a target to a report. */
import { type Collected, collect } from './collect/collect.ts'
import { wholePath } from './collect/bundles.ts'
import { noFlowNotes } from './facts/no-flow.ts'
import { subjectOf } from './facts/roles.ts'
import { generatedIn, readProject } from './link/read.ts'
import { RULES } from './rules/catalogue.ts'
import { applyBaseline, type Baseline, baselineOf } from './suppress/baseline.ts'
import { fingerprintOf } from './suppress/fingerprint.ts'
import { applyIgnores, withoutIgnored } from './suppress/ignores.ts'
import { openTarget, type TargetOptions } from './target/target.ts'
import { excerptOf } from './verdict/excerpt.ts'
import type { Finding } from './verdict/finding.ts'
import { gradeOf } from './verdict/grade.ts'
import { judge } from './verdict/judge.ts'
import { REPORT_VERSION, type Report } from './verdict/report.ts'

export interface AuditOptions extends TargetOptions {
  /** Findings that are known and not told again. */
  readonly baseline?: Baseline
}

export interface AuditResult {
  readonly report: Report
  /** What a finding of the report is recognised by in a later version. */
  readonly fingerprint: (finding: Finding) => string
  /** A baseline with every defect of the report. */
  readonly baseline: Baseline
}

/**
 * Audits a folder, a file, a git repository, a package of npm or PyPI, or a module of Go. Nothing of it is run or installed.
 * @throws AuditError `target_unreadable`, `target_refused`, `target_too_large`, `configuration_invalid`
 */
export async function audit(target: string, { baseline, ...fetching }: AuditOptions = {}): Promise<AuditResult> {
  const opened = await openTarget(target, fetching)
  try {
    const { texts, left } = collect(opened.path, opened)
    const report = { ...(await reportOn(texts, left, baseline)), target }
    return { report, fingerprint: (finding) => fingerprintOf(finding, texts), baseline: baselineOf(report.findings, texts) }
  } finally {
    await opened.close()
  }
}

async function reportOn(all: Collected['texts'], left: Collected['left'], baseline: Baseline | undefined): Promise<Report> {
  const { texts, notes: alone } = withoutIgnored(all)
  const project = await readProject(texts)
  const subject = subjectOf(project)
  const told = applyIgnores(judge(RULES, subject), texts)
  const fresh = baseline === undefined ? { ...told, ignored: [], notes: [] } : applyBaseline(told.findings, baseline, texts)
  const partial = project.files.filter(({ unread }) => unread > 0)
  const notes = [
    ...partial.map(({ path, unread }) => `${wholePath(path)} was read in part: ${unread} places are in no form that the grammar knows.`),
    ...left.filter(({ reason }) => reason !== 'binary').map(({ path: file, reason }) => `${file} was left out: ${reason}.`),
    ...generatedIn(texts).map((file) => `${file} speaks of a device flow and was left out: it is generated, or minified.`),
    ...subject.notes,
    ...noFlowNotes(subject, texts.size),
    ...alone,
    ...told.notes,
    ...fresh.notes,
  ]
  const withExcerpt = (finding: Finding): Finding => {
    const excerpt = excerptOf(finding, texts)
    return excerpt === undefined ? finding : { ...finding, excerpt }
  }
  const unsure = fresh.findings.map((finding) =>
    finding.verdict === 'satisfies' && partial.some(({ path }) => wholePath(path) === finding.place?.file)
      ? { ...finding, verdict: 'unknown' as const }
      : withExcerpt(finding),
  )
  return {
    version: REPORT_VERSION,
    kind: 'audit',
    target: '',
    findings: unsure,
    ignored: [...told.ignored, ...fresh.ignored],
    mitigations: [],
    grade: gradeOf(unsure),
    notes,
    extent: {
      files: texts.size,
      parsed: new Set(project.files.map(({ path }) => wholePath(path))).size,
      lines: [...texts.values()].reduce((sum, text) => sum + linesIn(text), 0),
      rules: RULES.length,
    },
  }
}

function linesIn(text: string): number {
  let lines = 1
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines++
  return lines
}
