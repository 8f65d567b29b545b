import { describe, expect, test } from 'vitest'
import { type Host, HOSTS, type Machine, type ServerEntry, serversIn, snippetFor, withServer } from '@countersign/mcp/hosts'

const hostOf = (name: string): Host => HOSTS.find((host) => host.name === name) as Host
const ENTRY: ServerEntry = { command: 'countersign', args: ['proxy', 'https://mcp.example/mcp'], env: { LANG: 'C' } }

describe.each(HOSTS)('$title', (host) => {
  test('a server is put into an empty file and read back', () => {
    const text = snippetFor(host, 'notes', ENTRY)
    const entry = serversIn(host, text).get('notes')
    expect(entry).toMatchObject({ command: 'countersign', args: ['proxy', 'https://mcp.example/mcp'], env: { LANG: 'C' } })
    expect([...serversIn(host, text).keys()]).toEqual(['notes'])
    expect(text.endsWith('\n')).toBe(true)
  })

  test('putting it in twice changes nothing more, and another beside it leaves it as it is', () => {
    const once = withServer(host, '', 'notes', ENTRY)
    expect(serversIn(host, withServer(host, once, 'notes', ENTRY))).toEqual(serversIn(host, once))
    const both = withServer(host, once, 'with space', { ...ENTRY, args: ['-x', 'quo"te', 'ünï'] })
    expect([...serversIn(host, both).keys()].sort()).toEqual(['notes', 'with space'])
    expect(serversIn(host, both).get('notes')).toEqual(serversIn(host, once).get('notes'))
    expect(serversIn(host, both).get('with space')).toMatchObject({ args: ['-x', 'quo"te', 'ünï'] })
  })

  test('a file that is broken is refused', () => {
    const broken = host.format === 'json' ? '{"mcpServers": {' : '[mcp_servers\n'
    expect(() => withServer(host, broken, 'notes', ENTRY)).toThrow(expect.objectContaining({ code: 'configuration_invalid' }))
  })
})

test('JSON keeps its comments, its order and its way of indenting', () => {
  const before = `{
    // what I like
    "theme": "dark", /* really */
    "mcpServers": {
        "other": { "command": "x", "args": [] }, // mine
    },
    "last": 1
}
`
  const after = withServer(hostOf('cursor'), before, 'notes', { ...ENTRY, env: {} })
  for (const line of [
    '    // what I like',
    '    "theme": "dark", /* really */',
    '        "other": { "command": "x", "args": [] }, // mine',
    '    "last": 1',
  ]) {
    expect(after.split('\n')).toContain(line)
  }
  expect(after).toContain('        "notes": {')
  expect(after.indexOf('"theme"')).toBeLessThan(after.indexOf('"last"'))
})

test('TOML keeps its comments and every other table, and loses none of a server that is replaced but its own', () => {
  const before = `# mine
model = "o9" # the best

[mcp_servers.notes]
command = "old"
args = []

[mcp_servers.notes.env]
TOKEN = "x"

[mcp_servers.other]
command = "y" # stays

[profiles.fast]
model = "small"
`
  const after = withServer(hostOf('codex'), before, 'notes', ENTRY)
  for (const line of ['# mine', 'model = "o9" # the best', 'command = "y" # stays', '[profiles.fast]']) expect(after).toContain(line)
  expect(after).not.toContain('old')
  expect(after).not.toContain('TOKEN')
  expect(serversIn(hostOf('codex'), after).get('notes')).toEqual({ command: 'countersign', args: [...ENTRY.args], env: { LANG: 'C' } })
})

test('TOML that writes the table in another way is left alone, and said so', () => {
  const inline = 'mcp_servers = { notes = { command = "old", args = [] } }\n'
  expect(() => withServer(hostOf('codex'), inline, 'notes', ENTRY)).toThrow(expect.objectContaining({ code: 'configuration_invalid' }))
})

test('a place for servers that holds something else is left alone', () => {
  expect(() => withServer(hostOf('cursor'), '{"mcpServers": []}', 'notes', ENTRY)).toThrow(
    expect.objectContaining({ code: 'configuration_invalid' }),
  )
})

test('where the files are on each system', () => {
  const linux: Machine = { platform: 'linux', home: '/home/ada', environment: {} }
  const mac: Machine = { platform: 'darwin', home: '/Users/ada', environment: { XDG_CONFIG_HOME: '/elsewhere' } }
  const windows: Machine = { platform: 'win32', home: 'C:\\Users\\ada', environment: { APPDATA: 'C:\\Users\\ada\\AppData\\Roaming' } }
  const files = (machine: Machine) => Object.fromEntries(HOSTS.map((host) => [host.name, host.file(machine)]))
  expect(files(linux)).toMatchObject({
    'claude-code': '/home/ada/.claude.json',
    'claude-desktop': '/home/ada/.config/Claude/claude_desktop_config.json',
    cursor: '/home/ada/.cursor/mcp.json',
    vscode: '/home/ada/.config/Code/User/mcp.json',
    codex: '/home/ada/.codex/config.toml',
    gemini: '/home/ada/.gemini/settings.json',
    zed: '/home/ada/.config/zed/settings.json',
  })
  expect(files(mac)).toMatchObject({
    'claude-desktop': '/Users/ada/Library/Application Support/Claude/claude_desktop_config.json',
    vscode: '/Users/ada/Library/Application Support/Code/User/mcp.json',
    zed: '/Users/ada/.config/zed/settings.json',
  })
  expect(files(windows)).toMatchObject({
    'claude-desktop': 'C:\\Users\\ada\\AppData\\Roaming\\Claude\\claude_desktop_config.json',
    cursor: 'C:\\Users\\ada\\.cursor\\mcp.json',
    zed: 'C:\\Users\\ada\\AppData\\Roaming\\Zed\\settings.json',
  })
})
