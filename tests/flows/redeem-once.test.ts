import { afterAll, beforeAll, expect } from 'vitest'
import { verifies } from '../../requirements/verifies.ts'
import { openPlace, type Place } from './support/place.ts'
import { askForCode, inShort, openPerson, poll } from './support/wire.ts'

const RACERS = 50

let place: Place

beforeAll(async () => {
  place = await openPlace({ withoutNotes: true })
}, 60_000)
afterAll(() => place?.close())

verifies(
  'rfc8628-3.5-success',
  `${RACERS} polls at the same moment over HTTP, on the embedded store: one gets tokens, all others nothing`,
  async () => {
    const { issuer, resource } = place
    const person = await openPerson(issuer)
    for (let round = 0; round < 3; round++) {
      const { deviceCode, userCode } = await askForCode(issuer, resource)
      await person.approve(userCode)
      const answers = await Promise.all(Array.from({ length: RACERS }, () => poll(issuer, deviceCode)))
      expect(answers.filter(({ status }) => status === 200).map(({ body }) => Object.keys(body))).toEqual([
        expect.arrayContaining(['access_token', 'refresh_token', 'token_type', 'expires_in']),
      ])
      expect(new Set(answers.map(inShort))).toEqual(new Set(['200', '400 invalid_grant']))
      // Long after the race, the code is still spent.
      expect(inShort(await poll(issuer, deviceCode))).toBe('400 invalid_grant')
    }
  },
  60_000,
)
