import { randomInt } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { verifies } from '../../requirements/verifies.ts'
import { openPlace, type Place } from './support/place.ts'
import { askForCode, inShort, openPerson, poll, refresh } from './support/wire.ts'

const CLIENTS = 24
const ROUNDS = 4

let place: Place

beforeAll(async () => {
  place = await openPlace({ settings: { codesPerMinute: 10_000 } })
}, 60_000)
afterAll(() => place?.close())

verifies(
  ['seed-001-mark-before-issue', 'rfc8628-3.5-success'],
  `a server killed while ${CLIENTS} clients redeem at once: what was acknowledged is there after the restart, and nobody gets tokens twice`,
  async () => {
    const { issuer, resource } = place
    for (let round = 0; round < ROUNDS; round++) {
      const { decide } = await openPerson(issuer)
      const clients = await Promise.all(Array.from({ length: CLIENTS }, () => askForCode(issuer, resource)))
      await Promise.all(clients.map(({ userCode }) => decide(userCode, 'approve')))

      // Killed as soon as so many have their answer: always in the middle, never twice at the same moment.
      const enough = randomInt(1, CLIENTS - 1)
      let acknowledged = 0
      const answers = await Promise.all(
        clients.map(async ({ deviceCode }) => {
          const answer = await poll(issuer, deviceCode).catch(() => undefined)
          if (answer?.status === 200 && ++acknowledged === enough) place.server().kill('SIGKILL')
          return answer
        }),
      )
      await place.crash()
      await place.restart()

      const why = `killed after ${enough} of ${CLIENTS} answers`
      expect(acknowledged, why).toBeGreaterThanOrEqual(enough)
      await Promise.all(
        clients.map(async ({ deviceCode }, index) => {
          const answer = answers[index]
          if (answer === undefined) {
            // Either the server never got to it, and now it does, or it was spent and only the answer is lost.
            const late = inShort(await poll(issuer, deviceCode))
            expect(['200', '400 invalid_grant'], why).toContain(late)
          } else {
            expect(inShort(answer), why).toBe('200')
            expect(inShort(await refresh(issuer, answer.body['refresh_token'])), why).toBe('200')
          }
          expect(inShort(await poll(issuer, deviceCode)), why).toBe('400 invalid_grant')
        }),
      )
    }
  },
  60_000,
)
