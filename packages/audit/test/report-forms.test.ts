/** The forms of a report against what defines them: SARIF 2.1.0 as it is published, and our own schema for JSON. */
import sarifSchema from '@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json' with { type: 'json' }
import { Ajv2020 } from 'ajv/dist/2020.js'
import AjvDraft04 from 'ajv-draft-04'
import addFormats from 'ajv-formats'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import reportSchema from '../schema/report-1.json' with { type: 'json' }
import {
  audit,
  type AuditResult,
  htmlOf,
  markdownOf,
  mergedReport,
  probeClient,
  clientReport,
  probeJson,
  readReport,
  type Report,
  sarifOf,
  terminalLines,
} from '../src/index.ts'
import { probeReference } from './probe/probe-reference.ts'

const fixture = (name: string) => readFileSync(new URL(`fixtures/${name}.txt`, import.meta.url), 'utf8')
const SECRET = 'g7Hk2pQ9xWv4Lm8RtZ3cYb6N'

// One pattern of the schema is no regular expression when read with Unicode's rules.
const sarifAjv = new AjvDraft04.default({ strict: false, allErrors: true, unicodeRegExp: false })
addFormats.default(sarifAjv as unknown as Parameters<typeof addFormats.default>[0])
const isSarif = sarifAjv.compile(sarifSchema)
const isJsonReport = new Ajv2020({ allErrors: true }).compile(reportSchema)

let folder: string
let source: AuditResult
let probed: Report
let whole: Report

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'report-test-'))
  const server = fixture('server.ts')
    .replace(/ {2}if \(device\.client_id !== client\.client_id\).*\n/, '')
    .replace('DEVICE_CODE_LIFETIME = 300', 'DEVICE_CODE_LIFETIME = 1800')
  const client = fixture('client.ts').replace(
    'await sleep(interval * 1000)',
    'await sleep(5000) // countersign-ignore DF-C01: it names none',
  )
  writeFileSync(join(folder, 'my server.ts'), server)
  writeFileSync(join(folder, 'client.ts'), client)
  writeFileSync(join(folder, 'secret.ts'), fixture('client.ts').replace('client_id:', `client_secret: '${SECRET}', client_id:`))
  const first = await audit(folder)
  writeFileSync(join(folder, 'client.ts'), client.replace('      interval += 5\n      continue', '      continue'))
  source = await audit(folder, { baseline: first.baseline })
  const fresh = await audit(folder)
  probed = probeJson(await probeReference({ defect: 'any client redeems', bcp247: true }))
  whole = mergedReport(fresh.report, probed)
})
afterAll(() => rmSync(folder, { recursive: true }))

const reports = (): readonly (readonly [string, Report])[] => [
  ['with a baseline and ignores', source.report],
  ['of a probe', probed],
  ['of both', whole],
]

test('there is something to look at: defects, ignores by comment and by baseline, what is proven, mitigations', () => {
  expect(source.report.ignored.map(({ by, reason }) => [by, reason])).toEqual(
    expect.arrayContaining([
      ['comment', 'it names none'],
      ['baseline', undefined],
    ]),
  )
  expect(source.report.findings.filter(({ verdict }) => verdict === 'violates').map(({ rule }) => rule)).toEqual(['DF-C02'])
  expect(whole.findings.filter(({ proven }) => proven === true).map(({ rule, origin }) => `${rule} ${origin}`)).toEqual([
    'DF-S01 source',
    'DF-S01 live',
  ])
  expect(whole.mitigations).toHaveLength(17)
  // The rule that both violate is a high one, which is a C at most; but a client that redeems the code of another is an F on the wire.
  expect(whole.grade).toMatchObject({ letter: 'F', reasons: expect.arrayContaining(['The probe alone gives F.']) })
})

describe('SARIF', () => {
  test('is valid by the schema of SARIF 2.1.0', () => {
    for (const [name, report] of reports()) {
      const log = sarifOf(report, { toolVersion: '0.1.0', fingerprint: source.fingerprint, prefix: 'packages/a b' })
      isSarif(log)
      expect(isSarif.errors, name).toBeNull()
    }
    expect(isSarif({ version: '2.1.0', runs: [{ tool: {} }] }), 'the schema itself judges').toBe(false)
  })

  test('has a line for every result, below the root of the repository, and nothing that somebody left alone', () => {
    const log = sarifOf(whole, { toolVersion: '0.1.0', fingerprint: source.fingerprint, prefix: 'packages/a b' }) as {
      runs: [
        { results: { ruleId: string; locations: { physicalLocation: { artifactLocation: { uri: string } } }[] }[]; invocations: object[] },
      ]
    }
    const [{ results, invocations }] = log.runs
    const places = results.map(({ ruleId, locations }) => `${ruleId} ${locations[0]?.physicalLocation.artifactLocation.uri}`)
    expect(places).toContain('DF-S01 packages/a%20b/my%20server.ts')
    expect(places.filter((place) => place.endsWith('undefined'))).toEqual([])
    expect(places.filter((place) => place.startsWith('DF-C01'))).toEqual([])
    expect(JSON.stringify(invocations)).toContain('DF-S01: Client binding')
  })
})

describe('JSON', () => {
  test('is valid by the schema that the package publishes', async () => {
    const client = clientReport(await probeClient({ command: ['/nowhere/client'], environment: {} }))
    for (const [name, report] of [...reports(), ['of a client', client] as const]) {
      isJsonReport(JSON.parse(JSON.stringify(report)))
      expect(isJsonReport.errors, name).toBeNull()
      expect(readReport(JSON.stringify(report))).toEqual(JSON.parse(JSON.stringify(report)))
    }
  })

  test.each([
    ['another version', { version: 2 }],
    ['no findings', { findings: undefined }],
    ['a finding that is none', { findings: [{ rule: 'DF-S01' }] }],
    ['a finding of no known severity', { findings: [{ ...({} as object), severity: 'dreadful' }] }],
    ['no grade', { grade: null }],
    ['an axis nobody knows', { grade: { letter: 'A', score: 100, axes: { karma: 1 }, reasons: [] } }],
    ['notes that are no text', { notes: [1] }],
  ])('with %s is refused, by the reader as by the schema', (_, change) => {
    const broken = JSON.parse(JSON.stringify({ ...probed, ...change })) as object
    expect(isJsonReport(broken)).toBe(false)
    expect(() => readReport(JSON.stringify(broken))).toThrow(expect.objectContaining({ code: 'configuration_invalid' }))
  })
})

test('a credential in a line does not get into any form', () => {
  const look = { colour: false, width: 80 }
  const forms = [JSON.stringify(whole), htmlOf(whole), markdownOf(whole), terminalLines(whole, look).join('\n')]
  expect(whole.findings.find(({ rule, verdict }) => rule === 'DF-C12' && verdict === 'violates')?.excerpt).toContain("client_secret: '...'")
  for (const form of forms) expect(form).not.toContain(SECRET)
})
