/** Moves as values, so that a history can be drawn at random, made on a store, and made again on the model. */
import type { NewRow, Store, Swap } from '@countersign/authority'
import type { EpochMilliseconds } from '@countersign/protocol'
import fc from 'fast-check'

interface Named {
  readonly id: string
  readonly version: number
}
/** `life`: milliseconds from the moment of the move until the row ends. */
export interface Insertion {
  readonly type: 'insert'
  readonly id: string
  readonly lookups: string[]
  readonly group: string | undefined
  readonly life: number | undefined
}
export interface Swapping extends Named {
  readonly type: 'swap'
  readonly text: string
  readonly life: number | undefined
}
export type Move =
  | Insertion
  | Swapping
  | { readonly type: 'swapAndInsert'; readonly swap: Swapping; readonly insert: Insertion }
  | { readonly type: 'read'; readonly id: string }
  | { readonly type: 'find'; readonly lookup: string }
  | { readonly type: 'list'; readonly group: string; readonly limit: number; readonly after: string | undefined }
  | (Named & { readonly type: 'remove' })
  | { readonly type: 'once'; readonly key: string; readonly life: number }
  | { readonly type: 'count'; readonly key: string; readonly life: number; readonly add: number }
  | { readonly type: 'sweep' }

/** Few names, so that moves meet. */
export const IDS = ['a', 'b', 'c']
export const LOOKUPS = ['l', 'm']
export const GROUP = 'g'

const id = fc.constantFrom(...IDS)
const lookup = fc.constantFrom(...LOOKUPS)
const version = fc.integer({ min: 1, max: 3 })
const life = fc.integer({ min: 0, max: 4 })
const end = fc.option(life, { nil: undefined })

const insertion: fc.Arbitrary<Insertion> = fc.record({
  type: fc.constant('insert' as const),
  id,
  lookups: fc.subarray(LOOKUPS),
  group: fc.constantFrom(GROUP, undefined),
  life: end,
})
const swapping: fc.Arbitrary<Swapping> = fc.record({
  type: fc.constant('swap' as const),
  id,
  version,
  text: fc.string({ maxLength: 4 }),
  life: end,
})

export const rowMove: fc.Arbitrary<Move> = fc.oneof(
  { weight: 4, arbitrary: insertion },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('read' as const), id }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('find' as const), lookup }) },
  { weight: 4, arbitrary: swapping },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('swapAndInsert' as const), swap: swapping, insert: insertion }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('remove' as const), id, version }) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('list' as const),
      group: fc.constant(GROUP),
      limit: fc.integer({ min: 0, max: 3 }),
      after: fc.constant(undefined),
    }),
  },
)

export const freeing: fc.Arbitrary<Move> = fc.constant({ type: 'sweep' as const })

export const anyMove: fc.Arbitrary<Move> = fc.oneof(
  { weight: 12, arbitrary: rowMove },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('list' as const),
      group: fc.constant(GROUP),
      limit: fc.integer({ min: 1, max: 3 }),
      after: fc.option(id, { nil: undefined }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('once' as const), key: id, life }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('count' as const), key: id, life, add: fc.integer({ min: 0, max: 2 }) }) },
  { weight: 1, arbitrary: freeing },
)

/** Makes the move on rows of this kind, and tells what it answered. A sweep may free what it likes, so it answers nothing. */
export async function perform(store: Store, kind: string, move: Move, now: EpochMilliseconds): Promise<unknown> {
  const until = (after: number | undefined) => (after === undefined ? undefined : now + after)
  const row = ({ id, lookups, group, life }: Insertion): NewRow => {
    return { kind, id, value: { of: id }, lookups, expiresAt: until(life), ...(group === undefined ? {} : { group }) }
  }
  const change = ({ id, version, text, life }: Swapping): Swap => ({ kind, id, version, value: { text }, expiresAt: until(life) })
  switch (move.type) {
    case 'insert':
      return store.insert(row(move))
    case 'read':
      return store.read(kind, move.id)
    case 'find':
      return store.find(kind, move.lookup)
    case 'list':
      return store.list(kind, move.group, move.limit, move.after)
    case 'swap':
      return store.swap(change(move))
    case 'swapAndInsert':
      return store.swapAndInsert(change(move.swap), row(move.insert))
    case 'remove':
      return store.remove(kind, move.id, move.version)
    case 'once':
      return store.once(`${kind} ${move.key}`, now + move.life)
    case 'count':
      return store.count(`${kind} ${move.key}`, now + move.life, move.add)
    case 'sweep':
      await store.sweep(1000)
      return undefined
  }
}
