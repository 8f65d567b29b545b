/** What a store brings to its trial, and what every clause of the contract is given. */
import type { Store } from '@countersign/authority'
import type { Awaitable, Clock, EpochMilliseconds } from '@countersign/protocol'

export interface StoreUnderTest {
  readonly store: Store
  /** Opens the same rows once more, as another program or the next start would; called only for stores that are `shared`. */
  readonly again: () => Store | Promise<Store>
  /** Ends everything that was opened, and takes the rows away. */
  readonly dispose: () => Promise<void>
}
/** Makes an empty store that asks the given clock and no other. */
export type MakeStore = (clock: Clock) => StoreUnderTest | Promise<StoreUnderTest>

export interface FakeClock extends Clock {
  set(to: EpochMilliseconds): void
  step(by: number): void
}

export interface Given extends StoreUnderTest {
  readonly clock: FakeClock
}
/** Registers one clause as a test. */
export type Clause = (title: string, body: (given: Given) => Promise<void>) => void

/** Where the fake clock begins. */
export const START: EpochMilliseconds = 1_800_000_000_000

export function fakeClock(): FakeClock {
  let now = START
  return {
    now: () => now,
    set: (to) => {
      now = to
    },
    step: (by) => {
      now += by
    },
  }
}

/** `move` made `times` times at once; the store sees all of them before it has answered any. */
export function atOnce<T>(times: number, move: (index: number) => Awaitable<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: times }, (_, index) => move(index)))
}
