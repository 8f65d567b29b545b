/**
 * Reads that leave together. Under load most requests ask for the same client, and each for a few rows more: what is asked for in one turn is
 * one command to Redis, each key is in it once, and its text is understood once for everybody who asked.
 */
import type { Connection } from './connection.ts'
import { together } from './together.ts'

/** What the text at a key says; `null` is no text. A key is always understood in one way. */
export type Read = <T>(key: string, understand: (text: unknown) => T) => Promise<T>

/** @param spread keys may lie on several servers, so that one command cannot have them all; none of them answers for another then */
export function readsOver({ ask, turn }: Pick<Connection, 'ask' | 'turn'>, spread: boolean): Read {
  const asked = new Map<string, Promise<unknown>>()
  const several = together(turn, async (keys: readonly string[]) =>
    keys.length === 1 ? [await ask('GET', ...keys)] : ((await ask('MGET', ...keys)) as readonly unknown[]),
  )
  const fetch = spread ? (key: string) => ask('GET', key) : several

  return <T>(key: string, understand: (text: unknown) => T) => {
    const known = asked.get(key)
    if (known !== undefined) return known as Promise<T>
    if (asked.size === 0) turn.end(() => asked.clear())
    const reading = fetch(key).then(understand)
    asked.set(key, reading)
    return reading
  }
}
