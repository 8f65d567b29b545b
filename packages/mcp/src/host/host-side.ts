/** The host before us: what is written to it, and what it is asked, where its era allows asking. */
import { CountersignError } from '@countersign/protocol'
import { type JsonObject, type MessageId, type Outcome, requestText, type Response } from '../wire/message.ts'

export interface HostSide {
  /** One message as JSON text on one line. */
  write(text: string): void
  /** Asks a legacy host, and waits for as long as the person takes. @throws CountersignError `aborted` when the signal ends it */
  ask(method: string, params: JsonObject, signal: AbortSignal): Promise<Outcome>
  /** Takes a response; false when it answers nothing that was asked here. */
  answered(response: Response): boolean
}

export function hostSide(write: (text: string) => void): HostSide {
  const asked = new Map<MessageId, (outcome: Outcome) => void>()
  let ids = 0
  return {
    write,
    ask(method, params, signal) {
      const id = `countersign-ask-${++ids}`
      return new Promise((resolve, reject) => {
        const stop = () => {
          asked.delete(id)
          reject(new CountersignError('aborted', 'the question is no longer asked', { cause: signal.reason }))
        }
        if (signal.aborted) return stop()
        signal.addEventListener('abort', stop, { once: true })
        asked.set(id, (outcome) => {
          signal.removeEventListener('abort', stop)
          resolve(outcome)
        })
        write(requestText(id, method, params))
      })
    },
    answered({ id, outcome }) {
      const settle = id === undefined ? undefined : asked.get(id)
      if (id === undefined || settle === undefined) return false
      asked.delete(id)
      settle(outcome)
      return true
    },
  }
}
