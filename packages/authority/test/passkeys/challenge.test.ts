import { keyedDigest } from '@countersign/proof'
import { webSuite } from '@countersign/proof/web'
import { expect, test } from 'vitest'
import { memoryStore } from '@countersign/authority'
import { makeChallenge, recallChallenge, takeChallenge, type Tie } from '../../src/accounts/passkeys/challenge.ts'
import { testClock } from '../house.ts'

const tie: Tie = { purpose: 'again', browser: 'browser-1', subject: 'subject-1' }

function ports() {
  const clock = testClock()
  const suite = webSuite()
  return { clock, suite, store: memoryStore(clock), digest: keyedDigest(suite, new Uint8Array(32).fill(9)) }
}

test('the challenge of a form comes back for the tie it was made for, and is another for any other', async () => {
  const given = ports()
  const made = await makeChallenge(given, tie)
  expect(made.challenge).toMatch(/^[\w-]{43}$/)
  expect(await recallChallenge(given, tie, made.made)).toEqual(made)
  const others: Tie[] = [
    { ...tie, purpose: 'add' },
    { ...tie, purpose: 'sign_in' },
    { ...tie, browser: 'browser-2' },
    { ...tie, subject: 'subject-2' },
    { ...tie, subject: undefined },
    // What stands in one place is not taken for what stands in the next.
    { purpose: 'again', browser: 'browser-1","subject-1' },
  ]
  const recalled = await Promise.all(others.map((other) => recallChallenge(given, other, made.made)))
  expect(new Set([made, ...recalled].map((each) => each?.challenge)).size).toBe(others.length + 1)
})

test('no two are alike, and none can be foretold without the key', async () => {
  const given = ports()
  const made = await Promise.all(Array.from({ length: 20 }, () => makeChallenge(given, tie)))
  expect(new Set(made.map(({ challenge }) => challenge)).size).toBe(20)
  const elsewhere = { ...given, digest: keyedDigest(given.suite, new Uint8Array(32).fill(8)) }
  expect((await recallChallenge(elsewhere, tie, made[0]?.made))?.challenge).not.toBe(made[0]?.challenge)
})

test('it ends when it says, is another when it says otherwise, and what was never ours is none', async () => {
  const given = ports()
  const made = await makeChallenge(given, tie)
  const [nonce] = made.made.split('.')
  given.clock.advance(599.999)
  expect(await recallChallenge(given, tie, made.made)).toEqual(made)
  given.clock.advance(0.001)
  expect(await recallChallenge(given, tie, made.made)).toBeUndefined()
  expect((await recallChallenge(given, tie, `${nonce}.${made.endsAt + 1}`))?.challenge).not.toBe(made.challenge)
  for (const text of [undefined, '', nonce, `${nonce}.`, `.${made.endsAt}`, `${nonce}.-1`, `${nonce}x.${made.endsAt}`]) {
    expect(await recallChallenge(given, tie, text)).toBeUndefined()
  }
})

test('of twenty answers at once one is the first', async () => {
  const given = ports()
  const made = await makeChallenge(given, tie)
  const taken = await Promise.all(Array.from({ length: 20 }, () => takeChallenge(given, made)))
  expect(taken.filter(Boolean)).toHaveLength(1)
})
