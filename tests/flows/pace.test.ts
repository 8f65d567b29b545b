import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { verifies } from '../../requirements/verifies.ts'
import { openPlace, type Place } from './support/place.ts'
import { askForCode, inShort, openPerson, poll } from './support/wire.ts'

let place: Place

beforeAll(async () => {
  place = await openPlace({ withoutNotes: true })
}, 60_000)
afterAll(() => place?.close())

// Each waits for real time to pass, so they wait together. Only the order of the answers is judged.
describe.concurrent('the pace of polling against a running server', () => {
  verifies(
    ['rfc8628-3.5-slow-down-server', 'seed-000-enforce-interval-server'],
    'a client that polls too fast hears slow_down with the new interval, and once it keeps that, it gets through',
    async () => {
      const { issuer, resource } = place
      const { deviceCode, userCode, interval } = await askForCode(issuer, resource)
      const person = await openPerson(issuer)
      expect(inShort(await poll(issuer, deviceCode))).toBe('400 authorization_pending')
      const early = await poll(issuer, deviceCode)
      expect(early).toEqual({ status: 400, body: expect.objectContaining({ error: 'slow_down', interval: interval + 5 }) })
      await sleep((interval + 5) * 1000)
      expect(inShort(await poll(issuer, deviceCode))).toBe('400 authorization_pending')
      // Approved: from now on nothing about pace stands in the way.
      await person.approve(userCode)
      expect(inShort(await poll(issuer, deviceCode))).toBe('200')
    },
    30_000,
  )

  verifies(
    'rfc8628-3.5-slow-down-server',
    'a client that keeps the interval never hears slow_down, and neither does the one beside it',
    async () => {
      const { issuer, resource } = place
      const clients = await Promise.all([askForCode(issuer, resource), askForCode(issuer, resource)])
      for (let round = 0; round < 5; round++) {
        await sleep(1000)
        const answers = await Promise.all(clients.map(({ deviceCode }) => poll(issuer, deviceCode)))
        expect(answers.map(inShort)).toEqual(['400 authorization_pending', '400 authorization_pending'])
      }
    },
    30_000,
  )

  verifies(
    'rfc8628-3.5-slow-down-server',
    'twenty polls at once: one is answered, the others are slowed down, and none costs the approval',
    async () => {
      const { issuer, resource } = place
      const { deviceCode, userCode } = await askForCode(issuer, resource)
      const person = await openPerson(issuer)
      const answers = (await Promise.all(Array.from({ length: 20 }, () => poll(issuer, deviceCode)))).map(inShort)
      expect(answers.filter((answer) => answer === '400 authorization_pending')).toHaveLength(1)
      expect(answers.filter((answer) => answer === '400 slow_down')).toHaveLength(19)
      await person.approve(userCode)
      expect(inShort(await poll(issuer, deviceCode))).toBe('200')
    },
    30_000,
  )
})
