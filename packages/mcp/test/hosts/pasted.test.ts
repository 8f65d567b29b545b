import { expect, test } from 'vitest'
import { type Host, HOSTS, migrated, pastedTokens, serversIn } from '@countersign/mcp/hosts'

const cursor = HOSTS.find(({ name }) => name === 'cursor') as Host
const codex = HOSTS.find(({ name }) => name === 'codex') as Host
// Made up, and cut in two so that no scanner takes them for real ones.
const GITHUB = `ghp_${'a1B2c3D4e5'.repeat(4)}`
const GITLAB = `glpat-${'x9Y8z7W6v5'.repeat(2)}`
const text = (servers: object) => JSON.stringify({ mcpServers: servers })

test('tokens are found in variables, headers and arguments, and told by their first four characters', () => {
  const found = pastedTokens(
    cursor,
    text({
      github: { command: 'github-mcp-server', args: ['stdio'], env: { GITHUB_PERSONAL_ACCESS_TOKEN: GITHUB, LANG: 'C' } },
      remote: { url: 'https://mcp.example/mcp', headers: { Authorization: `Bearer ${'q7'.repeat(20)}` } },
      lab: { command: 'npx', args: ['lab', `--token=${GITLAB}`] },
      own: { command: 'own', env: { OWN_API_KEY: '0123456789abcdef0123', OWN_URL: 'https://own.example/0123456789abcdef' } },
    }),
  )
  expect(found).toMatchObject([
    {
      server: 'github',
      what: 'a GitHub token',
      where: 'env GITHUB_PERSONAL_ACCESS_TOKEN',
      provider: 'github',
      shown: 'ghp_... (44 characters)',
    },
    { server: 'remote', where: 'header Authorization', shown: 'q7q7... (40 characters)' },
    { server: 'lab', what: 'a GitLab token', where: 'argument 2', provider: 'gitlab' },
    { server: 'own', where: 'env OWN_API_KEY', variable: 'OWN_API_KEY' },
  ])
  const told = JSON.stringify(found)
  for (const secret of [GITHUB, GITLAB, 'q7'.repeat(20), '0123456789abcdef0123']) expect(told).not.toContain(secret.slice(0, 8))
})

test('references to secrets that are elsewhere, and words to be replaced, are no tokens', () => {
  const placeholders = [
    '${GITHUB_TOKEN}',
    '$GITHUB_TOKEN',
    '${input:token-of-mine}',
    '<paste your token here>',
    'your-token-goes-here',
    'xxxxxxxxxxxxxxxxxxxxxx',
    '',
  ]
  for (const value of placeholders) {
    expect(pastedTokens(cursor, text({ a: { command: 'x', env: { GITHUB_TOKEN: value } } })), value).toEqual([])
  }
  expect(pastedTokens(cursor, text({ a: { command: 'x', args: ['--header', 'Authorization: Bearer ${TOKEN}'] } }))).toEqual([])
  expect(pastedTokens(cursor, '')).toEqual([])
})

test('a server is rewritten to sign in: its command, its other variables and all else stay, the token is gone', () => {
  const before = text({
    github: { command: 'docker', args: ['run', '-i', 'github'], env: { GITHUB_TOKEN: GITHUB, LANG: 'C' }, disabled: false },
    other: { command: 'y' },
  })
  const migration = {
    server: 'github',
    variable: 'GITHUB_TOKEN',
    program: ['npx', '-y', 'countersign'] as const,
    flags: ['--provider', 'github', '--client-id', 'Iv1.x'],
  }
  const after = migrated(cursor, before, migration)
  expect(after).not.toContain(GITHUB)
  expect(serversIn(cursor, after).get('github')).toEqual({
    command: 'npx',
    args: [
      '-y',
      'countersign',
      'wrap',
      '--env',
      'GITHUB_TOKEN',
      '--provider',
      'github',
      '--client-id',
      'Iv1.x',
      '--',
      'docker',
      'run',
      '-i',
      'github',
    ],
    env: { LANG: 'C' },
    disabled: false,
  })
  expect(serversIn(cursor, after).get('other')).toEqual({ command: 'y' })
  expect(pastedTokens(cursor, after)).toEqual([])
})

test('in TOML too, where the variables are a table of their own', () => {
  const before = `[mcp_servers.github]\ncommand = "github-mcp-server"\nargs = ["stdio"]\n\n[mcp_servers.github.env]\nGITHUB_TOKEN = "${GITHUB}"\n`
  expect(pastedTokens(codex, before)).toMatchObject([{ server: 'github', variable: 'GITHUB_TOKEN' }])
  const after = migrated(codex, before, {
    server: 'github',
    variable: 'GITHUB_TOKEN',
    program: ['countersign'],
    flags: ['--issuer', 'https://as.example'],
  })
  expect(after).not.toContain('ghp_')
  expect(serversIn(codex, after).get('github')).toEqual({
    command: 'countersign',
    args: ['wrap', '--env', 'GITHUB_TOKEN', '--issuer', 'https://as.example', '--', 'github-mcp-server', 'stdio'],
  })
})

test('a server that is reached by URL cannot be wrapped', () => {
  const remote = text({ remote: { url: 'https://mcp.example/mcp' } })
  const migration = { server: 'remote', variable: 'X', program: ['countersign'] as const, flags: [] }
  expect(() => migrated(cursor, remote, migration)).toThrow(expect.objectContaining({ code: 'configuration_invalid' }))
})
