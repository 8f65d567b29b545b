/** `countersign install` and `countersign migrate`, as people run them, on files of their own. */
import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { countersign, ownDirectory, PATIENCE } from '../command.ts'

const GITHUB = `ghp_${'a1B2c3D4e5'.repeat(4)}`

/** A home with nothing in it, and the command in it. */
function ownHome() {
  const home = ownDirectory()
  const run = (...args: string[]) => countersign(args, { environment: { HOME: home } })
  const json = async (name: string, ...args: string[]) => {
    const ended = await run(name, '--json', ...args)
    return { ...ended, told: JSON.parse(ended.stdout) as Record<string, unknown> }
  }
  return { home, run, json }
}

test('without a host, all of them are listed with their files', PATIENCE, async () => {
  const { home, run } = ownHome()
  const { code, stdout } = await run('install')
  expect(code).toBe(0)
  expect(stdout.split('\n')).toHaveLength(9)
  expect(stdout).toContain(`cursor           ${home}/.cursor/mcp.json`)
})

test('a URL becomes a proxy: the file is made for its owner alone, and a second time asks first', PATIENCE, async () => {
  const { home, json, run } = ownHome()
  const first = await json('install', 'cursor', 'https://mcp.notes.example/mcp')
  const file = join(home, '.cursor/mcp.json')
  expect(first).toMatchObject({ code: 0, told: { host: 'cursor', name: 'notes', file, written: true } })
  expect(statSync(file).mode & 0o777).toBe(0o600)
  const { mcpServers } = JSON.parse(readFileSync(file, 'utf8')) as { mcpServers: Record<string, { args: string[] }> }
  expect(mcpServers['notes']?.args.slice(-2)).toEqual(['proxy', 'https://mcp.notes.example/mcp'])
  const before = readFileSync(file, 'utf8')
  expect(await run('install', 'cursor', 'https://mcp.notes.example/mcp')).toMatchObject({ code: 2 })
  expect(readFileSync(file, 'utf8')).toBe(before)
  const again = await json('install', 'cursor', 'https://mcp.notes.example/other', '--force')
  expect(again.code).toBe(0)
  expect(readFileSync(String(again.told['backup']), 'utf8')).toBe(before)
})

test('a command is wrapped, through a link to where the settings are kept, with their mode', PATIENCE, async () => {
  const { home, json } = ownHome()
  const real = join(home, 'dotfiles.json')
  writeFileSync(real, '{\n  // mine\n  "model": "x"\n}\n')
  chmodSync(real, 0o640)
  mkdirSync(join(home, '.gemini'))
  symlinkSync(real, join(home, '.gemini/settings.json'))
  const wrapped = '--env GITHUB_TOKEN --provider github --client-id Iv1.x --command /opt/countersign --name github'
  const { code } = await json('install', 'gemini', ...wrapped.split(' '), '--', 'github-mcp-server', 'stdio', '--read-only')
  expect(code).toBe(0)
  expect(lstatSync(join(home, '.gemini/settings.json')).isSymbolicLink()).toBe(true)
  expect(statSync(real).mode & 0o777).toBe(0o640)
  const text = readFileSync(real, 'utf8')
  expect(text).toContain('// mine')
  const { mcpServers } = JSON.parse(text.replace('// mine', '')) as { mcpServers: unknown }
  const args = [
    'wrap',
    '--env',
    'GITHUB_TOKEN',
    '--provider',
    'github',
    '--client-id',
    'Iv1.x',
    '--',
    'github-mcp-server',
    'stdio',
    '--read-only',
  ]
  expect(mcpServers).toEqual({ github: { command: '/opt/countersign', args } })
})

test('--print and --dry-run touch nothing', PATIENCE, async () => {
  const { home, run } = ownHome()
  const printed = await run('install', 'codex', 'https://mcp.example/mcp', '--print', '--command', 'countersign')
  expect(printed.stdout).toBe('[mcp_servers.example]\ncommand = "countersign"\nargs = [ "proxy", "https://mcp.example/mcp" ]\n')
  const dry = await run('install', 'codex', 'https://mcp.example/mcp', '--dry-run')
  expect(dry).toMatchObject({ code: 0, stdout: expect.stringContaining('[mcp_servers.example]') })
  expect(readdirSync(home)).toEqual([])
})

test('what cannot be is refused with the next step, and changes nothing', PATIENCE, async () => {
  const { home, run } = ownHome()
  mkdirSync(join(home, '.cursor'))
  writeFileSync(join(home, '.cursor/mcp.json'), '{"mcpServers": {')
  const refused = [
    [['install', 'emacs', 'https://mcp.example/mcp'], /claude-code/],
    [['install', 'cursor'], /Give its URL/],
    [['install', 'cursor', '--', 'server'], /variable/],
    [['install', 'cursor', '--env', 'T', '--', 'server'], /--provider or --issuer/],
    [['install', 'cursor', '--env', 'T', '--provider', 'github', '--', 'server'], /Register a client/],
    [['install', 'claude-desktop', 'https://mcp.example/mcp', '--project'], /leave --project out/],
    [['install', 'cursor', 'https://mcp.example/mcp'], /by hand first/],
  ] as const
  for (const [args, hint] of refused) {
    const { code, stdout, stderr } = await run(...args)
    expect([code === 0, stdout], args.join(' ')).toEqual([false, ''])
    expect(stderr).toMatch(hint)
  }
  expect(readFileSync(join(home, '.cursor/mcp.json'), 'utf8')).toBe('{"mcpServers": {')
  expect(readdirSync(home)).toEqual(['.cursor'])
  expect(readdirSync(join(home, '.cursor'))).toEqual(['mcp.json'])
})

test('a pasted token is found without being told, and replaced by a sign-in on request', PATIENCE, async () => {
  const { home, json, run } = ownHome()
  const file = join(home, '.cursor/mcp.json')
  mkdirSync(join(home, '.cursor'))
  writeFileSync(
    file,
    JSON.stringify({ mcpServers: { github: { command: 'github-mcp-server', args: ['stdio'], env: { GITHUB_TOKEN: GITHUB } } } }),
  )
  const found = await run('migrate')
  expect(found.code).toBe(1)
  expect(found.stdout).toContain('a GitHub token, ghp_... (44 characters)')
  expect(found.stdout).toContain('countersign migrate cursor --server github --write')
  expect(found.stdout + found.stderr).not.toContain(GITHUB.slice(0, 8))
  expect(await run('migrate', '--write')).toMatchObject({ code: 2, stderr: expect.stringContaining('--client-id') })
  const { code, told } = await json('migrate', 'cursor', '--write', '--client-id', 'Iv1.x')
  expect(code).toBe(0)
  expect(told).toMatchObject({ server: 'github', variable: 'GITHUB_TOKEN', revokeAt: 'https://github.com/settings/tokens' })
  expect(readFileSync(file, 'utf8')).not.toContain(GITHUB)
  expect(readFileSync(String(told['backup']), 'utf8')).toContain(GITHUB)
  expect(await run('migrate')).toMatchObject({ code: 0, stdout: 'no pasted tokens were found\n' })
})

test('a file that cannot be read hides nothing of the others', PATIENCE, async () => {
  const { home, run } = ownHome()
  for (const [folder, text] of [
    ['.cursor/mcp.json', '{'],
    ['.gemini/settings.json', JSON.stringify({ mcpServers: { a: { command: 'x', env: { A_TOKEN: GITHUB } } } })],
  ] as const) {
    mkdirSync(join(home, folder, '..'))
    writeFileSync(join(home, folder), text)
  }
  const { code, stdout, stderr } = await run('migrate')
  expect(code).toBe(1)
  expect(stdout).toContain('.gemini/settings.json')
  expect(stderr).toContain('.cursor/mcp.json')
})
