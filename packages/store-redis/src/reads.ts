/**
 * Reads that leave together. Under load most requests ask for the same client, and each for a few rows more: what is asked for in one turn is
 * one command to Redis, and each key is in it once. All of it is read after it was asked for, so nobody is told anything older than he may be.
 */
import type { Connection } from './connection.ts'

/** The text at a key, `null` when there is none. */
export type Read = (key: string) => Promise<unknown>

/** Keys of one command: a longer one would hold up everybody else's. */
const MOST = 64

interface Gathering {
  readonly keys: string[]
  readonly texts: Promise<readonly unknown[]>
}

/** @param spread keys may lie on several servers, so that one command cannot have them all */
export function readsOver({ ask }: Pick<Connection, 'ask'>, spread: boolean): Read {
  let gathering: Gathering | undefined

  function gather(): Gathering {
    const keys: string[] = []
    const texts = new Promise<void>((resolve) => process.nextTick(resolve)).then(() => {
      if (gathering?.keys === keys) gathering = undefined
      return fetch(keys)
    })
    return { keys, texts }
  }
  async function fetch(keys: readonly string[]): Promise<readonly unknown[]> {
    if (keys.length > 1 && !spread) return (await ask('MGET', ...keys)) as readonly unknown[]
    return Promise.all(keys.map((key) => ask('GET', key)))
  }
  return (key) => {
    if (gathering === undefined || gathering.keys.length >= MOST) gathering = gather()
    const { keys, texts } = gathering
    const known = keys.indexOf(key)
    const place = known < 0 ? keys.push(key) - 1 : known
    return texts.then((all) => all[place])
  }
}
