/** action.yml and .pre-commit-hooks.yaml as they are run elsewhere: the same commands, in a clean folder, with what those programs set. */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { git } from '../support/git-server.ts'
import { COUNTERSIGN } from './support/programs.ts'

const atRoot = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url))
const fixture = (name: string) => readFileSync(atRoot(`packages/audit/test/fixtures/${name}.txt`), 'utf8')
const GOOD = fixture('client.ts')
/** A high defect: the interval of the server is ignored. */
const BAD = GOOD.replace('await sleep(interval * 1000)', 'await sleep(5000)')

interface Action {
  readonly inputs: Readonly<Record<string, { readonly default: string }>>
  readonly outputs: Readonly<Record<string, { readonly value: string }>>
  readonly runs: {
    readonly steps: readonly {
      readonly id: string
      readonly shell: string
      readonly env: Readonly<Record<string, string>>
      readonly run: string
    }[]
  }
}

interface Hook {
  readonly entry: string
  readonly args: readonly string[]
  readonly pass_filenames: boolean
  readonly additional_dependencies: readonly string[]
}

let own: string
let workspace: string
let programs: string

function program(name: string, text: string): void {
  writeFileSync(join(programs, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 })
}

beforeEach(() => {
  own = mkdtempSync(join(tmpdir(), 'pipeline-'))
  workspace = join(own, 'work space')
  programs = join(own, 'bin')
  for (const folder of [workspace, programs, join(own, 'temp')]) mkdirSync(folder)
  program('countersign', `exec '${process.execPath}' '${COUNTERSIGN}' "$@"`)
  // In place of a registry: what npx would install is what was built here.
  program('npx', `printf '%s\\n' "$@" > '${own}/npx'\nwhile [ "$1" != -- ]; do shift; done\nshift\nexec "$@"`)
})
afterEach(() => rmSync(own, { recursive: true }))

const put = (name: string, text: string) => {
  mkdirSync(dirname(join(workspace, name)), { recursive: true })
  writeFileSync(join(workspace, name), text)
}
const read = (name: string) => readFileSync(join(own, name), 'utf8')

function run(command: string, given: readonly string[], environment: Readonly<Record<string, string>>) {
  const child = spawn(command, given, {
    cwd: workspace,
    env: { PATH: `${programs}${delimiter}${process.env['PATH'] ?? ''}`, HOME: own, ...environment },
  })
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (printed += text))
  return new Promise<{ code: number | null; printed: string }>((resolve) => child.once('close', (code) => resolve({ code, printed })))
}

/** As a runner does it: expressions are replaced in `env` alone, and the script is a file that bash is started with. */
async function runAction(inputs: Readonly<Record<string, string>> = {}) {
  const action = parse(readFileSync(atRoot('action.yml'), 'utf8')) as Action
  const known: Record<string, string> = { 'runner.temp': join(own, 'temp') }
  for (const [name, { default: usual }] of Object.entries(action.inputs)) known[`inputs.${name}`] = inputs[name] ?? usual
  const filled = (text: string) => text.replace(/\$\{\{ ([\w.-]+) \}\}/g, (_, name: string) => known[name] ?? `?${name}?`)
  for (const [index, step] of action.runs.steps.entries()) {
    // What somebody names must not become part of a script.
    expect(step.run).not.toContain('${{')
    expect(step.shell).toBe('bash')
    const script = join(own, `step-${index}.sh`)
    writeFileSync(script, step.run)
    const environment = {
      ...Object.fromEntries(Object.entries(step.env).map(([name, value]) => [name, filled(value)])),
      CI: 'true',
      GITHUB_ACTIONS: 'true',
      GITHUB_WORKSPACE: workspace,
      GITHUB_OUTPUT: join(own, 'output'),
      GITHUB_STEP_SUMMARY: join(own, 'summary'),
    }
    const ended = await run('bash', ['--noprofile', '--norc', '-eo', 'pipefail', script], environment)
    known[`steps.${step.id}.outputs.sarif`] = /^sarif=(.+)$/m.exec(existsSync(join(own, 'output')) ? read('output') : '')?.[1] ?? ''
    if (ended.code !== 0) return { ...ended, sarif: filled(action.outputs['sarif']?.value ?? '') }
  }
  return { code: 0, printed: '', sarif: filled(action.outputs['sarif']?.value ?? '') }
}

interface Log {
  readonly runs: readonly [
    {
      readonly results: readonly {
        readonly ruleId: string
        readonly locations: readonly [{ readonly physicalLocation: { readonly artifactLocation: { readonly uri: string } } }]
      }[]
    },
  ]
}

describe('the action', () => {
  test('fails on a defect, and leaves SARIF and a summary', async () => {
    put('src/client.ts', BAD)
    const { code, printed, sarif } = await runAction()
    expect(code).toBe(1)
    expect(printed).toContain('DF-C01')
    expect(read('npx')).toMatch(/^--yes\n--package\ncountersign@latest\n--package\n@countersign\/audit@latest\n--\ncountersign\naudit\n/)
    const [{ results }] = (JSON.parse(readFileSync(sarif, 'utf8')) as Log).runs
    expect(results.map(({ ruleId, locations: [{ physicalLocation }] }) => [ruleId, physicalLocation.artifactLocation.uri])).toEqual([
      ['DF-C01', 'src/client.ts'],
    ])
    expect(read('summary')).toMatch(/^# Device flow of \.: grade C/)
  })

  test('passes what is in order, and what is in the baseline', async () => {
    put('client.ts', GOOD)
    expect(await runAction()).toMatchObject({ code: 0 })
    put('client.ts', BAD)
    await run('countersign', ['audit', '.', '--write-baseline', 'known.json'], {})
    expect(await runAction({ baseline: 'known.json' })).toMatchObject({ code: 0 })
    expect(await runAction({ 'fail-on': 'never', 'fail-under': 'B' })).toMatchObject({ code: 1 })
    expect(await runAction({ 'fail-on': 'never', version: '0.1.0' })).toMatchObject({ code: 0 })
    expect(read('npx')).toContain('countersign@0.1.0')
  })

  test('names files from the root of the repository when a part of it is audited', async () => {
    put('packages/cli/src/client.ts', BAD)
    const { code, sarif } = await runAction({ path: 'packages/cli' })
    expect(code).toBe(1)
    expect(readFileSync(sarif, 'utf8')).toContain('"uri": "packages/cli/src/client.ts"')
  })

  test.each(['$(touch pwned)', '"; touch pwned; "', '`touch pwned`', '--write-baseline=pwned', '-h'])(
    'takes a path of %j for nothing but a path',
    async (path) => {
      put('client.ts', GOOD)
      const { code, printed } = await runAction({ path })
      expect([code, printed]).toEqual([2, expect.stringMatching(/There is no file or folder|is no path/)])
      expect(existsSync(join(workspace, 'pwned'))).toBe(false)
    },
  )
})

describe('the hook of pre-commit', () => {
  const [hook] = parse(readFileSync(atRoot('.pre-commit-hooks.yaml'), 'utf8')) as [Hook]

  /** As pre-commit does it: the words of the entry, the arguments, and no files, in the root of the repository, with what is staged in the working tree. */
  const commit = () => {
    git(workspace, 'add', '--all')
    const [command = '', ...words] = hook.entry.split(' ')
    return run(command, [...words, ...hook.args], { PRE_COMMIT: '1' })
  }

  test('stops a commit with a defect, whatever file it is in, and lets another pass', async () => {
    expect(hook).toMatchObject({ pass_filenames: false, additional_dependencies: ['countersign', '@countersign/audit'] })
    git(workspace, 'init', '--quiet')
    put('src/client.ts', GOOD)
    expect(await commit()).toMatchObject({ code: 0 })
    put('src/client.ts', BAD)
    expect(await commit()).toMatchObject({ code: 1, printed: expect.stringContaining('src/client.ts') })
  })
})
