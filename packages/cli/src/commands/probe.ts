/** `countersign probe`: a live server or a client, judged from the wire. */
import type { Check, Letter, Outcome, ProbeResult } from '@countersign/audit'
import { systemClock, systemSleep } from '@countersign/node'
import { CountersignError } from '@countersign/protocol'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import type { Invocation } from '../invocation.ts'
import { parseLength } from '../length-of-time.ts'
import { loadAudit } from './audit-package.ts'
import type { ProbeFlags } from './probe-options.ts'
import { readSetup } from './probe-setup.ts'
import { writeReports, writeText } from './write-reports.ts'

const LETTERS = ['A', 'B', 'C', 'D', 'F'] as const

/**
 * Probes what the arguments name.
 * @throws CountersignError `usage`, `discovery_failed`
 */
export async function probe(invocation: Invocation, given: readonly string[], flags: ProbeFlags): Promise<ExitCode> {
  if (flags.client === true) return probeCommand(invocation, given, flags)
  const [address] = given
  if (address === undefined || given.length > 1) {
    throw new CountersignError('usage', 'exactly one address is probed', { hint: 'see "countersign probe --help"' })
  }
  const worst = flags.failUnder === undefined ? undefined : letterOf(flags.failUnder)
  const audit = await loadAudit()
  const stop = new AbortController()
  const signal = AbortSignal.any([invocation.signal, stop.signal])
  const setup = await readSetup(invocation, flags, () => stop.abort())
  const { output } = invocation
  const tell = ({ id, title }: Check, { mark }: Outcome) => output.stderr.isTerminal && output.say(`${id} ${title}: ${mark}`)
  const sleep = systemSleep()
  let result: ProbeResult
  try {
    result = await audit.probe({
      address,
      ...setup,
      ...numbers(flags),
      isOwn: flags.iOwnThis === true,
      ownHosts: flags.ownHost?.split(/[\s,]+/) ?? [],
      race: flags.race === true,
      guess: flags.guess === true,
      bcp247: flags.bcp247 === true,
      clock: systemClock(),
      sleep: (milliseconds) => sleep(milliseconds, signal),
      signal,
      onOutcome: (check, outcome) => void tell(check, outcome),
    })
  } catch (error) {
    if (error instanceof audit.ConsentError) throw new CountersignError('usage', error.message)
    if (error instanceof audit.NothingToProbeError) throw new CountersignError('discovery_failed', error.message)
    throw error
  }
  writeText(flags.transcript, () => `${JSON.stringify(result.transcript, undefined, 1)}\n`, 0o600)
  const report = audit.probeJson(result)
  writeReports(audit, report, flags)
  output.result(report, audit.probeLines(result, output.stdout))
  if (result.interrupted) return EXIT.interrupted
  return isEnough(result, worst) ? EXIT.ok : EXIT.failure
}

/** @throws CountersignError `usage` without a command */
async function probeCommand(invocation: Invocation, command: readonly string[], flags: ProbeFlags): Promise<ExitCode> {
  const { output, environment, signal } = invocation
  if (command.length === 0) {
    throw new CountersignError('usage', 'no command to judge', { hint: 'countersign probe --client -- my-cli login {issuer}' })
  }
  const audit = await loadAudit()
  const onRun = (name: string) => output.stderr.isTerminal && output.say(`running it with ${name}`)
  const result = await audit.probeClient({ command, environment, signal, onRun: (name) => void onRun(name) })
  const report = audit.clientReport(result)
  writeReports(audit, report, flags)
  output.result(report, audit.clientLines(result, output.stdout))
  if (result.interrupted) return EXIT.interrupted
  return result.judged.some(({ verdict }) => verdict === 'violates') ? EXIT.failure : EXIT.ok
}

function numbers({ maxWait, maxRequests }: ProbeFlags) {
  const budget = maxRequests === undefined ? undefined : Number(maxRequests)
  if (budget !== undefined && !(Number.isInteger(budget) && budget > 0)) {
    throw new CountersignError('usage', `--max-requests: expected a number, found "${maxRequests}"`)
  }
  return { ...(maxWait === undefined ? {} : { maxWait: parseLength(maxWait, '--max-wait') }), budget }
}

function letterOf(text: string): Letter {
  const letter = LETTERS.find((each) => each === text.toUpperCase())
  if (letter === undefined) throw new CountersignError('usage', `--fail-under: expected A, B, C or D, found "${text}"`)
  return letter
}

function isEnough({ grade }: ProbeResult, worst: Letter | undefined): boolean {
  return worst === undefined || (grade.letter !== 'ungraded' && LETTERS.indexOf(grade.letter) <= LETTERS.indexOf(worst))
}
