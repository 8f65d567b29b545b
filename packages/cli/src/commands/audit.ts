/** `countersign audit`: reads source code, tells what is wrong with its device flow, and ends as the flags demand. */
import { readFileSync, statSync } from 'node:fs'
import { dirname, isAbsolute, relative, sep } from 'node:path'
import type * as auditor from '@countersign/audit'
import { CountersignError } from '@countersign/protocol'
import { EXIT } from '../exit-codes.ts'
import type { CommonOptions, Invocation } from '../invocation.ts'
import { ToldError } from '../told-error.ts'
import { networkOf } from '../sign-ins/network.ts'
import { loadAudit } from './audit-package.ts'
import { type ReportFiles, writeReports, writeText } from './write-reports.ts'

export interface AuditFlags extends CommonOptions, ReportFiles {
  readonly all?: boolean
  readonly failOn: string
  readonly failUnder?: string
  readonly baseline?: string
  readonly writeBaseline?: string
  readonly withProbe?: string
}

type Auditor = typeof auditor
type Finding = auditor.Finding

const LETTERS = ['A', 'B', 'C', 'D', 'F'] as const

/**
 * Audits the target and writes the reports that were asked for.
 * @throws CountersignError `usage`; ToldError when there is something to fail on
 */
export async function audit(invocation: Invocation, target: string, flags: AuditFlags): Promise<void> {
  const { output, environment, signal } = invocation
  const loaded = await loadAudit()
  const demanded = demandOf(loaded, flags)
  const baseline = flags.baseline === undefined ? {} : { baseline: fromFile(loaded, flags.baseline, loaded.readBaseline) }
  const registries = {
    npmRegistry: environment['npm_config_registry'],
    pypiIndex: environment['PIP_INDEX_URL'],
    goEnvironment: environment,
  }
  const result = await refusing(loaded, () => loaded.audit(target, { ...baseline, ...registries, signal, fetch: networkOf(invocation) }))
  const report =
    flags.withProbe === undefined ? result.report : loaded.mergedReport(result.report, fromFile(loaded, flags.withProbe, loaded.readReport))
  writeReports(loaded, report, flags, { fingerprint: result.fingerprint, prefix: prefixOf(target) })
  writeText(flags.writeBaseline, () => `${JSON.stringify(result.baseline, undefined, 1)}\n`)
  output.result(report, loaded.terminalLines(report, output.stdout, { all: flags.all === true }))
  if (flags.writeBaseline === undefined) demanded(report)
}

/** From where the command runs, which is the root of a repository in a pipeline, to the folder that is audited. */
function prefixOf(target: string): string {
  const stat = statSync(target, { throwIfNoEntry: false })
  const path = relative('.', stat?.isFile() === true ? dirname(target) : target)
  const isBelow = stat !== undefined && !isAbsolute(path) && path.split(sep)[0] !== '..'
  return isBelow ? path.split(sep).join('/') : ''
}

/** Errors of the auditor are told as errors of usage: the target is an argument. */
async function refusing<Result>({ AuditError }: Auditor, body: () => Result | Promise<Result>): Promise<Result> {
  try {
    return await body()
  } catch (error) {
    if (error instanceof AuditError) throw new CountersignError('usage', error.message, { cause: error })
    throw error
  }
}

function fromFile<Result>({ AuditError }: Auditor, path: string, read: (text: string) => Result): Result {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw new CountersignError('usage', `${path} cannot be read`, { cause: error })
  }
  try {
    return read(text)
  } catch (error) {
    if (error instanceof AuditError) throw new CountersignError('usage', `${path}: ${error.message}`, { cause: error })
    throw error
  }
}

/** What the flags demand, read before anything is done: a bad flag costs no audit. */
function demandOf({ isAtLeast, SEVERITIES }: Auditor, { failOn, failUnder }: AuditFlags): (report: auditor.Report) => void {
  const least = SEVERITIES.find((severity) => severity === failOn)
  if (least === undefined && failOn !== 'never') {
    throw new CountersignError('usage', `--fail-on: expected ${SEVERITIES.join(', ')} or never, found "${failOn}"`)
  }
  const letter = LETTERS.find((each) => each === failUnder?.toUpperCase())
  if (failUnder !== undefined && letter === undefined) {
    throw new CountersignError('usage', `--fail-under: expected A, B, C or D, found "${failUnder}"`)
  }
  // What is only suspected is told, and stops nobody.
  const stops = ({ verdict, severity, confidence }: Finding): boolean =>
    verdict === 'violates' && confidence !== 'low' && least !== undefined && isAtLeast(severity, least)
  return ({ findings, grade }) => {
    const bad = findings.filter(stops)
    if (bad.length > 0)
      throw new ToldError(
        EXIT.failure,
        `${bad.length === 1 ? 'one defect is' : `${bad.length} defects are`} of severity ${failOn} or worse`,
      )
    if (letter !== undefined && grade.letter !== 'ungraded' && LETTERS.indexOf(grade.letter) > LETTERS.indexOf(letter)) {
      throw new ToldError(EXIT.failure, `the grade is ${grade.letter}, and ${letter} was demanded`)
    }
  }
}
