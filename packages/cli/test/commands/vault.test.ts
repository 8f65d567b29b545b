/** The commands with the vault that people have: sealed files. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { keyBesideVault, openVault } from '@countersign/node/vault'
import { expect, test } from 'vitest'
import { countersign, ownDirectory } from '../command.ts'
import { keptVault } from '../support/kept.ts'

test('a token of the vault is printed by another process than the one that kept it, and the files do not show it', async () => {
  const { directory, environment, files } = await keptVault({ resource: 'https://notes.example/mcp' })
  const { code, stdout } = await countersign(['token', 'https://notes.example/mcp'], { environment })
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'token for https://notes.example/mcp\n' })
  for (const file of files()) expect(readFileSync(join(directory, file), 'utf8')).not.toContain('token for')
})

test('a damaged credential is told of and left where it is; the others are there all the same', async () => {
  const { directory, environment, files } = await keptVault({ resource: 'https://one.example/' }, { resource: 'https://two.example/' })
  const [damaged = ''] = files()
  const path = join(directory, damaged)
  writeFileSync(path, readFileSync(path, 'utf8').slice(0, 200))

  const listed = await countersign(['status', '--json'], { environment })
  expect(listed.code).toBe(0)
  expect(listed.stderr).toBe(`warning: '${path}' is damaged\n`)
  expect((JSON.parse(listed.stdout) as { sign_ins: unknown[] }).sign_ins).toHaveLength(1)

  const ended = await countersign(['logout', '--all', '--json'], { environment })
  expect(ended.code).toBe(0)
  expect(files()).toEqual([damaged])
})

test('COUNTERSIGN_PROFILE chooses the profile of every command, and --profile wins over it', async () => {
  const resource = 'https://notes.example/mcp'
  const { environment } = await keptVault({ resource, accessToken: 'mine' }, { resource, profile: 'work', accessToken: 'theirs' })
  const token = async (profile: string, ...flags: readonly string[]) =>
    (await countersign(['token', resource, ...flags], { environment: { ...environment, COUNTERSIGN_PROFILE: profile } })).stdout
  expect(await token('work')).toBe('theirs\n')
  expect(await token('')).toBe('mine\n')
  expect(await token('work', '--profile', 'default')).toBe('mine\n')
})

test('insecure storage is told of as what it is: by status, and by the doctor with what to do', async () => {
  const directory = join(ownDirectory(), 'vault')
  await openVault({ env: { COUNTERSIGN_VAULT_DIR: directory }, keyBesideVault })
  const environment = { COUNTERSIGN_VAULT_DIR: directory }
  const status = await countersign(['status'], { environment })
  expect(status.stderr).toMatch(/^warning: Kept in .*: as good as plain text/m)
  const { stdout } = await countersign(['doctor', '--json'], { environment })
  const { findings } = JSON.parse(stdout) as { findings: { check: string; status: string; next?: string }[] }
  expect(findings.find(({ check }) => check === 'vault')).toMatchObject({
    status: 'warning',
    next: expect.stringContaining('without --insecure-storage') as string,
  })
})

test('--insecure-storage makes such a vault, and does not turn a better one into it', async () => {
  const made = join(ownDirectory(), 'made')
  const away = ['login', 'http://127.0.0.1:9', '--insecure-storage', '--json']
  // Nobody answers there; the vault is open before anybody is asked.
  const first = await countersign(away, { environment: { COUNTERSIGN_VAULT_DIR: made } })
  expect(JSON.parse(first.stdout)).toMatchObject({ error: { code: 'network_failure' } })
  expect(JSON.parse(readFileSync(join(made, 'key-source.json'), 'utf8'))).toMatchObject({ source: 'beside' })

  const { directory } = await keptVault({ resource: 'https://notes.example/mcp' })
  const second = await countersign(away, { environment: { COUNTERSIGN_VAULT_DIR: directory } })
  expect(JSON.parse(second.stdout)).toMatchObject({ error: { code: 'vault_unavailable' } })
})
