/** Somebody's client, driven against a hostile server on this machine, one run for each way to be treated badly, and judged by what it sends and shows. */
import type { Finding } from '../verdict/finding.ts'
import { REPORT_VERSION, type Report } from '../verdict/report.ts'
import { startHostile } from './hostile-server.ts'
import { type ClientRun, openRunFolder, runClient } from './run-client.ts'
import { CLIENT_RULES, type ClientRule, type Judgement, type Scenario } from './scenario.ts'
import { earlyExpiry, endings } from './scenarios/endings.ts'
import { controlCharacters, links, shellWords } from './scenarios/links.ts'
import { dropped, redirected } from './scenarios/network.ts'
import { noInterval, pace } from './scenarios/pace.ts'

const SCENARIOS: readonly Scenario[] = [
  pace,
  dropped,
  earlyExpiry,
  noInterval,
  ...endings,
  redirected,
  ...links,
  controlCharacters,
  shellWords,
]

export interface ClientProbeOptions {
  /** The program and its arguments; `{issuer}`, `{mcp}`, `{client_id}`, `{device_endpoint}` and `{token_endpoint}` in them are replaced. */
  readonly command: readonly string[]
  readonly environment: Readonly<Record<string, string | undefined>>
  /** How many times faster than the machine's the clock of the client runs; 1 unless told. */
  readonly speed?: number
  /** Runs at the same time; 3 unless told. */
  readonly together?: number
  readonly onRun?: (name: string) => void
  /** Ends what runs; what was judged until then stays judged. */
  readonly signal?: AbortSignal
}

export interface ClientProbeResult {
  readonly command: readonly string[]
  /** One for each rule: the worst that was seen. */
  readonly judged: readonly ClientJudgement[]
  /** Whether it was ended before every run was done. */
  readonly interrupted: boolean
}

export interface ClientJudgement extends Judgement {
  /** In which runs it was seen. */
  readonly scenarios: readonly string[]
}

interface Ran {
  readonly scenario: Scenario
  readonly judgements: readonly Judgement[]
  readonly run: ClientRun
}

/** Runs the client about a dozen times; takes a minute and a half at most at the usual speed. */
export async function probeClient(options: ClientProbeOptions): Promise<ClientProbeResult> {
  const waiting = [...SCENARIOS]
  const ran: Ran[] = []
  const lane = async () => {
    for (let scenario = waiting.shift(); scenario !== undefined && !isInterrupted(options); scenario = waiting.shift()) {
      options.onRun?.(scenario.name)
      const done = await runScenario(scenario, options)
      // What was cut off in the middle proves nothing.
      if (!isInterrupted(options)) ran.push(done)
    }
  }
  await Promise.all(Array.from({ length: options.together ?? 3 }, lane))
  const rules = Object.keys(CLIENT_RULES) as ClientRule[]
  // Which run is done first is chance; what is told is not.
  ran.sort((one, other) => SCENARIOS.indexOf(one.scenario) - SCENARIOS.indexOf(other.scenario))
  const interrupted = isInterrupted(options)
  const unseen = interrupted ? 'it was interrupted before anything was seen of it' : 'nothing was seen of it'
  return { command: options.command, judged: rules.flatMap((rule) => worstOf(rule, ran, unseen)), interrupted }
}

const isInterrupted = ({ signal }: ClientProbeOptions): boolean => signal?.aborted === true

async function runScenario(scenario: Scenario, { command, environment, speed = 1, signal }: ClientProbeOptions): Promise<Ran> {
  const began = Date.now()
  const now = () => ((Date.now() - began) * speed) / 1000
  const { folder, mark, remove } = openRunFolder()
  const hostile = await startHostile(scenario.behaviour(mark), now)
  try {
    const until = () => signal?.aborted === true || scenario.isSeen?.(hostile, now()) === true
    const run = await runClient(folder, hostile, { command, environment, limit: (scenario.limit * 1000) / speed, until })
    const judgements = run.failure === undefined ? scenario.judge(run, hostile, now()) : []
    return { scenario, judgements, run }
  } finally {
    await hostile.close()
    remove()
  }
}

/** What violates wins over what satisfies, and that over what nobody knows. */
function worstOf(rule: ClientRule, ran: readonly Ran[], unseen: string): readonly ClientJudgement[] {
  const all = ran.flatMap(({ scenario, judgements }) =>
    judgements.filter((each) => each.rule === rule).map((each) => ({ ...each, scenario })),
  )
  const verdict = (['violates', 'satisfies', 'unknown'] as const).find((one) => all.some((each) => each.verdict === one))
  if (verdict === undefined) {
    const failure = ran.find(({ run }) => run.failure !== undefined)?.run.failure
    return [
      {
        rule,
        verdict: 'unknown',
        because: failure === undefined ? unseen : `the command did not start: ${failure}`,
        scenarios: [],
      },
    ]
  }
  const deciding = all.filter((each) => each.verdict === verdict)
  return [
    {
      rule,
      verdict,
      because: [...new Set(deciding.map(({ because }) => because))].join('; '),
      scenarios: deciding.map(({ scenario }) => scenario.name),
    },
  ]
}

/** As findings, in the shape that every report is made from. There is no grade: eleven rules are not all that makes a client good. */
export function clientReport({ command, judged, interrupted }: ClientProbeResult): Report {
  const findings = judged.map(
    ({ rule, verdict, because, scenarios }): Finding => ({
      rule: `DF-${rule}`,
      verdict,
      severity: CLIENT_RULES[rule].severity,
      confidence: 'high',
      axis: rule === 'C10' || rule === 'C18' || rule === 'C19' ? 'approval' : rule === 'C11' || rule === 'C25' ? 'redemption' : 'polling',
      origin: 'live',
      unit: 'client',
      message: `${CLIENT_RULES[rule].title}: ${because}.`,
      fix: CLIENT_RULES[rule].fix,
      evidence: scenarios.map((name) => ({ note: `in a run with ${name}` })),
      searched: [],
    }),
  )
  const unknown = findings.filter(({ verdict }) => verdict === 'unknown')
  return {
    version: REPORT_VERSION,
    kind: 'client',
    target: command[0] ?? '',
    findings,
    ignored: [],
    mitigations: [],
    grade: { letter: 'ungraded', score: 0, axes: {}, reasons: ['A client is judged rule by rule.'] },
    notes: [
      ...(interrupted ? ['The probe was interrupted.'] : []),
      ...unknown.map(({ rule, message }) => `${rule} has no answer: ${message}`),
    ],
    extent: { rules: findings.length - unknown.length },
  }
}
