/**
 * The probe on better-auth 1.7 with its OAuth provider, unmodified, as the benchmark starts it. It has no pages, so a program approves. What it is known for has to be
 * found: it says slow_down, and never raises the interval. What it does well, too: of many redemptions at once one gets tokens.
 */
import { setTimeout as pass } from 'node:timers/promises'
import { probe } from '@countersign/audit'
import { expect, test } from 'vitest'
import { startBetterAuth } from './better-auth.ts'

/** Both run so many times faster: five seconds of pace are asked for again and again. */
const SPEED = 5

test('its defects are found, and what it does well is seen as well', async () => {
  const { issuer, client, decide } = await startBetterAuth({ speed: SPEED })
  const began = Date.now()
  const { judged } = await probe({
    address: issuer,
    clients: { a: { id: client, scope: 'offline_access tools:read' } },
    approver: { decide: ({ userCode }, decision) => decide(userCode, decision) },
    race: true,
    only: ['L08', 'L11', 'L12', 'L22'],
    gap: 20 * SPEED,
    clock: { now: () => began + (Date.now() - began) * SPEED },
    sleep: (milliseconds) => pass(milliseconds / SPEED),
  })
  const marks = Object.fromEntries(judged.map(({ check, outcome }) => [check.id, outcome.mark]))
  expect(marks).toEqual({ L08: 'PASS', L11: 'PASS', L12: 'HALF', L22: 'PASS' })
  expect(judged.find(({ check }) => check.id === 'L12')?.outcome.because).toContain('it was never raised')
})
