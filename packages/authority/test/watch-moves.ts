import type { Store } from '@countersign/authority'

/** The moves that change a record; counters and marks are none. */
export const CHANGES = ['insert', 'swap', 'swapAndInsert', 'remove'] as const
const ALL = [...CHANGES, 'read', 'find', 'list', 'once', 'count'] as const

/** Every move on the store from now on: which, on what, and how much was counted. */
export function watchMoves(store: Store, watched: readonly (typeof ALL)[number][] = ALL): string[] {
  const moves: string[] = []
  for (const name of watched) {
    const move = store[name].bind(store) as (...given: unknown[]) => Promise<unknown>
    Object.assign(store, {
      [name]: (...given: unknown[]) => {
        const [what, , add] = given
        const about = typeof what === 'string' ? what.split(':').slice(0, 2).join(':') : (what as { kind: string }).kind
        moves.push([name, about, ...(name === 'count' ? [Number(add)] : [])].join(' '))
        return move(...given)
      },
    })
  }
  return moves
}
