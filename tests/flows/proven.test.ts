/** One server, read and asked: what is wrong in its code and on the wire comes out as proven, in every form of the report. */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Finding, type Report, readReport } from '@countersign/audit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { watchedFolder } from '../support/watched-folder.ts'
import { COUNTERSIGN, endProgram, type Ended, type Program, startProgram } from './support/programs.ts'

const SERVER = fileURLToPath(new URL('defective/defective-server.mjs', import.meta.url))
/** Clocks and timers of the server and of the command run so many times faster: a replay is tried a minute later. */
const SPEED = 20
const HURRIED = new URL('../interop/client-probe/hurried.mjs', import.meta.url).href

const { folder, remove, watch } = watchedFolder('countersign-proven-')
const source = join(folder, 'source')
const environment = {
  PATH: process.env['PATH'] ?? '',
  HOME: folder,
  NODE_OPTIONS: `--import=${HURRIED}`,
  COUNTERSIGN_TEST_SPEED: String(SPEED),
}
let server: Program
let probed: Ended
let audited: Ended

function start(file: string, given: readonly string[]): Program {
  const program = startProgram(file, given, { environment })
  watch(program.pid, program.ended)
  return program
}

const inFolder = (name: string) => join(folder, name)

beforeAll(async () => {
  mkdirSync(source)
  copyFileSync(SERVER, join(source, 'server.mjs'))
  server = start(SERVER, [])
  const [address] = await server.until(/^http:\/\/127\.0\.0\.1:\d+/m)
  const clients = { a: { id: 'cli', name: 'Example CLI', scope: 'read' }, b: { id: 'other', scope: 'read' } }
  writeFileSync(inFolder('setup.json'), JSON.stringify({ clients, person: { name: 'ada', password: 'correct horse' } }), { mode: 0o600 })
  const given = ['--setup', inFolder('setup.json'), '--max-wait', '1m', '--bcp247', '--transcript', inFolder('transcript.json')]
  probed = await start(COUNTERSIGN, ['probe', address, ...given, '--html', inFolder('probe.html'), '--json']).ended
  writeFileSync(inFolder('probe.json'), probed.stdout)
  const forms = ['sarif', 'html', 'markdown', 'badge'].flatMap((form) => [`--${form}`, inFolder(`both.${form}`)])
  audited = await start(COUNTERSIGN, ['audit', source, '--with-probe', inFolder('probe.json'), '--json', ...forms]).ended
}, 120_000)

afterAll(async () => {
  await endProgram(server)
  remove()
})

const defects = ({ findings }: Report, is: (finding: Finding) => boolean) =>
  [...new Set(findings.filter((each) => each.verdict === 'violates' && is(each)).map(({ rule }) => rule))].sort()

test('the probe sees what is wrong, and what it was not given leave for does not run', () => {
  expect(probed).toMatchObject({ code: 0, stderr: '' })
  const report = readReport(probed.stdout)
  expect(defects(report, ({ severity }) => severity !== 'low')).toEqual(['DF-S01', 'DF-S05', 'DF-S10'])
  expect(report.notes.join('\n')).toContain('L18 (weight 5) did not run: needs leave to guess user codes (--guess).')
})

test('what code and wire both show is proven, and nothing else is', () => {
  expect(audited).toMatchObject({ code: 1, stderr: '' })
  const report = readReport(audited.stdout)
  expect(report).toMatchObject({ kind: 'merged', grade: { letter: 'F' } })
  expect(defects(report, ({ proven }) => proven === true)).toEqual(['DF-S01', 'DF-S05', 'DF-S10'])
  expect(defects(report, ({ proven }) => proven !== true)).not.toEqual([])
  const of = (rule: string) => report.findings.filter((each) => each.rule === rule && each.verdict === 'violates')
  expect(of('DF-S05').map(({ origin, place }) => [origin, place?.file])).toEqual([
    ['source', 'server.mjs'],
    ['live', undefined],
  ])
})

test('every form says so', () => {
  const read = (name: string) => readFileSync(inFolder(name), 'utf8')
  expect(read('both.html').match(/proven in code and on the wire/g)).toHaveLength(6)
  expect(read('both.html')).toContain('Mitigations of RFC 10027')
  expect(read('both.markdown')).toMatch(/\[DF-S05\]\([^)]+\) [^|]+ \*\*proven\*\*/)
  expect(read('both.badge')).toContain('aria-label="device flow: F"')
  const { runs } = JSON.parse(read('both.sarif')) as { runs: [{ results: { ruleId: string; properties: { proven: boolean } }[] }] }
  expect(
    runs[0].results
      .filter(({ properties }) => properties.proven)
      .map(({ ruleId }) => ruleId)
      .sort(),
  ).toEqual(['DF-S01', 'DF-S05', 'DF-S10'])
})

test('the evidence for RFC 10027 is in JSON and in the report card: seventeen rows, each with how it was observed', () => {
  const { mitigations } = readReport(probed.stdout)
  expect(mitigations.map(({ section }) => section)).toEqual(Array.from({ length: 17 }, (_, index) => `6.1.${index + 1}`))
  const card = readFileSync(inFolder('probe.html'), 'utf8')
  for (const { title, observed } of mitigations) {
    expect(observed).not.toBe('')
    expect(card).toContain(title)
  }
  const standing = Object.fromEntries(mitigations.map((each) => [each.section, each.standing]))
  // Redeemed twice; nothing to revoke it with; told on the page; asked for no number.
  expect(standing).toMatchObject({ '6.1.3': 'absent', '6.1.6': 'absent', '6.1.13': 'pass', '6.1.16': 'absent', '6.1.8': 'not applicable' })
})

test('no code, token, password or cookie of the probe is in what it wrote', () => {
  const texts = ['probe.json', 'probe.html', 'transcript.json', 'both.html', 'both.sarif'].map((name) =>
    readFileSync(inFolder(name), 'utf8'),
  )
  for (const text of texts) {
    expect(text).not.toContain('correct horse')
    // Codes, tokens, cookies and form secrets as the server draws them.
    expect(text).not.toMatch(/[=":]([A-Za-z0-9_-]{43}|[A-Za-z0-9_-]{22}|[BCDFGHJKLMNPQRSTVWXZ]{8})["&;]/)
  }
  expect(JSON.parse(texts[2] ?? '')).not.toHaveLength(0)
})
