/** What was built: bundles, older targets, requests that are handed in, base classes that end in a library. Each is read as what it was made from. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { subjectOf } from '../src/facts/roles.ts'
import { noFlowNotes } from '../src/facts/no-flow.ts'
import { readProject } from '../src/link/read.ts'
import { RULES } from '../src/rules/catalogue.ts'
import { judge } from '../src/verdict/judge.ts'

const fixture = (name: string) => readFileSync(new URL(`fixtures/built/${name}.txt`, import.meta.url), 'utf8')
const POLLING = ['DF-C01', 'DF-C02', 'DF-C03', 'DF-C04', 'DF-C05']

async function judged(text: string, name = 'dist/cli.js') {
  const findings = judge(RULES, subjectOf(await readProject(new Map([[name, text]]))))
  const rules = (verdict: string) => findings.filter((each) => each.verdict === verdict && POLLING.includes(each.rule))
  return {
    findings,
    bad: rules('violates').map(({ rule }) => rule),
    good: rules('satisfies')
      .map(({ rule }) => rule)
      .sort(),
  }
}

/** Somebody else's code around it: methods and inner functions that are called like those of the login. */
const stranger = (index: number) => `class Cache${index} {
  now() { return fetch("https://cache.example/" + ${index}); }
  hold() { for (;;) this.now(); }
}
var made${index} = { hold(ms) { return ms; }, log2: (text) => fetch(text), parse(text) { function now() { return 0; } return now() + text; } };
`
const strangers = (head: (index: number) => string) => Array.from({ length: 80 }, (_, index) => head(index) + stranger(index)).join('\n')
const login = fixture('login.js')

describe.each([
  ['esbuild', (text: string) => `${strangers((index) => `// node_modules/cache/${index}.js\n`)}\n${text}`],
  [
    'rolldown',
    (text: string) =>
      `${strangers((index) => `//#region node_modules/cache/${index}.js\n`)}\n${text.replace(/^\/\/ (src\S+)$/gm, '//#endregion\n//#region $1')}`,
  ],
] as const)('a bundle of %s', (_, bundle) => {
  test('is read in its parts: names mean what they mean there', async () => {
    const { bad, good, findings } = await judged(bundle(login))
    expect(bad).toEqual([])
    expect(good).toEqual(POLLING)
    expect(new Set(findings.map(({ unit }) => unit))).toEqual(new Set(['dist/cli.js#pollForTokens']))
  })

  test('has its defects on their lines', async () => {
    const text = bundle(login.replace('        interval += 5;\n', ''))
    const { findings, bad } = await judged(text)
    expect(bad).toEqual(['DF-C02'])
    const { place } = findings.find(({ rule }) => rule === 'DF-C02') ?? {}
    expect(place?.file).toBe('dist/cli.js')
    expect(text.split('\n')[(place?.line ?? 0) - 1]).toMatch(/async function pollForTokens|case "slow_down"|continue/)
  })
})

describe.each([
  ['TypeScript', (body: string) => `return __awaiter(this, void 0, void 0, function* () {${body}});`],
  ['esbuild', (body: string) => `return __async(this, null, function* () {${body}});`],
  ['Babel', (body: string) => `return _asyncToGenerator(function* () {${body}})();`],
] as const)('async as %s writes it for an older target', (_, wrap) => {
  const older = (text: string) =>
    text
      .replace(/^async (function \w+\([^)]*\) \{)\n([^]*?)^\}/gm, (_all, head: string, body: string) => `${head}\n${wrap(body)}\n}`)
      .replaceAll('await ', 'yield ')

  test('is read like async', async () => {
    const { bad, good, findings } = await judged(older(login))
    expect(bad).toEqual([])
    expect(good).toEqual(POLLING)
    expect(new Set(findings.map(({ unit }) => unit))).toEqual(new Set(['dist/cli.js#pollForTokens']))
  })

  test('has the defects of async', async () => {
    expect((await judged(older(login.replace('        interval += 5;\n', '')))).bad).toEqual(['DF-C02'])
    expect((await judged(older(login.replace('await hold(interval * 1e3)', 'await hold(5e3)')))).bad).toContain('DF-C01')
  })
})

test('a machine of states that stands for async is not called clean', async () => {
  const machine = 'function poll(code) { return __generator(this, function (_a) { switch (_a.label) { case 0: return [4, ask(code)]; } }) }'
  const { files } = await readProject(new Map([['poll.js', `${machine} // device_code`]]))
  expect(files.map(({ unread }) => unread)).toEqual([1])
})

test('a loop that is handed its request is the poll of whoever hands it a device code', async () => {
  const text = fixture('handed-in.js')
  const { bad, good } = await judged(text)
  expect(bad).toEqual([])
  expect(good).toEqual(POLLING)
  expect((await judged(text.replace('interval += 5', 'continue'))).bad).toEqual(['DF-C02'])
  expect((await judged(text.replaceAll('await wait(interval, until)', 'until.throwIfAborted()'))).bad).toContain('DF-C04')
})

test('a base class that ends in a library asks all the same', async () => {
  const text = fixture('base-class.ts')
  const { bad, good } = await judged(text, 'src/login.ts')
  expect(bad).toEqual(['DF-C02'])
  expect(good).toEqual(['DF-C01', 'DF-C03', 'DF-C04', 'DF-C05'])
  expect((await judged(text.replace('await DelayUtils.delay(pause)', 'await DelayUtils.delay(3000)'), 'src/login.ts')).bad).toContain(
    'DF-C01',
  )
})

test('a source and what was built of it are one client', async () => {
  const texts = new Map([
    ['src/login.js', login],
    ['dist/login.js', login],
    ['dist-node/login.js', login],
  ])
  const { clients } = subjectOf(await readProject(texts))
  expect(clients.map(({ root }) => root.file.path)).toEqual(['src/login.js'])
})

test('a class in a source and in what was built of it is that of the same folder', async () => {
  const base = 'export class Base {\n  send(text) { return fetch(text) }\n}\n'
  const login = "import { Base } from './base'\nexport class Login extends Base {\n  start() { return this.send('device_code') }\n}\n"
  const folders = ['dist', 'lib', 'src']
  const project = await readProject(
    new Map(folders.flatMap((folder) => [[`${folder}/base.js`, base] as const, [`${folder}/login.js`, login] as const])),
  )
  const starts = project.functions.filter(({ name }) => name === 'start')
  const meant = starts.map((start) => project.callsIn(start).flatMap((call) => project.resolve(call, start).map(({ file }) => file.path)))
  expect(meant).toEqual(starts.map(({ file }) => [file.path.replace('login', 'base')]))
  expect(starts).toHaveLength(3)
})

test('where nobody logs in with a code a sentence says so', async () => {
  const notes = async (text: string) => noFlowNotes(subjectOf(await readProject(new Map([['a.js', text]]))), 1)
  expect(await notes('export const sum = (a, b) => a + b')).toEqual([
    'No device flow was found: nothing in the file that could be read speaks of one.',
  ])
  expect(await notes('export const NAMES = ["device_code", "user_code"]')).toEqual([
    'No device flow was found: a.js has words of one, and nothing there polls for tokens, hands out codes or redeems them.',
  ])
  expect(await notes(login)).toEqual([])
})
