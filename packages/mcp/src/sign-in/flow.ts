/** One code, from the request to its end, for everybody in this process who waits for it. */
import type { Invitation } from '@countersign/client'
import { CountersignError, type Scope } from '@countersign/protocol'
import type { CountersignAsked, FlowEnd } from './state.ts'

export interface Flow {
  /** Names this code, and only this one; tells nothing about it. */
  readonly id: string
  readonly invitation: Invitation
  readonly scope: Scope
  readonly question: () => CountersignAsked | undefined
  readonly ended: Promise<FlowEnd>
  /** Resolves with the next question after the one given, or with the end. Rejects with `aborted` when the signal ends the wait. */
  readonly next: (seen: CountersignAsked | undefined, signal: AbortSignal) => Promise<CountersignAsked | FlowEnd>
  /** Hands the number to the server. Without a question it is kept for nobody. */
  readonly answer: (countersign: string) => void
  /** Ends it for everybody: the person said no. */
  readonly stop: (error: CountersignError) => void
}

/** What moves a flow on. */
export interface FlowHandle {
  readonly flow: Flow
  readonly ask: (question: Omit<CountersignAsked, 'number'>, signal: AbortSignal) => Promise<string>
  readonly end: (end: FlowEnd) => void
  readonly isOver: () => boolean
  /** Aborted by `stop`. */
  readonly stopped: AbortSignal
}

export function createFlow(id: string, invitation: Invitation, scope: Scope): FlowHandle {
  let question: CountersignAsked | undefined
  let answered: ((countersign: string) => void) | undefined
  let end: FlowEnd | undefined
  let asked = 0
  const listeners = new Set<() => void>()
  const stopping = new AbortController()
  let settle = (_: FlowEnd): void => {}
  const ended = new Promise<FlowEnd>((resolve) => {
    settle = resolve
  })

  const tell = () => {
    for (const listener of listeners) listener()
  }
  const finish = (how: FlowEnd) => {
    end ??= how
    settle(end)
    question = undefined
    tell()
  }

  return {
    stopped: stopping.signal,
    isOver: () => end !== undefined,
    end: finish,
    ask: (asking, signal) =>
      new Promise((resolve, reject) => {
        asked += 1
        question = { number: asked, ...asking }
        answered = (countersign) => {
          answered = undefined
          question = undefined
          resolve(countersign)
        }
        signal.addEventListener('abort', () => reject(signal.reason), { once: true })
        tell()
      }),
    flow: {
      id,
      invitation,
      scope,
      question: () => question,
      ended,
      next: (seen, signal) =>
        new Promise((resolve, reject) => {
          const look = () => {
            const news = end ?? (question !== undefined && question.number !== seen?.number ? question : undefined)
            if (news === undefined && !signal.aborted) return
            listeners.delete(look)
            signal.removeEventListener('abort', look)
            if (news === undefined) reject(new CountersignError('aborted', 'nobody waits any more', { cause: signal.reason }))
            else resolve(news)
          }
          listeners.add(look)
          signal.addEventListener('abort', look)
          look()
        }),
      answer: (countersign) => answered?.(countersign),
      stop: (error) => {
        finish({ type: 'refused', error })
        stopping.abort(error)
      },
    },
  }
}
