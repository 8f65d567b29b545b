/** What has to hold after an ordeal, and that it was one. */
import { expect } from 'vitest'
import type { Outcomes } from './ordeal.ts'

export function expectAll({ violations, count, lost, unavailable }: Outcomes): void {
  expect(violations).toEqual([])
  // Something was broken, and much went well all the same.
  expect(lost).toBeGreaterThan(0)
  expect(unavailable).toBeGreaterThan(0)
  expect(count('poll', 'done')).toBeGreaterThan(40)
  const seen = [
    count('deny', 'done'),
    count('poll', 'access_denied'),
    count('poll', 'expired_token'),
    count('refresh', 'done'),
    count('revoke', 'done'),
  ]
  expect(
    seen.every((times) => times > 0),
    `denied, expired, refreshed, revoked: ${seen.join(', ')}`,
  ).toBe(true)
}
