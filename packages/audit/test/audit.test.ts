import { mkdtempSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { audit, badgeOf, htmlOf, markdownOf, readBaseline, sarifOf, terminalLines } from '../src/index.ts'

const fixture = (name: string) => readFileSync(new URL(`fixtures/${name}.txt`, import.meta.url), 'utf8')

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'audit-test-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const put = (name: string, text: string | Uint8Array) => writeFileSync(join(folder, name), text)
const spinning = () => fixture('client.ts').replace('      interval += 5\n      continue', '      continue')

describe('a folder', () => {
  test('in order gets an A', async () => {
    put('client.ts', fixture('client.ts'))
    const { report } = await audit(folder)
    expect(report.grade.letter).toBe('A')
    expect(report.extent['parsed']).toBe(1)
  })

  test('without a device flow has nothing to judge', async () => {
    put('a.ts', 'export const sum = (a: number, b: number) => a + b\n')
    const { report } = await audit(folder)
    expect(report.findings).toEqual([])
    expect(report.grade.letter).toBe('ungraded')
  })

  test('with a file that no grammar can read whole is never called clean', async () => {
    put('client.ts', `${fixture('client.ts')}\nfunction ( { ]]] %%% \n`)
    const { report } = await audit(folder)
    expect(report.findings.filter(({ verdict }) => verdict === 'satisfies')).toEqual([])
    expect(report.notes.join()).toContain('client.ts was read in part')
  })

  test('with what is no source code is read past it', async () => {
    put('binary.ts', new Uint8Array([0, 1, 2, 0]))
    put('huge.py', `# ${'x'.repeat(2_100_000)}`)
    put('outside.txt', 'device_code')
    symlinkSync('/etc', join(folder, 'etc.ts'))
    mkdirSync(join(folder, 'node_modules'))
    writeFileSync(join(folder, 'node_modules', 'client.ts'), spinning())
    const { report } = await audit(folder)
    expect(report.findings).toEqual([])
    expect(report.notes.join('\n')).toContain('huge.py was left out')
    expect(report.notes.join('\n')).toContain('etc.ts was left out: a symbolic link')
  })
})

test.each(['', '--upload-pack=touch /tmp/x', '-c', 'file:///etc', 'ext::sh -c id', 'http://127.0.0.1:1/x.git', '/nowhere/at/all'])(
  '%j is refused and nothing is started',
  async (target) => {
    await expect(audit(target)).rejects.toMatchObject({ name: 'AuditError' })
  },
)

describe('what is left alone', () => {
  test('is left alone with a reason only', async () => {
    const line = 'await sleep(5000)'
    const text = fixture('client.ts').replace('await sleep(interval * 1000)', line)
    put('client.ts', text.replace(line, `// countersign-ignore DF-C01: the server has no other interval\n    ${line}`))
    const kept = await audit(folder)
    expect(kept.report.findings.filter(({ rule, verdict }) => rule === 'DF-C01' && verdict === 'violates')).toEqual([])
    expect(kept.report.ignored).toMatchObject([{ finding: { rule: 'DF-C01' }, by: 'comment', reason: 'the server has no other interval' }])
    put('client.ts', text.replace(line, `// countersign-ignore DF-C01\n    ${line}`))
    const told = await audit(folder)
    expect(told.report.findings.some(({ rule, verdict }) => rule === 'DF-C01' && verdict === 'violates')).toBe(true)
  })

  test('is in the baseline, also when its line moves', async () => {
    put('client.ts', spinning())
    const { report, baseline } = await audit(folder)
    expect(report.findings.some(({ verdict }) => verdict === 'violates')).toBe(true)
    put('client.ts', `\n\n${spinning()}`)
    const again = await audit(folder, { baseline: readBaseline(JSON.stringify(baseline)) })
    expect(again.report.findings.filter(({ verdict }) => verdict === 'violates')).toEqual([])
  })

  test.each(['', '[]', '{"version":2,"fingerprints":[]}', '{"version":1,"fingerprints":[1]}'])('a baseline of %j is refused', (text) => {
    expect(() => readBaseline(text)).toThrow(expect.objectContaining({ code: 'configuration_invalid' }))
  })
})

describe('reports', () => {
  test('say where, why and what cures it', async () => {
    put('client.ts', spinning())
    const { report, fingerprint } = await audit(folder)
    const lines = terminalLines(report, { colour: false, width: 80 }).join('\n')
    expect(lines).toMatch(/^MEDIUM -+\n\nDF-C02 [^\n]*\n {4}client\.ts:(\d+), high confidence\n {4}\1 \| \S/m)
    const { runs } = sarifOf(report, { toolVersion: '0.1.0', fingerprint }) as {
      runs: [{ results: { ruleId: string; partialFingerprints: object }[]; tool: { driver: { rules: object[] } } }]
    }
    expect(runs[0].results.map(({ ruleId }) => ruleId)).toContain('DF-C02')
    expect(runs[0].tool.driver.rules).toHaveLength(1)
    expect(Object.keys(runs[0].results[0]?.partialFingerprints ?? {})).toEqual(['countersign/v1'])
    expect(markdownOf(report)).toContain('| medium | [DF-C02]')
    expect(badgeOf(report.grade)).toMatch(/^<svg [^]*>[ABC]<\/text>/)
  })

  test('make nothing of a file name but text', async () => {
    const name = '<img src=x onerror=alert(1)>|`.ts'
    put(name, spinning())
    const { report } = await audit(folder)
    const html = htmlOf(report)
    expect(html).not.toContain('<img')
    expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;')
    expect(html).not.toMatch(/<script|src=["']|url\(|@import|<link/)
    expect(markdownOf(report)).not.toContain('| <img')
  })
})
