/**
 * Which questions are before the person right now: for each code, and for each number, one at a time, however many calls wait.
 * Invariant: an answer moves only the code it was given for.
 */
import { CountersignError } from '@countersign/protocol'
import type { Flow } from '../sign-in/flow.ts'
import type { CountersignAsked } from '../sign-in/state.ts'
import { type ElicitationAnswer, readElicitationAnswer } from './elicitation.ts'

/** How a question stands. `by_text`: this host cannot put it to a person, so it goes through the model. */
export type PromptState = 'open' | 'accepted' | 'by_text'

export interface Prompts {
  /** `undefined`: nobody has been asked. */
  readonly state: (flow: Flow, question: CountersignAsked | undefined) => PromptState | undefined
  readonly mark: (flow: Flow, question: CountersignAsked | undefined, state: PromptState) => void
  /** Asks in a request of its own (legacy era), and takes the answer when it comes. */
  readonly ask: (flow: Flow, question: CountersignAsked | undefined, send: (signal: AbortSignal) => Promise<unknown>) => void
  /** Resolves when the question turns out not to get to a person; never otherwise. */
  readonly undeliverable: (flow: Flow, question: CountersignAsked | undefined) => Promise<void>
  /** Takes back what nobody has answered, so that the next call can ask again. */
  readonly withdraw: (flow: Flow) => void
  /** Does what the answer says. */
  readonly take: (flow: Flow, question: Pick<CountersignAsked, 'number'> | undefined, answer: ElicitationAnswer) => void
}

interface Prompt {
  state: PromptState
  readonly stop: AbortController
  readonly undeliverable: Promise<void>
  readonly fail: () => void
}

/** @param provider what people call the place they sign in to */
export function createPrompts(provider: string): Prompts {
  const prompts = new Map<string, Prompt>()
  const keyOf = ({ id }: Flow, question: Pick<CountersignAsked, 'number'> | undefined) => `${id} ${question?.number ?? 0}`
  const ofFlow = ({ id }: Flow) => [...prompts].filter(([key]) => key.startsWith(`${id} `))

  function put(flow: Flow, question: Pick<CountersignAsked, 'number'> | undefined, state: PromptState): Prompt {
    const key = keyOf(flow, question)
    const prompt = prompts.get(key) ?? newPrompt(state)
    prompt.state = state
    if (ofFlow(flow).length === 0) void flow.ended.then(() => forget(flow))
    prompts.set(key, prompt)
    if (state === 'by_text') prompt.fail()
    return prompt
  }

  function forget(flow: Flow): void {
    for (const [key, prompt] of ofFlow(flow)) {
      prompts.delete(key)
      prompt.stop.abort()
    }
  }

  function withdraw(flow: Flow): void {
    for (const [key, prompt] of ofFlow(flow)) {
      if (prompt.state !== 'open') continue
      prompts.delete(key)
      prompt.stop.abort()
    }
  }

  function take(flow: Flow, question: Pick<CountersignAsked, 'number'> | undefined, answer: ElicitationAnswer): void {
    if (answer.action === 'decline' || answer.action === 'cancel') return flow.stop(declined(provider, answer.action))
    const answered = answer.action === 'accept' && (question === undefined || answer.number !== undefined)
    put(flow, question, answered ? 'accepted' : 'by_text')
    if (!answered || answer.number === undefined) return
    if (question !== undefined && flow.question()?.number === question.number) flow.answer(answer.number)
  }

  return {
    state: (flow, question) => prompts.get(keyOf(flow, question))?.state,
    mark: (flow, question, state) => void put(flow, question, state),
    undeliverable: (flow, question) => {
      const prompt = prompts.get(keyOf(flow, question))
      return prompt?.state === 'open' ? prompt.undeliverable : new Promise<void>(() => {})
    },
    withdraw,
    take,
    ask: (flow, question, send) => {
      // The page has moved on to the number: what the first question said is over.
      if (question !== undefined) withdraw(flow)
      const { stop } = put(flow, question, 'open')
      const settle = (answer: ElicitationAnswer) => {
        if (!stop.signal.aborted) take(flow, question, answer)
      }
      send(stop.signal).then(
        (value) => settle(readElicitationAnswer(value)),
        () => settle({ action: 'unusable' }),
      )
    },
  }
}

/** The person said no; for whoever calls next, and for the model. */
export function declined(provider: string, action: 'decline' | 'cancel'): CountersignError {
  const said = action === 'decline' ? 'declined to sign in' : 'closed the request to sign in'
  return new CountersignError('access_denied', `the person ${said} to ${provider}`, {
    hint: 'Do not call it again unless the person asks for it.',
  })
}

function newPrompt(state: PromptState): Prompt {
  let fail = (): void => {}
  const undeliverable = new Promise<void>((resolve) => {
    fail = resolve
  })
  return { state, stop: new AbortController(), undeliverable, fail }
}
