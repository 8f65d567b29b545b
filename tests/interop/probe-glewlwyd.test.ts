/**
 * The probe on Glewlwyd 2.7 as Debian packages it, unmodified, set up as the benchmark does. Its pages are a program for a browser with scripts, so its API approves, as
 * those pages do. What was found when somebody looked has to be found: it says slow_down and never raises the interval, codes have letters that are taken for
 * digits, and of many redemptions at once every one gets tokens.
 */
import { setTimeout as pass } from 'node:timers/promises'
import { probe } from '@countersign/audit'
import { expect, test } from 'vitest'
import { startGlewlwyd } from './live-glewlwyd.ts'

/** Waits as the pace of the server demands, whose interval is a second; what is longer is only told to the clock of the probe. */
function cutTime() {
  let skipped = 0
  return {
    clock: { now: () => Date.now() + skipped },
    sleep: async (milliseconds: number) => {
      const waited = Math.min(milliseconds, 1_700)
      skipped += milliseconds - waited
      await pass(waited)
    },
  }
}

test('its defects are found, and what it does well is seen as well', async () => {
  const { address, approver } = await startGlewlwyd()
  const { judged } = await probe({
    address,
    clients: { a: { id: 'cli', scope: 'tools:read' }, b: { id: 'other', scope: 'tools:read' } },
    approver,
    race: true,
    only: ['L01', 'L08', 'L09', 'L11', 'L12', 'L13', 'L14', 'L15', 'L21', 'L22'],
    gap: 20,
    ...cutTime(),
  })
  const marks = Object.fromEntries(judged.map(({ check, outcome }) => [check.id, outcome.mark]))
  expect(marks).toEqual({
    L01: 'PASS',
    L08: 'PASS',
    L09: 'FAIL',
    L11: 'PASS',
    L12: 'HALF',
    L13: 'PASS',
    L14: 'PASS',
    L15: 'PASS',
    L21: 'PASS',
    L22: 'FAIL',
  })
  const because = (id: string) => judged.find(({ check }) => check.id === id)?.outcome.because
  expect(because('L09')).toContain('0 and O')
  expect(because('L12')).toContain('it was never raised')
  expect(because('L22')).toMatch(/requests at once got \d+ different tokens/)
})
