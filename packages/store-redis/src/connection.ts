/**
 * Commands to Redis, each sent at most once and answered within a bounded time.
 * Invariant: a command whose reply is not known is never sent again (a move made twice is answered wrongly: the second time the row is
 * taken, the version another). It rejects, and so does everything that fails: with CountersignError `store_unavailable` and nothing else.
 */
import { CountersignError } from '@countersign/protocol'
import type { RedisClient } from './client.ts'
import type { Script } from './scripts.ts'
import { unavailable } from './unavailable.ts'
import { waitingFor } from './waiting.ts'

export type Argument = string | number

export interface Connection {
  readonly ask: (command: string, ...args: Argument[]) => Promise<unknown>
  /** Runs a script on its keys. */
  readonly run: (script: Script, keys: readonly string[], ...args: Argument[]) => Promise<unknown>
}

/** Commands that wait at once. More means that Redis is away or hopelessly slow, and memory is worth more than one more of them. */
const MOST = 20_000

/** @param place where Redis is, as errors name it */
export function connectionOver(client: RedisClient, place: string, waitMs: number): Connection {
  const waiting = waitingFor(waitMs, () => {
    const message = `${place}: no answer within ${waitMs} ms`
    return new CountersignError('store_unavailable', message, { hint: 'look for a Redis that is stopped, overloaded or out of reach' })
  })
  let opening: Promise<void> | undefined

  /** Resolves when the client is connected again. Waiting here, and not in a queue of the driver, means that what was given up is not sent. */
  function opened(): Promise<void> {
    opening ??= new Promise<void>((resolve) => {
      const over = () => {
        opening = undefined
        resolve()
      }
      for (const event of ['ready', 'end'] as const) client.on?.(event, over)
    })
    return opening
  }

  async function ask(command: string, ...args: Argument[]): Promise<unknown> {
    if (waiting.size >= MOST) {
      const hint = 'look for a Redis that is stopped, overloaded or out of reach'
      throw new CountersignError('store_unavailable', `${place}: ${MOST} commands wait for an answer already`, { hint })
    }
    try {
      return await waiting.wait(async (givenUp) => {
        if (isAway(client.status)) await opened()
        return givenUp() ? undefined : client.call(command, ...args)
      })
    } catch (error) {
      throw unavailable(place, error)
    }
  }

  async function run({ sha, text }: Script, keys: readonly string[], ...args: Argument[]): Promise<unknown> {
    try {
      return await ask('EVALSHA', sha, keys.length, ...keys, ...args)
    } catch (error) {
      // Another server, or one that was started again or told to forget: nothing ran.
      if (error instanceof CountersignError && error.message.startsWith(`${place}: NOSCRIPT`))
        return ask('EVAL', text, keys.length, ...keys, ...args)
      throw error
    }
  }
  return { ask, run }
}

/** Neither connected nor about to connect with the first command. */
function isAway(status: string | undefined): boolean {
  return status !== undefined && status !== 'ready' && status !== 'wait' && status !== 'end'
}
