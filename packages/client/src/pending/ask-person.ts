/** Asking the person here for the countersign while the wait goes on: somebody at another terminal may answer first. */
import { CountersignError } from '@countersign/protocol'
import { type AskCountersign, askInTime } from '../device/countersign.ts'
import type { Runtime } from '../runtime.ts'
import type { PendingLogin } from './pending-logins.ts'

export interface Person {
  /**
   * What was typed in answer to the question that is open now; asks it first, if it was not asked yet.
   * @throws CountersignError `aborted` when the person gave up
   */
  readonly answerTo: (login: PendingLogin) => string | undefined
  /** Takes back whatever is being asked. */
  readonly leave: () => void
}

interface Asked {
  readonly number: number
  readonly stop: AbortController
  answer?: string
  failure?: Error
}

/** The person here, if there is one. */
export function askPerson({ sleep, clock }: Runtime, ask: AskCountersign | undefined, signal: AbortSignal | undefined): Person {
  let asked: Asked | undefined

  const leave = () => asked?.stop.abort()
  signal?.addEventListener('abort', leave, { once: true })

  function begin({ number, wrong, told }: NonNullable<PendingLogin['question']>, expiresAt: number, asking: AskCountersign): Asked {
    const current: Asked = { number, stop: new AbortController() }
    askInTime(sleep, clock.now(), asking, { wrong, told, expiresAt }, current.stop.signal).then(
      (answer) => {
        current.answer = answer
      },
      (failure: unknown) => {
        current.failure = failure instanceof Error ? failure : new Error('the question was not answered', { cause: failure })
      },
    )
    return current
  }

  return {
    answerTo: ({ question, invitation }) => {
      if (ask === undefined) return undefined
      if (question?.number !== asked?.number) {
        leave()
        asked = question === undefined ? undefined : begin(question, invitation.expiresAt, ask)
      }
      const failure = asked?.failure
      // The end of the code is told by whoever polls.
      const late = failure instanceof CountersignError && failure.code === 'device_code_expired'
      if (failure !== undefined && !late) throw failure
      return asked?.answer
    },
    leave: () => {
      signal?.removeEventListener('abort', leave)
      leave()
    },
  }
}
