// countersign-ignore-file: asks as no client should, to see what a server says
/** What every check works with: the server, the clients, the person, and the two requests of RFC 8628 as a device sends them. */
import { type ProbeClient, type ProbeClients, identified } from './clients.ts'
import type { Approver } from './person/approver.ts'
import type { Outcome } from './outcome.ts'
import type { ProbeRuntime } from './runtime.ts'
import { endpointOf, type ProbedServer } from './server.ts'
import { type Answer, headerOf, type Sent, textOf } from './wire/exchange.ts'
import type { Wire } from './wire/wire.ts'

export const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code'
const FORM = 'application/x-www-form-urlencoded'

/** RFC 8628 section 3.5: five seconds where the server names no interval, and five more after every slow_down. */
const USUAL_INTERVAL = 5

/** A check cannot go on: not because of what the server does wrong there, but because something before it did not work. */
export class CheckError extends Error {
  override readonly name = 'CheckError'
}

/** What a device was given (RFC 8628 section 3.2), and when. */
export interface Code {
  readonly deviceCode: string
  readonly userCode: string
  readonly verificationUri: string
  readonly verificationUriComplete: string | undefined
  /** Seconds. */
  readonly expiresIn: number | undefined
  readonly interval: number
  readonly issuedAt: number
  readonly answer: Answer
}

export interface Extra {
  readonly form?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  /** In place of the client's own. */
  readonly secret?: string | undefined
  /** Without waiting for the pace. */
  readonly early?: boolean
}

export interface ExamOptions extends ProbeRuntime {
  readonly wire: Wire
  readonly server: ProbedServer
  readonly clients: ProbeClients
  readonly approver?: Approver | undefined
  /** A scope of the server that client A must not get. */
  readonly foreignScope?: string | undefined
  /** Checks that send many requests at the same moment. */
  readonly race: boolean
  /** Checks that guess user codes, which may lock the person's account for a while. */
  readonly guess: boolean
  /** The longest single wait, in seconds. */
  readonly maxWait: number
  readonly ca?: string | undefined
  readonly signal?: AbortSignal | undefined
}

export interface Exam extends ExamOptions {
  /** Every code that was given out, oldest first. */
  readonly codes: Code[]
  /** User codes that were decided or have run out: well-formed, and wrong from then on. */
  readonly spent: Set<string>
  /** Answers of the token endpoint, kept for what is judged by many of them. */
  readonly tokenAnswers: Answer[]
  /** Outcomes so far, by check. */
  readonly outcomes: Map<string, Outcome>
  /** POSTs a form to an endpoint as this client. */
  readonly post: (url: string, client: ProbeClient | undefined, form: Readonly<Record<string, string>>, extra?: Extra) => Promise<Answer>
  /** A device authorization request. Waits when the server says that too many were sent. */
  readonly ask: (client: ProbeClient, extra?: Extra) => Promise<Answer>
  /** A code, or the check cannot go on. */
  readonly open: (client?: ProbeClient, extra?: Extra) => Promise<Code>
  /** One token request with the code. */
  readonly poll: (client: ProbeClient, code: Pick<Code, 'deviceCode'>, extra?: Extra) => Promise<Answer>
  /** Polls at the pace the server asks for until it says something else than pending; a few times at most. */
  readonly redeem: (client: ProbeClient, code: Code, extra?: Extra) => Promise<Answer>
  /** The person decides. */
  readonly decide: (code: Code, decision: 'approve' | 'deny') => Promise<void>
  /** A code, approved and redeemed as client A. */
  readonly login: (extra?: Extra) => Promise<{ readonly code: Code; readonly answer: Answer }>
  readonly refresh: (client: ProbeClient, token: string, extra?: Extra) => Promise<Answer>
  /** The same token request so many times, let go at the same moment. */
  readonly together: (client: ProbeClient, form: Readonly<Record<string, string>>, times: number) => Promise<readonly Answer[]>
  /** @throws CheckError when the metadata names none */
  readonly tokenEndpoint: () => string
  /** Seconds by the clock of the probe. */
  readonly wait: (seconds: number) => Promise<void>
}

export function openExam(options: ExamOptions): Exam {
  const { wire, server, clients, clock, sleep } = options
  const deviceEndpoint = endpointOf(server, 'device_authorization_endpoint')
  const codes: Code[] = []
  const spent = new Set<string>()
  const tokenAnswers: Answer[] = []

  const tokenEndpoint = (): string => {
    const url = endpointOf(server, 'token_endpoint')
    if (url === undefined) throw new CheckError('the metadata names no token_endpoint')
    return url
  }

  const post: Exam['post'] = (url, client, form, extra = {}) => wire.send(formRequest(url, client, form, extra), extra.early)

  const ask: Exam['ask'] = async (client, extra = {}) => {
    if (deviceEndpoint === undefined) throw new CheckError('the metadata names no device_authorization_endpoint')
    const resource = server.resource === undefined ? {} : { resource: server.resource }
    const scope = client.scope === undefined ? {} : { scope: client.scope }
    const attempt = () => post(deviceEndpoint, client, { ...scope, ...resource, ...extra.form }, extra)
    let answer = await attempt()
    for (let again = 0; again < 2 && answer.status === 429; again++) {
      const seconds = Number(headerOf(answer, 'retry-after'))
      await sleep(Math.min(Number.isFinite(seconds) && seconds > 0 ? seconds : 60, 120) * 1000)
      answer = await attempt()
    }
    const code = codeIn(answer, clock.now())
    if (code !== undefined) codes.push(code)
    return answer
  }

  const open: Exam['open'] = async (client = clients.a, extra = {}) => {
    const before = codes.length
    const answer = await ask(client, extra)
    const code = codes[before]
    if (code === undefined) throw new CheckError(`no code was given out: ${described(answer)}`)
    return code
  }

  const poll: Exam['poll'] = async (client, { deviceCode }, extra = {}) => {
    const answer = await post(tokenEndpoint(), client, { grant_type: DEVICE_CODE, device_code: deviceCode }, extra)
    tokenAnswers.push(answer)
    return answer
  }

  const redeem: Exam['redeem'] = async (client, code, extra) => {
    let { interval } = code
    for (let turn = 0; ; turn++) {
      const answer = await poll(client, code, extra)
      const error = errorOf(answer)
      if (turn >= 3 || !isWaiting(error)) return answer
      if (error === 'slow_down') interval += USUAL_INTERVAL
      await sleep((interval + 0.5) * 1000)
    }
  }

  const decide: Exam['decide'] = async (code, decision) => {
    if (options.approver === undefined) throw new CheckError('nobody is there who approves')
    await options.approver.decide(code, decision)
    spent.add(code.userCode)
  }

  const login: Exam['login'] = async (extra) => {
    const code = await open(clients.a, extra)
    await decide(code, 'approve')
    const answer = await redeem(clients.a, code, extra)
    if (!hasTokens(answer)) throw new CheckError(`an approved code was not redeemed: ${described(answer)}`)
    return { code, answer }
  }

  const refresh: Exam['refresh'] = async (client, token, extra) => {
    const answer = await post(tokenEndpoint(), client, { grant_type: 'refresh_token', refresh_token: token }, extra)
    tokenAnswers.push(answer)
    return answer
  }

  const together: Exam['together'] = (client, form, times) => wire.sendTogether(formRequest(tokenEndpoint(), client, form), times)
  const wait = (seconds: number) => sleep(seconds * 1000)
  const kept = { codes, spent, tokenAnswers, outcomes: new Map<string, Outcome>() }
  return { ...options, ...kept, post, ask, open, poll, redeem, decide, login, refresh, together, tokenEndpoint, wait }
}

function formRequest(
  url: string,
  client: ProbeClient | undefined,
  form: Readonly<Record<string, string>>,
  { headers = {}, form: more = {}, ...extra }: Extra = {},
): Sent {
  const who = client && identified(client, 'secret' in extra ? extra : client)
  const body = new URLSearchParams({ ...form, ...who?.form, ...more }).toString()
  return { method: 'POST', url, headers: { 'content-type': FORM, accept: 'application/json', ...who?.headers, ...headers }, body }
}

function codeIn(answer: Answer, issuedAt: number): Code | undefined {
  const deviceCode = textOf(answer, 'device_code')
  const userCode = textOf(answer, 'user_code')
  // RFC 8628 section 3.2: verification_uri; Google wrote it verification_url before there was an RFC.
  const verificationUri = textOf(answer, 'verification_uri') ?? textOf(answer, 'verification_url')
  if (deviceCode === undefined || userCode === undefined || verificationUri === undefined) return undefined
  return {
    deviceCode,
    userCode,
    verificationUri,
    verificationUriComplete: textOf(answer, 'verification_uri_complete'),
    expiresIn: numberIn(answer, 'expires_in'),
    interval: numberIn(answer, 'interval') ?? USUAL_INTERVAL,
    issuedAt,
    answer,
  }
}

export function numberIn({ json }: Pick<Answer, 'json'>, name: string): number | undefined {
  const value = json[name]
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

/** The error of an answer, whatever its status: some servers answer errors with 200. */
export function errorOf(answer: Answer): string | undefined {
  return textOf(answer, 'error')
}

export function hasTokens(answer: Answer): boolean {
  return errorOf(answer) === undefined && textOf(answer, 'access_token') !== undefined
}

/** Whether the code is alive and undecided: the request was taken as a poll, in time or not. */
export function isWaiting(error: string | undefined): boolean {
  return error === 'authorization_pending' || error === 'slow_down'
}

/** Status and error of an answer, for people. */
export function described(answer: Answer): string {
  const error = errorOf(answer)
  if (error !== undefined) return `${answer.status} ${error}`
  return hasTokens(answer) ? `${answer.status} with tokens` : String(answer.status)
}
