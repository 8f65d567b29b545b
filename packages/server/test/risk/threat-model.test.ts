import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { verifies } from '../../../../requirements/verifies.ts'
import { reductionsIn } from '../../src/risk/risk-profile.ts'

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url))
const text = readFileSync(join(ROOT, 'docs/threat-model.md'), 'utf8')

/** The cells of each row of the table below a heading. */
function rowsBelow(heading: string): string[][] {
  const section = text.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''
  const rows = section.split('\n').filter((line) => line.startsWith('| '))
  return rows.slice(1).map((line) => line.replace(/^\| ?| ?\|$/g, '').split(/ ?\| ?/))
}

const testsIn = (cell = '') => [...cell.matchAll(/`([^`]+)`/g)].map(([, path = '']) => path)

verifies('rfc10027-2-risk-assessment', 'the threat model maps every threat to a test that is there', () => {
  const threats = rowsBelow('The attack')
  expect(threats.length).toBeGreaterThan(8)
  for (const [threat = '', , , , proof] of threats) {
    expect(testsIn(proof), threat).not.toEqual([])
    for (const path of testsIn(proof)) expect(existsSync(join(ROOT, path)), `${threat}: ${path}`).toBe(true)
  }
})

verifies(
  'rfc10027-2-risk-assessment',
  'each of the seventeen mitigations is mapped to a test that is there, or says that it is not done',
  () => {
    const mitigations = rowsBelow('The mitigations of RFC 10027, section 6.1')
    expect(mitigations.map(([section]) => section)).toEqual(Array.from({ length: 17 }, (_, index) => `6.1.${index + 1}`))
    for (const [section = '', , here = '', proof] of mitigations) {
      const tests = testsIn(proof)
      if (tests.length === 0) expect(here, section).toMatch(/^not done: /)
      for (const path of tests) expect(existsSync(join(ROOT, path)), `${section}: ${path}`).toBe(true)
    }
  },
)

test('every test that the threat model names anywhere is there', () => {
  const named = [...text.matchAll(/`([\w./-]+\.test\.ts)`/g)].map(([, path = '']) => path)
  expect(named.length).toBeGreaterThan(40)
  expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([])
})

test('what makes a profile reduced is told in the words of the log', () => {
  const told = new Map(rowsBelow('What makes a profile `reduced`').map(([mitigation = '', by = '']) => [mitigation, by]))
  const guessing = { perBrowser: 1e4, perAccount: 1e4, perNetwork: 1e4, mistypesPerNetwork: 1, window: 60 }
  const all = reductionsIn({
    approvalPolicy: 'open',
    codeLife: 1800,
    clientDocuments: 'any',
    registration: 'open',
    refreshAbsolute: 400 * 86_400,
    freshSignIn: 3600,
    codesPerMinute: 1e4,
    guessing,
  })
  expect(all).toHaveLength(10)
  for (const what of all) {
    const [, mitigation = '', setting = ''] = /^(.+) \(settings\.(\w+)/.exec(what) ?? []
    expect(told.get(mitigation), what).toContain(`\`${setting}\``)
  }
  expect(new Set(all.map((what) => what.split(' (')[0])).size).toBe(told.size)
})
