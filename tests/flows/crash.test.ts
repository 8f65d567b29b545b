import { randomInt } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { verifies } from '../../requirements/verifies.ts'
import { openPlace, type Place } from './support/place.ts'
import { countersign, invitationOf, signedIn } from './support/sign-in.ts'
import { callTool, credentialOf, outlive } from './support/vault.ts'
import { askForCode, inShort, openPerson, poll, refresh } from './support/wire.ts'

const CLIENTS = 16
const ROUNDS = 3

let place: Place

beforeAll(async () => {
  place = await openPlace({ settings: { codesPerMinute: 10_000 } })
}, 60_000)
afterAll(() => place?.close())

test('a server killed between approval and redemption: the waiting command finishes after the restart', async () => {
  const person = await openPerson(place.issuer)
  const waiting = place.start('login', place.resource)
  const { userCode } = await invitationOf(place, waiting)
  // The command cannot ask now, so the approval is certainly not redeemed when the server dies.
  waiting.kill('SIGSTOP')
  await person.approve(userCode)
  await place.crash()
  waiting.kill('SIGCONT')
  await waiting.until(/ECONNREFUSED/)
  await place.restart()
  await signedIn(place, waiting)
  expect(await callTool(place, 'list_notes', {})).toBe('no notes yet')
}, 60_000)

test('a server killed after the countersign was shown: the number still counts after the restart', async () => {
  const person = await openPerson(place.issuer)
  const waiting = place.startOnTerminal('login', place.resource, '--force')
  const number = await person.approve((await invitationOf(place, waiting)).userCode)
  await place.crash()
  await place.restart()
  expect(number).toMatch(/^\d\d$/)
  await countersign(waiting, number)
  await signedIn(place, waiting)
}, 60_000)

test('a server killed after redemption: the tokens it gave work, and so does renewing them', async () => {
  await place.crash()
  await place.restart()
  const before = (await credentialOf(place)).credential
  expect(await place.run('whoami', place.resource)).toMatchObject({ code: 0, stdout: expect.stringContaining('ada') })
  expect((await place.run('token', place.resource)).stdout.trim()).toBe(before.accessToken)
  await outlive(place)
  await place.crash()
  await place.restart()
  const renewed = await place.run('token', place.resource)
  expect(renewed).toMatchObject({ code: 0, stderr: '' })
  expect(renewed.stdout.trim()).not.toBe(before.accessToken)
  expect(await callTool(place, 'list_notes', {})).toBe('no notes yet')
}, 60_000)

verifies(
  ['seed-001-mark-before-issue', 'rfc8628-3.5-success'],
  `a server killed while ${CLIENTS} clients redeem at once: what was acknowledged is there after the restart, and nobody gets tokens twice`,
  async () => {
    const { issuer, resource } = place
    for (let round = 0; round < ROUNDS; round++) {
      const person = await openPerson(issuer)
      const clients = await Promise.all(Array.from({ length: CLIENTS }, () => askForCode(issuer, resource)))
      // In turn, as a person does: tries under way count, and more at once than a browser may have would look like guessing.
      for (const { userCode } of clients) await person.approve(userCode)

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
