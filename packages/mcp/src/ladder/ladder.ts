/**
 * From a tool call that needs a token to a token, or to what is answered instead, by whatever this peer can show to a person.
 * Invariants: only a tool call gets here, so nobody is asked out of the blue; one question for one code is before the person, however
 * many calls wait for it; every call is answered, also when nobody ever decides.
 */
import { randomText, type Suite } from '@countersign/proof'
import { CountersignError } from '@countersign/protocol'
import type { Flow } from '../sign-in/flow.ts'
import type { Look, Need, SignIn } from '../sign-in/sign-in.ts'
import type { CountersignAsked, FlowEnd } from '../sign-in/state.ts'
import type { Admission, Answered, LadderCall } from './call.ts'
import { askByForm, askByUrl, askForNumber, type ElicitationParameters, readElicitationAnswer } from './elicitation.ts'
import { hear, type Heard, type Hearing } from './hear.ts'
import { createPrompts, declined } from './prompts.ts'
import { isOurs, requestStates, type Round } from './request-state.ts'
import { inputRequired, notRun, type ToolResult } from './results.ts'
import { type Rung, rungFor } from './rung.ts'
import {
  type Asking,
  countersignTextWords,
  countersignWords,
  formWords,
  notGrantedWords,
  refusedWords,
  stillWaitingWords,
  textWords,
  urlWords,
} from './words.ts'
import { isObject } from '../wire/message.ts'

export interface LadderOptions extends Omit<Hearing, 'patience'> {
  readonly suite: Suite
  /** Milliseconds a call may wait for a person when nobody wants to hear of progress; 50 000 unless told. */
  readonly patience?: number | undefined
  /** The tool that takes the number on the approving page where there are no forms; absent when there is none. */
  readonly loginTool?: string | undefined
}

export interface Ladder {
  /** Never rejects but for a fault of this program: what went wrong is answered in words. */
  readonly admit: (call: LadderCall, need?: Need) => Promise<Admission>
}

/** Hosts give up after a minute, and some of it goes to the network. */
const PATIENCE = 50_000
/** Of our question among the input requests of a call. */
const KEY = 'sign_in'

type Needed = Extract<Look, { type: 'needed' }>
type Carried = NonNullable<Round['carried']>

/** What the ladder needs of a sign-in. */
export type LadderSignIn = Pick<SignIn, 'provider' | 'look' | 'begin' | 'current'>

export function createLadder(signIn: LadderSignIn, options: LadderOptions): Ladder {
  const { clock, sleep, suite, patience = PATIENCE, loginTool } = options
  const { name: provider } = signIn.provider
  const states = requestStates(suite, clock)
  const prompts = createPrompts(provider)

  async function admit(call: LadderCall, need: Need = {}): Promise<Admission> {
    try {
      const { round, carried } = await readRound(call)
      const no = round === undefined ? undefined : takeAnswer(call, round)
      for (let approved = false; ; ) {
        const look = await signIn.look(need)
        if (look.type === 'good') return { type: 'admitted', access: look.access, ...carried }
        if (no !== undefined) throw no
        if (approved) return answered(notRun(call.era, notGrantedWords(call.tool, provider, look.missing)))
        const flow = await signIn.begin(look.scope, { countersign: call.elicitation.form || loginTool !== undefined })
        // Somebody else has signed in while this call came here.
        if (flow === undefined) continue
        const end = await throughPerson(call, flow, look, carried)
        if (end.type === 'answered') return end
        if (end.type === 'refused') throw end.error
        approved = end.type === 'signed_in'
      }
    } catch (error) {
      if (!(error instanceof CountersignError)) throw error
      return answered(notRun(call.era, refusedWords(call.tool, error)))
    }
  }

  /** What the call carries: an answer to a question of ours, or what belongs to the tool itself. */
  async function readRound(call: LadderCall): Promise<{ readonly round?: Round; readonly carried: Carried }> {
    const { requestState, inputResponses } = call
    if (requestState === undefined || !isOurs(requestState)) {
      return {
        carried: { ...(inputResponses === undefined ? {} : { inputResponses }), ...(requestState === undefined ? {} : { requestState }) },
      }
    }
    const round = await states.open(call, requestState)
    // MCP multi round-trip requests: state that was changed, is too old, was used before or is for another call is refused.
    if (round === undefined) throw new CountersignError('usage', 'the request state is not valid', { hint: 'Call it again.' })
    return { round, carried: round.carried ?? {} }
  }

  /** Does what the person said about the code of this round. What comes back is a no. */
  function takeAnswer(call: LadderCall, round: Round): CountersignError | undefined {
    const given = readElicitationAnswer(isObject(call.inputResponses) ? call.inputResponses[KEY] : undefined)
    const flow = signIn.current()
    const question = round.question === undefined ? undefined : { number: round.question }
    if (flow?.id === round.flow) prompts.take(flow, question, given)
    return given.action === 'decline' || given.action === 'cancel' ? declined(provider, given.action) : undefined
  }

  /** One code, from showing it to what came of it, or to what this call is answered while it still waits. */
  async function throughPerson(call: LadderCall, flow: Flow, look: Needed, carried: Carried): Promise<FlowEnd | Answered> {
    const { invitation, scope } = flow
    const asking = (): Asking => ({ tool: call.tool, provider, invitation, scope, missing: look.missing, now: clock.now() })
    let question = flow.question()
    let heard: Heard | undefined
    for (;;) {
      const state = prompts.state(flow, question)
      const rung = state === 'by_text' ? 'text' : rungOf(call, question)
      if (rung === 'text') {
        if (question !== undefined) return answered(notRun(call.era, numberByText(call, question)))
        prompts.mark(flow, undefined, 'by_text')
        // Shown once by each call that finds the code new, and again when the wait was in vain.
        if (state === undefined || heard !== undefined) return answered(notRun(call.era, textWords(asking())))
      } else if (state === undefined) {
        if (call.era === 'modern') return askByRound(call, flow, question, parametersFor(rung, asking(), question), carried)
        askByRequest(call, flow, question, rung, asking())
      }
      heard = await hear({ clock, sleep, patience }, call, flow, question, prompts.undeliverable(flow, question))
      if (heard === 'late' && rung !== 'text') {
        prompts.withdraw(flow)
        return answered(notRun(call.era, stillWaitingWords(asking())))
      }
      if (typeof heard === 'string') continue
      if ('type' in heard) return heard
      question = heard
      heard = undefined
    }
  }

  /** Modern era: the question is the answer to the call. */
  async function askByRound(
    call: LadderCall,
    flow: Flow,
    question: CountersignAsked | undefined,
    parameters: ElicitationParameters,
    carried: Carried,
  ): Promise<Answered> {
    prompts.mark(flow, question, 'open')
    const round = { flow: flow.id, carried, ...(question === undefined ? {} : { question: question.number }) }
    return answered(inputRequired(KEY, parameters, await states.seal(call, round)))
  }

  /** Legacy era: the question is a request of its own, while the call waits. */
  function askByRequest(call: LadderCall, flow: Flow, question: CountersignAsked | undefined, rung: 'url' | 'form', asking: Asking): void {
    const id = randomText(suite, 9)
    const parameters = parametersFor(rung, asking, question, id)
    prompts.ask(flow, question, (signal) => call.elicit?.(parameters, signal) ?? Promise.reject(new Error('no way to ask')))
    if (parameters.mode !== 'url') return
    void flow.ended.then(({ type }) => type === 'signed_in' && call.complete?.(id))
  }

  function parametersFor(rung: 'url' | 'form', asking: Asking, question: CountersignAsked | undefined, id?: string): ElicitationParameters {
    if (question !== undefined) return askForNumber(countersignWords(asking.invitation, question.wrong))
    // MCP elicitation, safe URLs: the plain page. With the code filled in it would be half of an approval.
    return rung === 'url' ? askByUrl(asking.invitation.verificationUri, urlWords(asking), id) : askByForm(formWords(asking))
  }

  function numberByText({ tool }: LadderCall, { wrong }: CountersignAsked): string {
    if (loginTool !== undefined) return countersignTextWords(tool, loginTool, provider, wrong)
    return refusedWords(tool, { message: `${provider} wants a number typed, and this host has no form for it`, hint: undefined })
  }

  return { admit }
}

/** A number can only be typed into a form. */
function rungOf({ elicitation }: LadderCall, question: CountersignAsked | undefined): Rung {
  if (question === undefined) return rungFor(elicitation)
  return elicitation.form ? 'form' : 'text'
}

function answered(result: ToolResult): Answered {
  return { type: 'answered', result }
}
