/**
 * Moves under way: how many there may be, and when the last of them is over. Those that share a command are counted one by one, but nothing is
 * done for each of them when it is over: at every poll some are asked for, and a promise more for each would cost as much as its key.
 */
import { CountersignError } from '@countersign/protocol'
import { slow } from './unavailable.ts'

export interface Crowd {
  /** Why nobody may come in now, as a rejection. */
  readonly refused: () => Promise<never> | undefined
  readonly enter: () => void
  readonly leave: (count: number) => void
  /** Nobody may come in any more. Resolves when everybody has left. */
  readonly close: () => Promise<void>
}

/** More than this means that Redis is away or hopelessly slow, and memory is worth more than one more of them. */
const MOST = 20_000

/** @param place where Redis is, as errors name it */
export function crowdAt(place: string): Crowd {
  let inside = 0
  let isClosed = false
  let empty: () => void = () => undefined

  return {
    refused() {
      if (isClosed) {
        return Promise.reject(new CountersignError('store_unavailable', `${place}: the store is closed`, { hint: 'open a new one' }))
      }
      return inside < MOST ? undefined : Promise.reject(slow(place, `${MOST} moves wait for an answer already`))
    },
    enter() {
      inside++
    },
    leave(count) {
      inside -= count
      if (inside === 0) empty()
    },
    close() {
      isClosed = true
      return inside === 0 ? Promise.resolve() : new Promise((resolve) => (empty = resolve))
    },
  }
}
