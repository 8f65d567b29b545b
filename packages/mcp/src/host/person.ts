/** A call that needs a person first: from what the server demands, through the display ladder, to the call that may go on. */
import { objectAt, type JsonObject, notificationText, type Outcome, type Request, RPC } from '../wire/message.ts'
import type { HostIdentity } from '../wire/era.ts'
import type { LadderCall } from '../ladder/call.ts'
import type { Ladder } from '../ladder/ladder.ts'
import { isOurs } from '../ladder/request-state.ts'
import { readElicitation } from '../ladder/rung.ts'
import type { Need } from '../sign-in/sign-in.ts'
import type { Access } from '../sign-in/state.ts'
import type { HostSide } from './host-side.ts'
import type { Demand } from '../proxy/resource-sender.ts'

export type Asked =
  /** Make the call with these params: it may go through now. */
  | { readonly type: 'again'; readonly params: JsonObject }
  /** The host gets this instead: a question for its person, or why nothing came of it. */
  | { readonly type: 'instead'; readonly outcome: Outcome }

export interface Person {
  /** Takes the answer out of a call that was answered with a question of ours; `undefined` when it was not. */
  returning(request: Request, host: HostIdentity, signal: AbortSignal): Promise<Asked | undefined>
  /** Sees to a sign-in that covers the demand. Several calls share one. */
  ask(demand: Demand, request: Request, host: HostIdentity, signal: AbortSignal): Promise<Asked>
}

export interface PersonParts {
  readonly ladder: Ladder
  readonly hostSide: HostSide
  /** Told what the server demanded, before the ladder looks at what there is. */
  readonly onDemand: (demand: Demand) => void
  /** Told when a call may go on. */
  readonly onAdmitted: () => void
}

/** A person answers within minutes, so only the latest questions can still come back. */
const REMEMBERED = 64

export function personBehind({ onDemand, onAdmitted, ...parts }: PersonParts): Person {
  const admit = admitting(parts)
  return {
    async returning(request, host, signal) {
      const { requestState } = request.params
      return typeof requestState === 'string' && isOurs(requestState) ? noting(await admit({}, request, host, signal)) : undefined
    },
    async ask(demand, request, host, signal) {
      onDemand(demand)
      return noting(await admit(needOf(demand), request, host, signal))
    },
  }

  function noting(asked: Admitted): Asked {
    if (asked.type === 'again') onAdmitted()
    return asked
  }
}

export type Admitted = Asked & ({ readonly type: 'instead' } | { readonly type: 'again'; readonly access: Access })

/** Takes a request through the ladder. One that comes back with an answer to a question of ours needs what it needed before. */
export function admitting({ ladder, hostSide }: Pick<PersonParts, 'ladder' | 'hostSide'>) {
  const needs = new Map<string, Need>()

  /** What the call will need when it comes back with the answer. */
  function remember(result: JsonObject, need: Need): JsonObject {
    const { requestState } = result
    if (typeof requestState === 'string') needs.set(requestState, need)
    for (const old of [...needs.keys()].slice(0, Math.max(0, needs.size - REMEMBERED))) needs.delete(old)
    return result
  }

  return async (given: Need, request: Request, host: HostIdentity, signal: AbortSignal): Promise<Admitted> => {
    const { inputResponses: _answers, requestState: state, ...rest } = request.params
    const need = (typeof state === 'string' ? needs.get(state) : undefined) ?? given
    if (typeof state === 'string') needs.delete(state)
    const admission = await ladder.admit(ladderCall(request, host, hostSide, signal), need)
    if (admission.type === 'answered') return { type: 'instead', outcome: outcomeOf(request, remember(admission.result, need)) }
    const { access, inputResponses, requestState } = admission
    const carried = { ...(inputResponses === undefined ? {} : { inputResponses }), ...(requestState === undefined ? {} : { requestState }) }
    return { type: 'again', access, params: { ...rest, ...carried } }
  }
}

export function needOf({ reason, scope, used }: Demand): Need {
  if (reason === 'scope') return scope === undefined ? {} : { scope }
  return used === undefined ? {} : { rejected: used.credential.accessToken }
}

export function ladderCall({ method, params }: Request, host: HostIdentity, hostSide: HostSide, signal: AbortSignal): LadderCall {
  const { name, uri, requestState } = params
  const { progressToken } = objectAt(params, '_meta')
  const legacy = host.era === 'legacy'
  return {
    tool: [name, uri].find((given) => typeof given === 'string') ?? method,
    arguments: params['arguments'],
    era: host.era,
    elicitation: readElicitation(host.capabilities),
    ...(params['inputResponses'] === undefined ? {} : { inputResponses: params['inputResponses'] }),
    ...(typeof requestState === 'string' ? { requestState } : {}),
    signal,
    ...(legacy
      ? {
          elicit: async (parameters, stop) => {
            const outcome = await hostSide.ask('elicitation/create', { ...parameters }, stop)
            if ('error' in outcome) throw new Error(`the host answered the question with error ${outcome.error.code}`)
            return outcome.result
          },
          complete: (elicitationId) => hostSide.write(notificationText('notifications/elicitation/complete', { elicitationId })),
        }
      : {}),
    ...(typeof progressToken === 'string' || typeof progressToken === 'number'
      ? { progress: (told) => hostSide.write(notificationText('notifications/progress', { progressToken, ...told })) }
      : {}),
  }
}

/** The ladder answers calls of tools; prompts and resources have no result that could say what it says. */
function outcomeOf({ method }: Request, result: JsonObject): Outcome {
  if (method === 'tools/call' || result['resultType'] === 'input_required') return { result }
  const { content } = result
  const [first] = Array.isArray(content) ? (content as readonly JsonObject[]) : []
  return { error: { code: RPC.internal, message: typeof first?.['text'] === 'string' ? first['text'] : 'a sign-in is needed first' } }
}
