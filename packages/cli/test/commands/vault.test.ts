/** The commands with the vault that people have: sealed files. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { countersign } from '../command.ts'
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
