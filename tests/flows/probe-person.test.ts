/** Who approves when no built-in person can, and what is left when somebody ends a probe in the middle: the program as people run it. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pass } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { watchedFolder } from '../support/watched-folder.ts'
import { COUNTERSIGN, endProgram, type Program, startOnTerminal, startProgram, type TerminalProgram } from './support/programs.ts'

const inPlace = (name: string) => fileURLToPath(new URL(`defective/${name}.mjs`, import.meta.url))
const HURRIED = new URL('../interop/client-probe/hurried.mjs', import.meta.url).href
const { folder, remove, watch } = watchedFolder('countersign-person-')
const common = { PATH: process.env['PATH'] ?? '', HOME: folder }
const environment = { ...common, NODE_OPTIONS: `--import=${HURRIED}`, COUNTERSIGN_TEST_SPEED: '20' }
let server: Program
let address: string

function kept<Kept extends Program | TerminalProgram>(program: Kept): Kept {
  watch(program.pid, program.ended)
  return program
}

beforeAll(async () => {
  server = kept(startProgram(inPlace('defective-server'), [], { environment }))
  address = (await server.until(/^http:\/\/127\.0\.0\.1:\d+/m))[0]
})
afterAll(async () => {
  await endProgram(server)
  remove()
})

interface Told {
  readonly grade: { readonly letter: string; readonly reasons: readonly string[] }
  readonly checks: readonly { readonly id: string; readonly mark: string; readonly because: string }[]
}

const marks = ({ checks }: Told) => Object.fromEntries(checks.map(({ id, mark }) => [id, mark]))

test('a command approves and denies, told by its environment, and no shell sees its words', async () => {
  const log = join(folder, 'decisions')
  const words = `${process.execPath} ${inPlace('approve')} $(id) ;echo`
  const given = ['probe', address, '--client-id', 'cli', '--second-client', 'other', '--scope', 'read', '--max-wait', '10s', '--json']
  const how = { environment: { ...environment, COUNTERSIGN_TEST_LOG: log } }
  const { code, stdout } = await kept(startProgram(COUNTERSIGN, [...given, '--approve-command', words], how)).ended
  expect(code).toBe(0)
  expect(marks(JSON.parse(stdout) as Told)).toMatchObject({ L13: 'FAIL', L19: 'PASS', L21: 'FAIL', L16: 'SKIP' })
  const decisions = readFileSync(log, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as object)
  expect(decisions).toContainEqual({ decision: 'approve', page: `${address}/device`, given: ['$(id)', ';echo'] })
  expect(decisions).toContainEqual({ decision: 'deny', page: `${address}/device`, given: ['$(id)', ';echo'] })
})

test('a command that fails is told of, and its checks have not run', async () => {
  const given = ['probe', address, '--client-id', 'cli', '--approve-command', 'false', '--max-requests', '12', '--json']
  const { stdout } = await kept(startProgram(COUNTERSIGN, given, { environment })).ended
  const { checks, grade } = JSON.parse(stdout) as Told
  expect(checks.find(({ id }) => id === 'L21')).toMatchObject({ mark: 'ERROR', because: 'the command that approves ended with 1' })
  expect(grade.letter).toBe('ungraded')
})

/** What the person is asked at the terminal, each request once. */
async function asked(program: TerminalProgram, seen: readonly string[]): Promise<{ decision: string; code: string }> {
  const known = seen.length === 0 ? '' : `(?!(?:${seen.join('|')}) )`
  const [, decision = '', code = ''] = await program.until(new RegExp(`(Approve|Deny) ${known}([A-Z]{8}) at http\\S+, then press Enter\\.`))
  return { decision, code }
}

async function decide(decision: string, code: string): Promise<void> {
  const told = {
    COUNTERSIGN_DECISION: decision.toLowerCase(),
    COUNTERSIGN_USER_CODE: code,
    COUNTERSIGN_VERIFICATION_URI: `${address}/device`,
  }
  const { code: ended } = await kept(startProgram(inPlace('approve'), [], { environment: { ...common, ...told } })).ended
  expect(ended).toBe(0)
}

test('somebody at the terminal is asked, and Ctrl-C at a question ends it with what was seen', async () => {
  const given = ['probe', address, '--client-id', 'cli', '--second-client', 'other', '--scope', 'read', '--html', join(folder, 'card.html')]
  const program = kept(startOnTerminal(COUNTERSIGN, given, { environment }))
  const first = await asked(program, [])
  await decide(first.decision, first.code)
  program.type('\r')
  const second = await asked(program, [first.code])
  program.type('\u0003')
  const { code, stdout } = await program.ended
  expect(code).toBe(130)
  expect(second.code).not.toBe(first.code)
  expect(stdout).toContain('The probe was interrupted.')
  expect(stdout).toContain('no grade')
  // Nobody was asked again.
  expect(stdout.match(/then press Enter\./g)).toHaveLength(2)
  expect(readFileSync(join(folder, 'card.html'), 'utf8')).toContain('The probe was interrupted.')
})

test('a signal ends it with what was seen: every check is told, those that did not run as such, and there is no grade', async () => {
  const transcript = join(folder, 'transcript.json')
  const given = [
    'probe',
    address,
    '--client-id',
    'cli',
    '--approve-command',
    `${process.execPath} ${inPlace('approve')}`,
    '--transcript',
    transcript,
  ]
  // At the usual speed, so that there is a middle: the first approval is long before the end.
  const log = join(folder, 'first-decision')
  const how = { environment: { ...common, COUNTERSIGN_TEST_LOG: log } }
  const program = kept(startProgram(COUNTERSIGN, [...given, '--json', '--fail-under', 'F'], how))
  while (!existsSync(log)) await pass(20)
  program.kill('SIGINT')
  const { code, stdout } = await program.ended
  const told = JSON.parse(stdout) as Told
  expect([code, told.grade]).toEqual([130, { ...told.grade, letter: 'ungraded', reasons: ['The probe was interrupted.'] }])
  expect(told.checks).toHaveLength(25)
  const cut = told.checks.filter(({ because }) => because === 'the probe was interrupted')
  expect(cut.length).toBeGreaterThan(10)
  expect([...new Set(cut.map(({ mark }) => mark))]).toEqual(['ERROR'])
  expect((JSON.parse(readFileSync(transcript, 'utf8')) as unknown[]).length).toBeGreaterThan(0)
})
