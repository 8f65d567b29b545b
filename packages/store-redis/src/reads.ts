/**
 * Reads that leave together. Under load most requests ask for the same client, and each for a few rows more: what is asked for in one turn is
 * one command to Redis, and what many ask for is in it once and understood once.
 */
import type { Connection } from './connection.ts'
import { together, type TogetherPorts } from './together.ts'

/** A key, and how its text is understood; `null` is no text. */
export type Read = <Answer>(key: string, understand: (text: unknown) => Answer) => Promise<Answer>

export interface Reads {
  readonly read: Read
  /** The same, and shared with everybody who asks for this key in this turn: all of them understand it in one way. */
  readonly share: Read
}

interface Reading {
  readonly key: string
  readonly understand: (text: unknown) => unknown
}

export function readsOver({ ask }: Pick<Connection, 'ask'>, ports: TogetherPorts): Reads {
  /** A new one each turn: what was cleared out of a table stays with it, once it is old. */
  let shared: Map<string, Promise<unknown>> | undefined
  const fetch = together(
    ports,
    async (all: readonly Reading[]) => {
      const [first, ...others] = all.map(({ key }) => key)
      if (others.length === 0) return [await ask('GET', first ?? '')]
      return (await ask('MGET', first ?? '', ...others)) as readonly unknown[]
    },
    (text, { understand }) => understand(text),
  )
  const read: Read = (key, understand) => fetch({ key, understand }) as Promise<ReturnType<typeof understand>>

  return {
    read,
    share: (key, understand) => {
      const known = shared?.get(key)
      if (known !== undefined) return known as Promise<ReturnType<typeof understand>>
      const reading = read(key, understand)
      if (shared === undefined) {
        shared = new Map()
        ports.turn.end(() => (shared = undefined))
      }
      shared.set(key, reading)
      return reading
    },
  }
}
