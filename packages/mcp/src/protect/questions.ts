/** Requests of our own to the host (legacy era), beside those of the server: their ids never meet. */
import { CountersignError } from '@countersign/protocol'
import type { Message, MessageId } from './messages.ts'
import { isObject } from '../wire/message.ts'

export interface Questions {
  /** @throws CountersignError `aborted` when it was taken back, `invalid_response` when the host answered with an error */
  readonly ask: (method: string, params: object, signal: AbortSignal) => Promise<unknown>
  /** Takes an answer; false when it is for somebody else. */
  readonly take: (id: MessageId, message: Message) => boolean
}

export function questions(send: (message: Message) => Promise<void>): Questions {
  const open = new Map<MessageId, (message: Message) => void>()
  let count = 0

  return {
    ask: (method, params, signal) =>
      new Promise((resolve, reject) => {
        count += 1
        const id = `countersign-${count}`
        const over = (error: unknown) => {
          open.delete(id)
          signal.removeEventListener('abort', takeBack)
          reject(error)
        }
        const takeBack = () => {
          over(new CountersignError('aborted', 'the question was taken back'))
          void send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: id, reason: 'not needed any more' } }).catch(
            () => {},
          )
        }
        open.set(id, ({ result }) => {
          open.delete(id)
          signal.removeEventListener('abort', takeBack)
          if (isObject(result)) resolve(result)
          else reject(new CountersignError('invalid_response', 'the host did not take the question'))
        })
        signal.addEventListener('abort', takeBack, { once: true })
        send({ jsonrpc: '2.0', id, method, params }).catch(over)
      }),
    take: (id, message) => {
      const settle = open.get(id)
      settle?.(message)
      // An answer that comes too late is still ours.
      return settle !== undefined || (typeof id === 'string' && id.startsWith('countersign-'))
    },
  }
}
