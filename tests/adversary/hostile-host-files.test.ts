/**
 * Files of hosts are written by many, those of projects by whoever wrote the project. What they hold is looked through by `countersign migrate`
 * and changed on request: it must not reach the terminal as commands, nor the shell, nor take anything else along.
 */
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { spawnSync } from 'node:child_process'
import { HOSTS, migrated, pastedTokens, serversIn, withServer } from '@countersign/mcp/hosts'
import { describe, expect, test } from 'vitest'
import { countersign, ownDirectory, PATIENCE } from '../../packages/cli/test/command.ts'

const TOKEN = `ghp_${'a1B2c3D4e5'.repeat(4)}`
const hostNamed = (wanted: string) => {
  const host = HOSTS.find(({ name }) => name === wanted)
  if (host === undefined) throw new Error(`there is no ${wanted}`)
  return host
}
const cursor = hostNamed('cursor')
const codex = hostNamed('codex')
const entry = { command: 'server', env: { GITHUB_TOKEN: TOKEN } }
const migration = { variable: 'GITHUB_TOKEN', program: ['countersign'], flags: ['--provider', 'github', '--client-id', 'x'] } as const

function homeWith(content: string) {
  const home = ownDirectory()
  mkdirSync(join(home, '.cursor'))
  const file = join(home, '.cursor/mcp.json')
  writeFileSync(file, content)
  return { home, file, run: (...args: string[]) => countersign(['migrate', 'cursor', ...args], { environment: { HOME: home } }) }
}

test('a name of a server that is meant for the terminal or the shell does nothing there', PATIENCE, async () => {
  const name = `x'; touch "$HOME/owned"; echo \u001b]0;title\u0007\u001b[2J\r\nfake line`
  const { home, run } = homeWith(JSON.stringify({ mcpServers: { [name]: entry } }))
  const { code, stdout, stderr } = await run()
  expect(code).toBe(1)
  expect(stdout + stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
  expect(stdout).not.toContain(TOKEN)
  const advice = stdout.split('\n').find((line) => line.includes('countersign migrate'))
  // Pasted into a shell it is one command with the name as one argument.
  const shell = spawnSync('sh', ['-c', `countersign() { printf '%s\\n' "$#" "$4"; }; ${advice?.trim().replace('ID', 'id')}`], {
    env: { HOME: home, PATH: process.env['PATH'] },
    encoding: 'utf8',
  })
  expect(shell.stdout.split('\n')[0]).toBe('9')
  expect(existsSync(join(home, 'owned'))).toBe(false)
})

test('a link leads to the file that is changed, stays a link, and nothing else in either folder is touched', PATIENCE, async () => {
  const { home, file, run } = homeWith('{}')
  const elsewhere = join(home, 'dotfiles')
  mkdirSync(elsewhere)
  writeFileSync(join(elsewhere, 'mcp.json'), JSON.stringify({ mcpServers: { github: entry } }))
  writeFileSync(join(elsewhere, 'other'), 'untouched')
  rmSync(file)
  symlinkSync(join(elsewhere, 'mcp.json'), file)
  expect((await run('--write', '--provider', 'github', '--client-id', 'x')).code).toBe(0)
  expect(lstatSync(file).isSymbolicLink()).toBe(true)
  expect(readFileSync(join(elsewhere, 'mcp.json'), 'utf8')).not.toContain(TOKEN)
  expect(readFileSync(join(elsewhere, 'other'), 'utf8')).toBe('untouched')
  expect(readdirSync(elsewhere).filter((name) => name.endsWith('.tmp'))).toEqual([])
})

test.each(['/dev/zero', '/etc/shadow', '.'])(
  'a link to %s is no configuration: it is said, and nothing is written',
  PATIENCE,
  async (target) => {
    const { file, run, home } = homeWith('{}')
    rmSync(file)
    symlinkSync(target === '.' ? home : target, file)
    const { code, stdout } = await run('--write', '--provider', 'github', '--client-id', 'x')
    expect(code).not.toBe(0)
    expect(stdout).not.toContain('root:')
    expect(readdirSync(join(home, '.cursor'))).toEqual(['mcp.json'])
  },
)

describe('in the file', () => {
  test('comments, order and spelling stay, around the one entry that changes', () => {
    const text = `// mine\n{\n\t"other": [1,2 , 3], /* ${TOKEN.slice(0, 8)} */\n\t"mcpServers": {\n\t\t// the first\n\t\t"a": { "command": "a" },\n\t\t"github": ${JSON.stringify(entry)}, // the last\n\t},\n}\n`
    const changed = migrated(cursor, text, { ...migration, server: 'github' })
    expect(changed).not.toContain(TOKEN)
    for (const kept of ['// mine', '[1,2 , 3]', `/* ${TOKEN.slice(0, 8)} */`, '// the first', '"a": { "command": "a" }', '// the last'])
      expect(changed).toContain(kept)
  })

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'a server called %s is a server, and no part of anything else',
    (name) => {
      const text = `{"mcpServers":{"${name}":${JSON.stringify(entry)},"b":{"command":"b"}}}`
      const found = pastedTokens(cursor, text)
      expect(({} as Record<string, unknown>)['command']).toBeUndefined()
      expect(Object.prototype).not.toHaveProperty('env')
      for (const { server } of found) expect(migrated(cursor, text, { ...migration, server })).not.toContain(TOKEN)
      expect(serversIn(cursor, text).get('b')).toEqual({ command: 'b' })
    },
  )

  test.each([
    ['a table of servers that is a list', '{"mcpServers":[{"command":"a"}]}'],
    ['a server that is a text', '{"mcpServers":{"a":"b"}}'],
    ['a server that is null', '{"mcpServers":{"a":null}}'],
    ['variables that are a list', `{"mcpServers":{"a":{"command":"a","env":["${TOKEN}"]}}}`],
    ['arguments that are no texts', '{"mcpServers":{"a":{"command":"a","args":[1,null,{}]}}}'],
    ['the same name twice', `{"mcpServers":{"a":{"command":"x"},"a":${JSON.stringify(entry)}}}`],
    ['deeper than anybody writes', `{"mcpServers":{"a":{"command":"a","deep":${'['.repeat(5000)}${']'.repeat(5000)}}}}`],
  ])('%s: read or refused with a reason, and never half', (_what, text) => {
    const tried = () => pastedTokens(cursor, text)
    let found: ReturnType<typeof tried> = []
    try {
      found = tried()
    } catch (error) {
      expect(error).toMatchObject({ code: 'configuration_invalid' })
    }
    for (const { server, variable } of found) {
      if (variable !== undefined)
        expect(JSON.parse(migrated(cursor, text, { ...migration, server, variable }))).toHaveProperty('mcpServers')
    }
  })

  test('a file of ten megabytes with a thousand servers is looked through, and a token in the last of them found', () => {
    const many = Object.fromEntries(Array.from({ length: 1000 }, (_, at) => [`s${at}`, { command: 'c', args: ['x'.repeat(10_000)] }]))
    const text = JSON.stringify({ mcpServers: { ...many, last: entry } })
    expect(pastedTokens(cursor, text).map(({ server }) => server)).toEqual(['last'])
  })

  test('patterns of tokens end on long texts that almost fit', () => {
    const almost = [
      'eyJ' + 'a'.repeat(100_000),
      `eyJ${'a-'.repeat(50_000)}.eyJ`,
      `ghp_${'a'.repeat(29)}-`.repeat(3000),
      `${'1//'.repeat(50_000)}`,
    ]
    for (const value of almost)
      expect(pastedTokens(cursor, JSON.stringify({ mcpServers: { a: { command: 'a', env: { X: value } } } }))).toBeDefined()
  })

  test('TOML: comments and other tables stay; a name with a quote or a bracket in it is put in as data', () => {
    const text = `# mine\nmodel = "x" # keep\n\n[mcp_servers.a]\ncommand = "a" # yes\n`
    for (const name of ['b]\n[evil', 'b"c', "b'c", 'é 😀', 'b.c']) {
      const changed = withServer(codex, text, name, { command: 'server', args: [], env: {} })
      expect(changed.startsWith('# mine\nmodel = "x" # keep\n\n[mcp_servers.a]\ncommand = "a" # yes\n')).toBe(true)
      expect([...serversIn(codex, changed).keys()]).toEqual(['a', name])
    }
  })
})
