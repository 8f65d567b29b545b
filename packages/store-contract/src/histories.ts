/** Random histories: move by move a store answers as the model does, and moves made at once answer as if made in some order. */
import { isDeepStrictEqual } from 'node:util'
import { memoryStore, type Store } from '@countersign/authority'
import type { EpochMilliseconds } from '@countersign/protocol'
import fc from 'fast-check'
import { expect } from 'vitest'
import { anyMove, freeing, GROUP, IDS, LOOKUPS, type Move, perform, rowMove } from './moves.ts'
import { type Clause, fakeClock } from './under-test.ts'

/** The same histories every time: what fails here fails for everybody. */
const SEED = 8628

interface Made {
  readonly move: Move
  readonly at: EpochMilliseconds
}

/** Something that happened at one moment. */
interface Happened {
  readonly move: Move
  readonly explains: (answer: unknown) => boolean
  /** What it comes after. */
  readonly after?: Happened
}

function happenings(move: Move, answer: unknown, inTwoMoves: boolean): readonly Happened[] {
  const explains = (other: unknown) => isDeepStrictEqual(other, answer)
  if (move.type !== 'swapAndInsert' || !inTwoMoves) return [{ move, explains }]
  const swapped = { move: move.swap, explains }
  // Nobody is told whether the row was inserted.
  return answer === true ? [swapped, { move: move.insert, explains: () => true, after: swapped }] : [swapped]
}

function orders(left: readonly Happened[]): Happened[][] {
  if (left.length === 0) return [[]]
  const next = left.filter(({ after }) => after === undefined || !left.includes(after))
  return next.flatMap((one) => orders(left.filter((other) => other !== one)).map((rest) => [one, ...rest]))
}

/** What the model answers to the moves in this order, and what can be seen in it afterwards. */
async function retold(made: readonly Made[]): Promise<{ answers: unknown[]; state: string }> {
  const clock = fakeClock()
  const model = memoryStore(clock)
  const answers: unknown[] = []
  for (const { move, at } of made) {
    clock.set(at)
    answers.push(await perform(model, 'k', move, at))
  }
  return { answers, state: JSON.stringify(await visible(model)) }
}
async function visible(model: Store): Promise<unknown[]> {
  const rows = await Promise.all(IDS.map(async (id) => model.read('k', id)))
  const held = await Promise.all(LOOKUPS.map(async (lookup) => model.find('k', lookup)))
  return [rows, held.map((row) => row?.id), (await model.list('k', GROUP, 10)).map((row) => row.id)]
}

/** @param inTwoMoves `swapAndInsert` is a swap and then an insert, with time in between */
export function historyClauses(clause: Clause, inTwoMoves: boolean): void {
  clause('random histories are answered as the model answers them', async ({ store, clock }) => {
    let run = 0
    const step = fc.record({ move: anyMove, later: fc.integer({ min: 0, max: 2 }) })
    const property = fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const kind = `k${run++}`
      const model = memoryStore(clock)
      for (const { move, later } of steps) {
        clock.step(later)
        const answer = await perform(store, kind, move, clock.now())
        expect({ move, answer }).toEqual({ move, answer: await perform(model, kind, move, clock.now()) })
      }
    })
    await fc.assert(property, { seed: SEED, numRuns: 60 })
  })

  clause('moves made at once are answered as if they had been made in some order', async ({ store, clock }) => {
    let run = 0
    const batch = fc.record({ moves: fc.array(rowMove, { minLength: 2, maxLength: 3 }), later: fc.integer({ min: 0, max: 2 }) })
    const property = fc.asyncProperty(fc.array(batch, { maxLength: 8 }), async (batches) => {
      const kind = `k${run++}`
      // Every past that explains all answers so far; pasts that look the same count once.
      let pasts: Made[][] = [[]]
      for (const { moves, later } of batches) {
        clock.step(later)
        const at = clock.now()
        const answers = await Promise.all(moves.map(async (move) => ({ move, answer: await perform(store, kind, move, at) })))
        const next = new Map<string, Made[]>()
        for (const past of pasts) {
          for (const order of orders(answers.flatMap(({ move, answer }) => happenings(move, answer, inTwoMoves)))) {
            const told = [...past, ...order.map(({ move }) => ({ move, at }))]
            const retelling = await retold(told)
            const expected = retelling.answers.slice(past.length)
            if (order.every(({ explains }, step) => explains(expected[step]))) next.set(retelling.state, told)
          }
        }
        pasts = [...next.values()]
        expect({ answers, explained: pasts.length > 0 }).toEqual({ answers, explained: true })
      }
    })
    await fc.assert(property, { seed: SEED, numRuns: 40 })
  })
}

/** Far enough for whatever a store does now and then. */
const HOURS = 7_200_000

export function sharedHistoryClauses(clause: Clause): void {
  clause('random histories made by two connections in turn, and by a third that comes later, are those of one store', async (given) => {
    const { store, again, clock } = given
    const two = [store, await again()]
    let run = 0
    const later = fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 0, max: 2 }) }, { weight: 1, arbitrary: fc.constant(HOURS) })
    const move = fc.oneof({ weight: 9, arbitrary: rowMove }, { weight: 1, arbitrary: freeing })
    const step = fc.record({ move, later, by: fc.integer({ min: 0, max: 1 }) })
    const property = fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const kind = `k${run++}`
      const model = memoryStore(clock)
      for (const { move, later, by } of steps) {
        clock.step(later)
        const answer = await perform(two[by] as Store, kind, move, clock.now())
        expect({ by, move, answer }).toEqual({ by, move, answer: await perform(model, kind, move, clock.now()) })
      }
      if (run % 10 !== 0) return
      const third = await again()
      for (const id of IDS) expect(await third.read(kind, id)).toEqual(await model.read(kind, id))
      for (const lookup of LOOKUPS) expect(await third.find(kind, lookup)).toEqual(await model.find(kind, lookup))
      expect(await third.list(kind, GROUP, 10)).toEqual(await model.list(kind, GROUP, 10))
    })
    await fc.assert(property, { seed: SEED, numRuns: 60 })
  })
}
