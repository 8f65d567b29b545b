/** Our own house first: the sources of this repository, across its packages, under the judge that they are shipped with. */
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, test } from 'vitest'
import { audit, type AuditResult } from '../src/index.ts'

let result: AuditResult
beforeAll(async () => {
  result = await audit(fileURLToPath(new URL('../../..', import.meta.url)))
}, 120_000)

test('grade A, and nothing of high or medium severity', () => {
  const { findings, grade } = result.report
  const told = findings.filter(({ verdict, severity }) => verdict === 'violates' && severity !== 'low' && severity !== 'info')
  expect(told.map(({ rule, place, message }) => `${rule} ${place?.file}:${place?.line} ${message}`)).toEqual([])
  expect(grade.letter).toBe('A')
})

test('the client that polls and the server that redeems are found where they are, and judged across packages', () => {
  const { findings } = result.report
  const clear = findings.filter(({ verdict }) => verdict === 'satisfies')
  const units = new Set(findings.map(({ unit }) => unit))
  expect([...units].some((unit) => unit.startsWith('packages/client/src/device/'))).toBe(true)
  expect([...units].some((unit) => unit.startsWith('packages/authority/src/grants/device-code.ts'))).toBe(true)
  // The state machine of the server lies in another package than its endpoints.
  expect(clear.find(({ rule }) => rule === 'DF-S02')?.place?.file).toMatch(/^packages\/protocol\//)
  expect(clear.map(({ rule }) => rule)).toEqual(
    expect.arrayContaining(['DF-C01', 'DF-C02', 'DF-C03', 'DF-C04', 'DF-C05', 'DF-S01', 'DF-S04', 'DF-S05', 'DF-S10']),
  )
})

test('what is left alone says why', () => {
  const alone = result.report.notes.filter((note) => note.includes('is left alone'))
  expect(alone.length).toBeGreaterThan(0)
  for (const note of alone)
    expect(note).toMatch(/^packages\/audit\/src\/(?:client-)?probe\/.* is left alone: a(?:sk|nswer)s as no (?:client|server) should/)
})
