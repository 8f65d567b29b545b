/** A live authorization server, looked at from outside by what it answers: 25 checks, a grade, and everything that was seen. */
import type { Grade } from '../verdict/grade.ts'
import { CHECKS } from './all-checks.ts'
import { type Check, NEEDS, type Need } from './check.ts'
import type { ProbeClients } from './clients.ts'
import { type Exam, openExam } from './exam.ts'
import { type Judged, liveGrade, type Weights, weightsOf } from './live-grade.ts'
import { type Outcome, skipped } from './outcome.ts'
import { type Look, lookAround, NOTHING } from './mitigations/look.ts'
import { mitigationsOf } from './mitigations/evidence.ts'
import type { Mitigation } from '../verdict/mitigation.ts'
import type { Approver } from './person/approver.ts'
import { formApprover, type Credentials } from './person/form-person.ts'
import type { ProbeRuntime } from './runtime.ts'
import { findServer, type ProbedServer } from './server.ts'
import { consent, ConsentError } from './wire/consent.ts'
import { BudgetError, InterruptedError, openWire, type Wire } from './wire/wire.ts'
import type { Step } from './wire/transcript.ts'

export interface ProbeOptions extends ProbeRuntime {
  /** An issuer, or the address of an MCP server that names one. */
  readonly address: string
  readonly clients: ProbeClients
  /** Who approves: somebody whose pages the built-in person drives with these credentials, or an approver of your own. */
  readonly approver?: Approver | { readonly credentials: Credentials } | undefined
  readonly foreignScope?: string | undefined
  /** The person who probes says that the server is theirs. Without it only loopback is probed. */
  readonly isOwn?: boolean
  /** Other machines of theirs that the server uses, by their names. */
  readonly ownHosts?: readonly string[]
  readonly race?: boolean
  readonly guess?: boolean
  /** Look for each mitigation of RFC 10027 (BCP 247) as well. */
  readonly bcp247?: boolean
  /** Seconds; 600 unless told. */
  readonly maxWait?: number
  /** 150 unless told, and as many more as race and guess take. */
  readonly budget?: number | undefined
  /** Milliseconds between two requests; 500 unless told. */
  readonly gap?: number
  readonly ca?: string | undefined
  /** Checks by their ids, such as `L13`; all of them unless told. What one of them takes for granted from another is not looked at. */
  readonly only?: readonly string[] | undefined
  /** Ends the probe; what was seen until then is told, without a grade. */
  readonly signal?: AbortSignal
  /** Told of each check when it is done. */
  readonly onOutcome?: (check: Check, outcome: Outcome) => void
}

export interface ProbeResult {
  readonly server: ProbedServer
  readonly judged: readonly Judged[]
  readonly grade: Grade
  readonly weights: Weights
  /** Of RFC 10027, when they were looked for. */
  readonly mitigations: readonly Mitigation[]
  readonly transcript: readonly Step[]
  /** Whether it was ended before every check was done. */
  readonly interrupted: boolean
}

const BUDGET = 150
const RACE_BUDGET = 90
const GUESS_BUDGET = 50
const GAP_MS = 500
const MAX_WAIT = 600

/**
 * Probes a server.
 * @throws NothingToProbeError when there is none at the address, ConsentError when it is not this machine and nobody said that it is theirs
 */
export async function probe(options: ProbeOptions): Promise<ProbeResult> {
  const { clock, sleep, race = false, guess = false, isOwn = false, ownHosts = [], ca, gap = GAP_MS, maxWait = MAX_WAIT } = options
  const budget = options.budget ?? BUDGET + (race ? RACE_BUDGET : 0) + (guess ? GUESS_BUDGET : 0)
  const wire = openWire({
    clock,
    sleep,
    budget,
    gap,
    consent: consent({ address: options.address, isOwn, ownHosts }),
    ca,
    signal: options.signal,
  })
  try {
    const server = await findServer(wire, options.address)
    const approver = approverOf(wire, options.approver)
    const { clients, foreignScope } = options
    const tell = options.onOutcome ?? (() => undefined)
    const exam = openExam({ clock, sleep, wire, server, clients, approver, foreignScope, race, guess, maxWait, ca, signal: options.signal })
    const checks = CHECKS.filter(({ id }) => options.only === undefined || options.only.includes(id))
    // Guessing comes last: afterwards nobody may be able to approve anything for a while.
    const isLast = (check: Check) => check.needs.includes('guess')
    const first = await inOrder(
      exam,
      checks.filter((check) => !isLast(check)),
      tell,
    )
    wire.asks('bcp247')
    const look = options.bcp247 === true ? await lookAround(exam).catch(nothingSeen) : undefined
    const judged = [...first, ...(await inOrder(exam, checks.filter(isLast), tell))].toSorted((one, other) =>
      one.check.id < other.check.id ? -1 : 1,
    )
    const mitigations = look === undefined ? [] : mitigationsOf(exam, look)
    const interrupted = options.signal?.aborted === true
    const grade = interrupted ? ungraded(liveGrade(judged), 'The probe was interrupted.') : liveGrade(judged)
    return { server, judged, grade, weights: weightsOf(judged), mitigations, transcript: wire.transcript.steps, interrupted }
  } finally {
    wire.close()
  }
}

/** The look for RFC 10027 is beside the checks: when it cannot be had, they are told all the same. */
function nothingSeen(error: unknown): Look {
  if (error instanceof ConsentError) throw error
  return NOTHING
}

function ungraded({ axes }: Grade, reason: string): Grade {
  return { letter: 'ungraded', score: 0, axes, reasons: [reason] }
}

function approverOf(wire: Wire, approver: ProbeOptions['approver']): Approver | undefined {
  return approver !== undefined && 'credentials' in approver ? formApprover(wire, approver.credentials) : approver
}

async function inOrder(exam: Exam, checks: readonly Check[], tell: (check: Check, outcome: Outcome) => void): Promise<readonly Judged[]> {
  const begun = new Map<Check, (exam: Exam) => Promise<Outcome>>()
  for (const check of checks) {
    if (check.begin === undefined || lacking(exam, check) !== undefined) continue
    const outcome = await attempted(exam, check, async () => {
      begun.set(check, (await check.begin?.(exam)) ?? (async () => skipped('')))
      return undefined
    })
    if (outcome !== undefined) begun.set(check, async () => outcome)
  }
  const judged: Judged[] = []
  for (const check of checks) {
    const lack = lacking(exam, check)
    const run = begun.get(check) ?? check.run
    const outcome =
      lack !== undefined
        ? skipped(`needs ${NEEDS[lack]}`)
        : await attempted(exam, check, async () => run?.(exam) ?? skipped('nothing to do'))
    exam.outcomes.set(check.id, outcome)
    judged.push({ check, outcome })
    tell(check, outcome)
  }
  return judged
}

function lacking({ clients, approver, race, guess }: Exam, { needs }: Check): Need | undefined {
  const has: Readonly<Record<Need, boolean>> = {
    b: clients.b !== undefined,
    n: clients.n !== undefined,
    k: clients.k?.secret !== undefined,
    approver: approver !== undefined,
    forms: approver?.forms !== undefined,
    race,
    guess,
  }
  return needs.find((need) => !has[need])
}

/** What a check threw becomes its outcome; only a missing consent ends everything. */
async function attempted<T>({ wire, signal }: Exam, check: Check, run: () => Promise<T>): Promise<T | Outcome> {
  wire.asks(check.id)
  const before = wire.transcript.steps.length
  try {
    if (signal?.aborted === true) throw new InterruptedError()
    return await run()
  } catch (error) {
    if (error instanceof ConsentError) throw error
    // A wait that was cut short throws whatever the one who waited says: it is told in the same words as a request that was not sent.
    const because = signal?.aborted === true ? new InterruptedError().message : error instanceof Error ? error.message : String(error)
    const steps = wire.transcript.steps.slice(before).map(({ step }) => step)
    return { mark: 'ERROR', because, notes: error instanceof BudgetError ? ['raise it with --max-requests'] : [], steps: steps.slice(-2) }
  }
}
