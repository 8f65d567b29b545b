/**
 * Commands to Redis, each sent at most once and answered within a bounded time.
 * Invariant: a command whose reply is not known is never sent again (a move made twice is answered wrongly: the second time the row is
 * taken, the version another). It rejects, and so does everything that fails: with CountersignError `store_unavailable` and nothing else.
 */
import type { RedisClient } from './client.ts'
import type { Script } from './scripts.ts'
import { type Turn, turns } from './turn.ts'
import { slow, unavailable } from './unavailable.ts'
import { waitingFor } from './waiting.ts'

export type Argument = string | number

export interface Connection {
  readonly ask: (command: string, ...args: Argument[]) => Promise<unknown>
  /** Runs a script on its keys. */
  readonly run: (script: Script, keys: readonly string[], ...args: Argument[]) => Promise<unknown>
  /** Commands leave when the turn ends. What is gathered until then goes along with them. */
  readonly turn: Turn
}

/** @param place where Redis is, as errors name it */
export function connectionOver(client: RedisClient, place: string, waitMs: number): Connection {
  const waiting = waitingFor(waitMs)
  const turn = turns()
  /** What waits for the connection. Here, and not in a queue of the driver, so that what was given up is not sent. */
  const held: (() => void)[] = []
  /** Since when nobody could send anything, and why. */
  let awaySince: number | undefined
  let fault: unknown

  for (const event of ['ready', 'end'] as const) {
    client.on?.(event, () => {
      awaySince = undefined
      fault = undefined
      for (const now of held.splice(0)) now()
    })
  }
  client.on?.('error', (error) => (fault = error))

  /** Why there is no answer: what keeps the connection from being made, if that is known. */
  const late = () =>
    isAway(client.status) && fault !== undefined ? unavailable(place, fault) : slow(place, `no answer within ${waitMs} ms`)
  /** Away for longer than anybody waits: who comes now hears it at once, and does not wait in vain with all the others. */
  function isGone(): boolean {
    if (!isAway(client.status)) return false
    awaySince ??= performance.now()
    return performance.now() - awaySince > waitMs
  }

  /** `script`: what to send in full when Redis has not heard it yet: another server, or one that was started again or told to forget. */
  function send(command: string, args: Argument[], script?: Script): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (isGone()) return reject(late())
      const one = waiting.begin(() => reject(late()))
      const refused = (error: unknown) => {
        waiting.end(one)
        reject(unavailable(place, error))
      }
      const answered = (reply: unknown) => {
        waiting.end(one)
        resolve(reply)
      }
      // Nothing ran, so this is the same command and not a second one.
      const unheard = (error: unknown) => {
        if (script === undefined || !isUnheard(error)) return refused(error)
        client.call('EVAL', script.text, ...args.slice(1)).then(answered, refused)
      }
      const now = () => {
        if (!one.waits) return
        try {
          client.call(command, ...args).then(answered, unheard)
        } catch (error) {
          refused(error)
        }
      }
      turn.end(() => (isAway(client.status) ? held.push(now) : now()))
    })
  }
  return {
    turn,
    ask: (command, ...args) => send(command, args),
    run: (script, keys, ...args) => send('EVALSHA', [script.sha, keys.length, ...keys, ...args], script),
  }
}

function isUnheard(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT')
}

/** Neither connected, nor about to be with the first command, nor closed for good. */
function isAway(status: string | undefined): boolean {
  return status !== undefined && status !== 'ready' && status !== 'wait' && status !== 'end'
}
