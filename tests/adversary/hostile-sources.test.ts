/** Whatever lies in a folder that is audited: read past, said in a sentence, never run, never called clean when it was read in part. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { audit, htmlOf, markdownOf, sarifOf, terminalLines } from '@countersign/audit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

const client = readFileSync(new URL('../../packages/audit/test/fixtures/client.ts.txt', import.meta.url), 'utf8')

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hostile-sources-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const put = (name: string, text: string | Uint8Array) => writeFileSync(join(folder, name), text)
const notesOf = async () => (await audit(folder)).report.notes.join('\n')

describe('a source that is nested deeper than any stack', () => {
  test.each([
    ['deep.ts', `const device_code = ${'((((\n'.repeat(15_000)}1${'))))\n'.repeat(15_000)}\n`],
    ['deep.js', `const device_code = ${'[[[[\n'.repeat(15_000)}\n`],
    ['deep.py', `device_code = ${'((((\n'.repeat(15_000)}1${'))))\n'.repeat(15_000)}\n`],
    ['deep.go', `package a\nvar device_code = ${'((((\n'.repeat(15_000)}1${'))))\n'.repeat(15_000)}\n`],
    ['chain.ts', `const device_code = x${'\n  .a()'.repeat(20_000)}\n`],
    ['sum.py', `device_code = (${'1 +\n'.repeat(20_000)}1)\n`],
  ])(
    '%s is told to be read in part, and the rest is judged',
    async (name, text) => {
      put(name, text)
      put('client.ts', client)
      const { report } = await audit(folder)
      expect(report.notes.join('\n')).toContain(`${name} was read in part`)
      expect(report.findings.some(({ place }) => place?.file === 'client.ts')).toBe(true)
      expect(report.findings.filter(({ place, verdict }) => place?.file === name && verdict === 'satisfies')).toEqual([])
    },
    60_000,
  )
})

describe('a source of a form nobody writes', () => {
  test.each([
    ['a million empty lines', 'lines.py', `# device_code\n${'\n'.repeat(1_000_000)}`],
    ['a million blanks', 'blanks.ts', `// device_code\n${' '.repeat(1_000_000)}`],
    ['a line of a million letters', 'line.js', `var device_code="${'a'.repeat(1_000_000)}"`],
    ['a million opening comments', 'comments.go', `package a // device_code\n${'/*'.repeat(500_000)}`],
    ['only errors', 'errors.ts', `device_code ${'} ) ] => :: '.repeat(2_000)}`],
    [
      'bytes that are no UTF-8',
      'latin.py',
      Uint8Array.from([...Buffer.from('device_code = "'), 0xff, 0xfe, 0xe9, 0x80, ...Buffer.from('"\n')]),
    ],
  ])(
    '%s is gone through, and nothing is found',
    async (_, name, text) => {
      put(name, text)
      const { report } = await audit(folder)
      expect(report.findings).toEqual([])
      expect(report.grade.letter).toBe('ungraded')
    },
    60_000,
  )
})

test('what is minified is not taken for clean: the report says that it was left out', async () => {
  put('bundle.js', `var device_code=1;${'function f(a){return a(b)};'.repeat(40_000)}`)
  expect(await notesOf()).toContain('bundle.js speaks of a device flow and was left out: it is generated, or minified.')
})

describe('what is no source', () => {
  test('is never opened: pipes, links in a circle, links out of the folder', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe.ts')])
    symlinkSync('.', join(folder, 'circle'))
    symlinkSync('/dev/zero', join(folder, 'zero.py'))
    symlinkSync('/etc/passwd', join(folder, 'passwd.ts'))
    symlinkSync('nowhere', join(folder, 'dangling.go'))
    put('client.ts', client)
    const notes = await notesOf()
    for (const name of ['circle', 'zero.py', 'passwd.ts', 'dangling.go']) expect(notes).toContain(`${name} was left out: a symbolic link`)
    expect(notes).not.toContain('root:')
  })

  test('cannot be a target', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe')])
    await expect(audit(join(folder, 'pipe'))).rejects.toMatchObject({ name: 'AuditError' })
    await expect(audit('/dev/zero')).rejects.toMatchObject({ name: 'AuditError' })
  })

  test('lies deeper than anybody looks', async () => {
    mkdirSync(join(folder, ...Array.from({ length: 60 }, () => 'd')), { recursive: true })
    expect(await notesOf()).toContain('folders deep')
  })

  test('is more than one file may have', async () => {
    put('huge.go', `package a // device_code\n${'//\n'.repeat(1_000_000)}`)
    expect(await notesOf()).toContain('huge.go was left out: larger than')
  })
})

describe('manifests that lie', () => {
  test.each([
    ['package.json', '{"name":"x","exports":{".":"../../../../etc/passwd"},"main":"/etc/passwd"}'],
    ['package.json', '{"name":"__proto__","exports":null,"imports":[]}'],
    ['package.json', `${'['.repeat(100_000)}`],
    ['tsconfig.json', '{"compilerOptions":{"baseUrl":"../../..","paths":{"*":["../../../../etc/*"]}}}'],
    ['tsconfig.json', '{"compilerOptions":{"paths":7}} // '],
    ['go.mod', 'module \n\0'],
  ])('%s: %j leads nowhere', async (name, text) => {
    put(name, text)
    put('client.ts', `import { a } from 'x'\nimport { b } from '__proto__'\nimport c from '../../../etc/passwd'\n${client}`)
    const { report } = await audit(folder)
    expect(report.findings.every(({ place }) => place?.file === 'client.ts')).toBe(true)
  })
})

describe('a registry of clients', () => {
  const SPOKEN = '# clients with grants: device_code\n'
  const CLIENT = 'clients:\n  - client_id: tv\n    grant_types: [device_code]\n    access_token_lifetime: 7200\n'
  /** Each nine times the one before: 9^15 in all. */
  const laughing = Array.from('abcdefghijklmno').map((name, index, all) => {
    const below = index === 0 ? 'x' : `*${all[index - 1]}`
    return `${name}: &${name} [${Array.from({ length: 9 }, () => below).join(', ')}]`
  })

  test.each([
    ['laughs', 'yml', `${laughing.join('\n')}\n`, 'it is more than anybody writes'],
    ['bites its tail', 'yml', 'a: &a\n  b: [*a, *a, *a]\n', 'it is more than anybody writes'],
    ['is deep in brackets', 'yml', `a: ${'['.repeat(200_000)}\n`, 'nested deeper than anybody writes'],
    ['is deep in brackets, in tables', 'toml', `a = ${'['.repeat(200_000)}\n`, 'it is not in the form'],
    [
      'has more tables than anybody writes',
      'toml',
      `${Array.from({ length: 100_000 }, (_, index) => `[t${index}]\n`).join('')}`,
      'it is not in the form',
    ],
    [
      'has more names than anybody writes',
      'toml',
      `${Array.from({ length: 90_000 }, (_, index) => `${index}.a=1\n`).join('')}`,
      'it is not in the form',
    ],
    ['is deep in names', 'toml', `${'a.'.repeat(100_000)}a = 1\n`, 'it is not in the form'],
    ['is a text without an end', 'toml', `a = """${'\\\\"'.repeat(200_000)}\n`, 'it is not in the form'],
    ['is many texts without an end', 'toml', `a = [${"'''' ".repeat(100_000)}\n`, 'it is not in the form'],
    ['is deep in brackets, line by line', 'json', `${'[\n'.repeat(200_000)}${']\n'.repeat(200_000)}`, 'nested deeper than anybody writes'],
    ['is deep in blanks', 'yml', `${Array.from({ length: 1_000 }, (_, index) => `${' '.repeat(index)}a:\n`).join('')}`, 'nested deeper'],
    ['is deep in hyphens', 'yml', `${'- '.repeat(50_000)}a\n`, 'nested deeper than anybody writes'],
    ['is deep in questions', 'yml', `${'? '.repeat(50_000)}a\n`, 'nested deeper than anybody writes'],
    ['is deep enough to be read by the parser', 'yml', `a: ${'['.repeat(150)}${']'.repeat(150)}\n`, 'it is more than anybody writes'],
    ['has more members than anybody writes', 'yml', `${'- 1\n'.repeat(150_000)}`, 'it is more than anybody writes'],
    ['is longer than anybody writes', 'sql', `${'-- x\n'.repeat(300_000)}`, 'it is too long'],
    ['is nothing but tags', 'yml', `a: ${'!a '.repeat(50_000)}\n`, 'it is not in the form'],
    ['is nothing but escapes', 'json', `{"a": "${'x\\'.repeat(100_000)}`, 'it is not in the form'],
  ])(
    'that %s is not read, says so, and the next one is',
    async (_, ending, text, reason) => {
      put(`a.${ending}`, ending === 'json' ? `// ${SPOKEN}${text}` : `${ending === 'sql' ? '--' : ''}${SPOKEN}${text}`)
      put('b.yml', CLIENT)
      const { report } = await audit(folder)
      expect(report.notes.filter((note) => note.startsWith('a.'))).toEqual([expect.stringContaining(reason)])
      expect(report.findings.map(({ rule, place }) => `${rule} ${place?.file}:${place?.line}`)).toEqual(['DF-S20 b.yml:4'])
    },
    30_000,
  )

  test.each([
    [
      'members of every object',
      'json',
      '{"clients":[{"client_id":"__proto__","grant_types":["device_code"],"__proto__":{"x":1},"constructor":1,"toString":[]}]}',
    ],
    [
      'a text in a text in a text',
      'yml',
      `a: ${JSON.stringify(JSON.stringify({ clients: JSON.stringify({ clients: JSON.stringify({ clients: [{ id: 'a', grants: ['device_code'] }] }) }) }))}\n`,
    ],
    [
      'ids that a terminal obeys',
      'yml',
      'clients:\n  - client_id: "\\e[31m\\nError: all is well"\n    grant_types: [device_code]\n    scopes: ["*"]\n',
    ],
    [
      'clients that each say something for all others',
      'yml',
      `ttl_a: 1\n${Array.from({ length: 8_000 }, (_, index) => `ttl_${index}: { client_id: a${index}, grants: [device_code], secret: k3J9sPq02LmZx7Vb }\n`).join('')}`,
    ],
    ['a seed that does not end', 'sql', `-- device_code\n${'INSERT INTO clients (id, grants) VALUES ('.repeat(20_000)}`],
    ['a list in one line', 'toml', `# client, grants: device_code\na = [${'1, '.repeat(300_000)}]\n`],
    ['a seed of brackets', 'sql', `INSERT INTO clients (id, grants) VALUES ${'('.repeat(100_000)}'device_code'`],
    [
      'a seed of names',
      'sql',
      `-- device_code, grants: clients\nINSERT INTO ${'client.'.repeat(50_000)} (${'a,'.repeat(50_000)}) VALUES ('a')`,
    ],
    ['a text that does not end', 'json', `{"client": "grants: device_code ${'\\"'.repeat(400_000)}`],
    ['a comment that does not end', 'json', `/* ${'/*'.repeat(400_000)} client grants: device_code`],
    ['blanks before a bracket', 'json', `{"client": "grants: device_code", "a": [1${','.repeat(10)}${' '.repeat(200_000)}`],
  ])(
    'with %s does no harm',
    async (_, ending, text) => {
      put(`a.${ending}`, text)
      const { report } = await audit(folder)
      for (const line of terminalLines(report, { width: 100, colour: false })) expect(line).not.toMatch(/\u001b\[31m|\n/)
      for (const rendered of [markdownOf(report), htmlOf(report)]) expect(rendered).not.toMatch(/\u001b|\nError: all is well/)
    },
    30_000,
  )
})

test('names with newlines and escapes stay names in every report', async () => {
  const name = 'a\u001b[31m\nError: all is well\r.ts'
  put(name, client.replace('      interval += 5\n      continue', '      continue'))
  const { report, fingerprint } = await audit(folder)
  expect(report.findings.some(({ verdict }) => verdict === 'violates')).toBe(true)
  for (const line of terminalLines(report, { width: 100, colour: false })) expect(line).not.toMatch(/\u001b\[31m|\n|\r/)
  for (const text of [markdownOf(report), htmlOf(report)]) expect(text).not.toMatch(/\u001b|\nError: all is well/)
  expect(JSON.stringify(sarifOf(report, { toolVersion: '0.1.0', fingerprint }))).not.toContain('\u001b')
})

test('nothing of it is run, and nothing is written', async () => {
  const trap = join(folder, 'ran')
  put('package.json', JSON.stringify({ name: 'x', scripts: { preinstall: `touch ${trap}`, prepare: `touch ${trap}` } }))
  put('setup.py', `open(${JSON.stringify(trap)}, 'w')  # device_code\n`)
  put('conftest.ts', `import { writeFileSync } from 'node:fs'\nwriteFileSync(${JSON.stringify(trap)}, 'device_code')\n`)
  mkdirSync(join(folder, '.git', 'hooks'), { recursive: true })
  writeFileSync(join(folder, '.git', 'config'), `[core]\n\tfsmonitor = touch ${trap}\n`)
  const before = readdirSync(folder, { recursive: true })
  await audit(folder)
  expect(existsSync(trap)).toBe(false)
  expect(readdirSync(folder, { recursive: true })).toEqual(before)
})
