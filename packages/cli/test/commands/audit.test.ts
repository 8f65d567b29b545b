import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { clientReport, type Report } from '@countersign/audit'
import { describe, expect, test } from 'vitest'
import { startGitServer } from '../../../../tests/support/git-server.ts'
import { goSum, moduleOf, startGoProxy } from '../../../../tests/support/go-proxy.ts'
import { packed, startRegistry } from '../../../../tests/support/package-registry.ts'
import { ownDirectory } from '../command.ts'
import { countersign, countersignIn } from '../in-process.ts'

const fixture = (name: string) => readFileSync(new URL(`../../../audit/test/fixtures/${name}.txt`, import.meta.url), 'utf8')
const GOOD = fixture('client.ts')
/** `slow_down` is treated as pending: DF-C02, medium. */
const BAD = GOOD.replace('      interval += 5\n      continue', '      continue')

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = ownDirectory()
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

async function report(...args: string[]): Promise<Report & { readonly code: number | null }> {
  const { code, stdout } = await countersign('audit', ...args, '--json')
  return { ...(JSON.parse(stdout) as Report), code }
}

const defects = ({ findings }: Report) => findings.filter(({ verdict }) => verdict === 'violates').map(({ rule }) => rule)

describe('the exit code', () => {
  test.each([
    [[], 0],
    [['--fail-on', 'medium'], 1],
    [['--fail-on', 'low'], 1],
    [['--fail-on', 'critical'], 0],
    [['--fail-on', 'never'], 0],
    [['--fail-under', 'B'], 0],
    [['--fail-on', 'never', '--fail-under', 'a'], 0],
    [['--fail-on', 'severe'], 2],
    [['--fail-under', 'E'], 2],
  ])('with %j is %i for one medium defect', async (flags, expected) => {
    const { code, stdout, stderr } = await countersign('audit', folderWith({ 'client.ts': BAD }), ...flags)
    expect(code).toBe(expected)
    if (expected === 2) expect([stdout, stderr]).toEqual(['', expect.stringContaining(`expected`)])
    else expect(stdout).toContain('DF-C02')
  })

  test('is 1 below the grade that was demanded', async () => {
    const server = fixture('server.ts').replace('DEVICE_CODE_LIFETIME = 300', 'DEVICE_CODE_LIFETIME = 90000').replaceAll('limiter, ', '')
    const folder = folderWith({ 'server.ts': server })
    const { grade } = await report(folder, '--fail-on', 'never')
    expect(grade.letter).toBe('C')
    expect((await countersign('audit', folder, '--fail-on', 'never', '--fail-under', 'B')).code).toBe(1)
    expect((await countersign('audit', folder, '--fail-on', 'never', '--fail-under', 'C')).code).toBe(0)
  })

  test('is 2 for a target that is not there, and for files that are not what they should be', async () => {
    const folder = folderWith({ 'client.ts': BAD, 'no.json': '{}' })
    for (const args of [
      ['/nowhere/at/all'],
      [folder, '--baseline', join(folder, 'no.json')],
      [folder, '--baseline', '/nowhere/baseline.json'],
      [folder, '--with-probe', join(folder, 'no.json')],
      [folder, '--html', '/nowhere/report.html'],
    ]) {
      const { code, stdout, stderr } = await countersign('audit', ...args)
      expect({ code, stdout, lines: stderr.split('\n').length > 1 }, args.join(' ')).toEqual({ code: 2, stdout: '', lines: true })
    }
  })
})

describe('a baseline', () => {
  test('written once, leaves out what was there, also when it moves, and nothing new', async () => {
    const folder = folderWith({ 'client.ts': BAD })
    const file = join(ownDirectory(), 'baseline.json')
    expect((await countersign('audit', folder, '--fail-on', 'medium', '--write-baseline', file)).code).toBe(0)
    writeFileSync(join(folder, 'client.ts'), `\n\n${BAD}`)
    const known = await report(folder, '--fail-on', 'medium', '--baseline', file)
    expect([known.code, defects(known), known.ignored.map(({ by, finding }) => `${finding.rule} ${by}`)]).toEqual([
      0,
      [],
      ['DF-C02 baseline'],
    ])
    writeFileSync(join(folder, 'client.ts'), BAD.replace('await sleep(interval * 1000)', 'await sleep(5000)'))
    const fresh = await report(folder, '--fail-on', 'medium', '--baseline', file)
    expect([fresh.code, defects(fresh)]).toEqual([1, ['DF-C01']])
  })

  test('whose defects are gone says so', async () => {
    const folder = folderWith({ 'client.ts': BAD })
    const file = join(folder, 'baseline.json')
    await countersign('audit', folder, '--write-baseline', file)
    writeFileSync(join(folder, 'client.ts'), GOOD)
    expect((await report(folder, '--baseline', file)).notes).toEqual(['1 defect of the baseline can no longer be found: write it again.'])
  })
})

test('what a probe of a client saw proves what stands in its code', async () => {
  const folder = folderWith({ 'client.ts': BAD })
  const judged = [
    { rule: 'C02', verdict: 'violates', because: 'slow_down ended the login', scenarios: ['slow_down twice'] },
    { rule: 'C01', verdict: 'satisfies', because: 'it waited', scenarios: [] },
  ] as const
  writeFileSync(join(folder, 'client.json'), JSON.stringify(clientReport({ command: ['my-cli'], judged, interrupted: false })))
  const told = await report(folder, '--with-probe', join(folder, 'client.json'))
  expect(told.findings.filter(({ proven }) => proven === true).map(({ rule, origin }) => `${rule} ${origin}`)).toEqual([
    'DF-C02 source',
    'DF-C02 live',
  ])
  const { stdout } = await countersign('audit', folder, '--with-probe', join(folder, 'client.json'))
  expect(stdout).toMatch(/^DF-C02 .*proven: in the code and on the wire$/m)
})

test('a comment leaves a place alone with a reason, and is told of without one', async () => {
  const line = 'await sleep(interval * 1000)'
  const ignored = (comment: string) => folderWith({ 'client.ts': GOOD.replace(line, `${comment}\n    await sleep(5000)`) })
  const kept = await report(ignored('// countersign-ignore DF-C01: the server has no other interval'))
  expect([kept.code, defects(kept), kept.ignored]).toMatchObject([0, [], [{ by: 'comment', reason: 'the server has no other interval' }]])
  for (const comment of ['// countersign-ignore DF-C01', '// countersign-ignore DF-C01:  ', '// countersign-ignore DF-C02: another rule']) {
    const told = await report(ignored(comment))
    expect([told.code, defects(told)], comment).toEqual([1, ['DF-C01']])
  }
  expect((await report(ignored('// countersign-ignore DF-C01'))).notes.join()).toContain('ignored without a reason')
})

test('every form is written where it was asked for, and the terminal gets lines that it does not obey', async () => {
  const folder = folderWith({ 'client.ts': BAD })
  mkdirSync(join(folder, 'sub'))
  writeFileSync(join(folder, 'sub', 'evil\u001b[2Jname.ts'), BAD)
  const forms = ownDirectory()
  const flags = ['sarif', 'html', 'markdown', 'badge'].flatMap((form) => [`--${form}`, join(forms, form)])
  const { stdout } = await countersignIn({ FORCE_COLOR: '1' }, 'audit', folder, '--all', ...flags)
  expect(stdout).not.toContain('\u001b[2J')
  expect(stdout).toContain('\u001b[33mDF-C02\u001b[39m')
  expect(stdout).toMatch(/In order[^]+Grade/)
  for (const [form, start] of [
    ['sarif', '{'],
    ['html', '<!doctype html>'],
    ['markdown', '# Device flow'],
    ['badge', '<svg'],
  ] as const) {
    expect(readFileSync(join(forms, form), 'utf8').startsWith(start), form).toBe(true)
  }
})

describe('what is fetched', () => {
  test('from git is the newest commit, and nothing of it stays', async () => {
    const { address } = await startGitServer({
      'src/client.ts': BAD,
      'dist/client.ts': BAD.replace('await sleep(interval * 1000)', 'await sleep(5000)'),
    })
    const { code, stdout } = await countersignIn({}, 'audit', address, '--json')
    const told = JSON.parse(stdout) as Report
    expect([code, told.target, defects(told), told.findings[0]?.place?.file]).toEqual([0, address, ['DF-C02'], 'src/client.ts'])
  })

  test.each(['npm', 'pypi'] as const)('from %s is the version that was asked for', async (from) => {
    const good = packed([{ path: 'package/client.ts', text: GOOD }])
    // Where it was built, which is left out of a repository.
    const bad = packed([{ path: 'package/dist/client.ts', text: BAD }])
    const registry = await startRegistry({ '1.9.0': good, '1.10.0': bad, '2.0.0': good })
    const environment = { npm_config_registry: registry.npm, PIP_INDEX_URL: registry.pypi }
    const seen = async (version: string) => {
      const { stdout } = await countersignIn(environment, 'audit', `${from}:example${version}`, '--json')
      return defects(JSON.parse(stdout) as Report)
    }
    expect(await seen('')).toEqual([])
    expect(await seen('@1.9.0')).toEqual([])
    expect(await seen('@1')).toEqual(['DF-C02'])
    expect(await seen('@1.10')).toEqual(['DF-C02'])
    const { code, stderr } = await countersignIn(environment, 'audit', `${from}:example@3`)
    expect([code, stderr]).toEqual([2, expect.stringContaining('has no source of example in version 3')])
    expect((await countersignIn(environment, 'audit', `${from}:unheard-of`)).code).toBe(2)
  })

  test('from a proxy of Go is the one that the variables of Go name', async () => {
    const files = { 'client.ts': BAD }
    const { at, sumDb } = await startGoProxy({
      '/proxy/example.com/cli/@v/list': 'v1.0.0\n',
      '/proxy/example.com/cli/@v/v1.0.0.zip': moduleOf('example.com/cli', 'v1.0.0', files),
      '/sum/lookup/example.com/cli@v1.0.0': `example.com/cli v1.0.0 ${goSum('example.com/cli', 'v1.0.0', files)}\n`,
    })
    const environment = { GOPROXY: at, GOSUMDB: sumDb }
    const { stdout } = await countersignIn(environment, 'audit', 'go:example.com/cli', '--json')
    expect(defects(JSON.parse(stdout) as Report)).toEqual(['DF-C02'])
    expect(await countersignIn({ ...environment, GOPROXY: 'off' }, 'audit', 'go:example.com/cli')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('GOPROXY is off'),
    })
  })
})
