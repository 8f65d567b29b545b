import { DEFAULT_PACE, intervalAfter, nextPollFrom } from '@countersign/protocol'
import { expect } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'

verifies('rfc8628-3.5-slow-down-server', 'each slow_down adds five seconds for good, up to the longest interval', () => {
  expect([0, 1, 2, 10, 11, 12].map((times) => intervalAfter(DEFAULT_PACE, times))).toEqual([5, 10, 15, 55, 60, 60])
  expect(nextPollFrom(DEFAULT_PACE, 0, 1000)).toBe(5000)
})
