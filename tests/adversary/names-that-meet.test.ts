/**
 * Names chosen so that they meet in the table of marks and counters, by somebody who has read this source: a crowded table takes ever more room and time,
 * and two names that are one have a device told to slow down for another.
 * Invariant: where a name lies depends on a key that is drawn when the store is made, so names that meet under one key are strangers under the next.
 */
import { halfSipHash } from '@countersign/proof'
import { webEntropy } from '@countersign/proof/web-entropy'
import type { Entropy } from '@countersign/protocol'
import { fakeClock } from '@countersign/store-contract'
import { expect, test } from 'vitest'
import { endingNumbers } from '../../packages/authority/src/ending-numbers.ts'

/** What the attacker takes the key to be. */
const GUESSED: Entropy = { random: (count) => new Uint8Array(count).fill(7) }
const COUNT = 1500

/** Names whose hashes begin alike under the guessed key: all of them belong into one page, however often it is made two. */
function namesThatMeet(): string[] {
  const key = new Uint32Array(GUESSED.random(8).slice().buffer)
  const hash = new Uint32Array(2)
  const names: string[] = []
  for (let tried = 0; names.length < COUNT; tried++) {
    halfSipHash(key, `open:${tried}`, hash)
    if ((hash[1] as number) >>> 23 === 0) names.push(`open:${tried}`)
  }
  return names
}

function roomFor(names: readonly string[], entropy: Entropy): number {
  const numbers = endingNumbers(fakeClock(), entropy)
  for (const name of names) numbers.add(name, Number.POSITIVE_INFINITY, 1)
  return numbers.room
}

test('names that meet under one key take the room of any others under a key that was drawn', () => {
  const names = namesThatMeet()
  // The attack works where the key is known: ten pages, of which nine are empty.
  expect(roomFor(names, GUESSED)).toBeGreaterThan(8 * COUNT)
  for (let drawn = 0; drawn < 20; drawn++) expect(roomFor(names, webEntropy())).toBeLessThan(4 * COUNT)
})

test('every store draws a key of its own', () => {
  const drawn: string[] = []
  const telling: Entropy = {
    random(count) {
      const bytes = webEntropy().random(count)
      drawn.push(String(bytes))
      return bytes
    },
  }
  for (let store = 0; store < 100; store++) endingNumbers(fakeClock(), telling)
  expect(new Set(drawn).size).toBe(100)
})
