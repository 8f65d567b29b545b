/** The probe probed: a server without defects gets everything, and each defect is seen by exactly the check that is there for it. */
import { describe, expect, test } from 'vitest'
import { certificateFor } from '../../../node/test/support/certificate.ts'
import { DEFECTS, type Defect } from './reference/defects.ts'
import { probeReference } from './probe-reference.ts'

const tls = certificateFor('localhost')

test('a server without defects scores 100 of 100', async () => {
  const { judged, grade, weights } = await probeReference({ tls })
  expect(judged.filter(({ outcome }) => outcome.mark !== 'PASS').map(({ check, outcome }) => `${check.id}: ${outcome.because}`)).toEqual([])
  expect(judged).toHaveLength(25)
  expect(weights).toEqual({ ran: 100, earned: 100 })
  expect(grade).toMatchObject({ letter: 'A', score: 100, reasons: [] })
})

describe('each defect is seen by its check and by no other', () => {
  test.each(Object.entries(DEFECTS) as [Defect, string][])('%s: %s', async (defect, id) => {
    // Handshakes are most of the work; on this machine only one check is about them.
    const { judged, grade } = await probeReference({ tls: id === 'L02' ? tls : undefined, defect })
    const seen = judged.filter(({ outcome }) => !/^(?:PASS|SKIP)$/.test(outcome.mark))
    expect(seen.map(({ check, outcome }) => `${check.id} ${outcome.mark}: ${outcome.because}`)).toHaveLength(1)
    expect(seen[0]?.check.id).toBe(id)
    expect(seen[0]?.outcome.mark).toMatch(/^(?:HALF|FAIL)$/)
    expect(grade.score).toBeLessThan(100)
  })
})
