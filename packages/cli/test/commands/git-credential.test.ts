/** The helper as git itself uses it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cleanEnvironment, countersign, MAIN, ownDirectory } from '../command.ts'
import { type Kept, keptVault } from '../support/kept.ts'
import { localServer } from '../support/local-server.ts'

const HOST = 'https://git.example/'
const bearer = { tokenType: 'Bearer', accessToken: 'at-1', refreshToken: 'rt-1' } as const

async function withGit(...kept: readonly Kept[]) {
  const { environment, vault, names } = await keptVault(...kept)
  const git = async (operation: 'fill' | 'approve' | 'reject', input: string) => {
    const helper = `!'${process.execPath}' '${MAIN}' git-credential`
    const child = spawn('git', ['-c', 'credential.helper=', '-c', `credential.helper=${helper}`, 'credential', operation], {
      cwd: ownDirectory(),
      env: {
        ...cleanEnvironment(environment),
        GIT_CONFIG_GLOBAL: '/dev/null',
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_TERMINAL_PROMPT: '0',
        LC_ALL: 'C',
      },
    })
    const told = { stdout: '', stderr: '' }
    child.stdout.on('data', (chunk: Buffer) => void (told.stdout += String(chunk)))
    child.stderr.on('data', (chunk: Buffer) => void (told.stderr += String(chunk)))
    child.stdin.end(input)
    const [status] = (await once(child, 'close')) as [number | null]
    return { status, ...told }
  }
  return { git, environment, vault, name: names[0] ?? '' }
}

const question = 'protocol=https\nhost=git.example\n\n'

test('git gets the token with a user name', async () => {
  const { git } = await withGit({ resource: HOST, ...bearer })
  const { status, stdout } = await git('fill', question)
  expect(status).toBe(0)
  expect(stdout.split('\n')).toEqual(expect.arrayContaining(['username=oauth2', 'password=at-1']))
})

test('another host, plain http, or a token that needs a proof: git is told nothing and asks elsewhere', async () => {
  const { git } = await withGit({ resource: HOST, ...bearer })
  for (const other of ['protocol=https\nhost=git.example.evil.example\n\n', 'protocol=http\nhost=git.example\n\n']) {
    const { status, stdout, stderr } = await git('fill', other)
    expect(stdout).not.toContain('at-1')
    expect(status).toBe(128)
    expect(stderr).toContain('terminal prompts disabled')
  }
  const bound = await withGit({ resource: HOST, ...bearer, tokenType: 'DPoP' })
  const { stdout, stderr } = await bound.git('fill', question)
  expect(stdout).not.toContain('at-1')
  expect(stderr).toContain('bound to a key, which git cannot prove')
})

test('what git found not to work is renewed; what it does not know of stays', async () => {
  const renewed = { access_token: 'at-2', refresh_token: 'rt-2', token_type: 'Bearer', expires_in: 900 }
  const server = await localServer(() => ({ body: renewed }))
  const { git, vault, name } = await withGit({ resource: HOST, ...bearer, endpoints: { token: `${server.origin}/token` } })
  const before = await vault.read(name)
  await git('reject', `${question.trim()}\nusername=oauth2\npassword=at-0\n\n`)
  expect(await vault.read(name)).toEqual(before)
  await git('reject', `${question.trim()}\nusername=oauth2\npassword=at-1\n\n`)
  expect(await vault.read(name)).toMatchObject({ accessToken: 'at-2', refreshToken: 'rt-2', generation: 2 })
  expect(server.asked).toHaveLength(1)
})

test('a token that cannot be renewed is not thrown away on the word of one host', async () => {
  const { refreshToken: _none, ...rest } = bearer
  const { git, vault, name } = await withGit({ resource: HOST, ...rest })
  const before = await vault.read(name)
  await git('reject', `${question.trim()}\nusername=oauth2\npassword=at-1\n\n`)
  expect(await vault.read(name)).toEqual(before)
})

test('store, and operations of a git to come, change nothing', async () => {
  const { git, environment, vault, name } = await withGit({ resource: HOST, ...bearer })
  const before = await vault.read(name)
  expect((await git('approve', `${question.trim()}\nusername=x\npassword=other\n\n`)).status).toBe(0)
  expect(await countersign(['git-credential', 'caress'], { environment, input: question })).toEqual({ code: 0, stdout: '', stderr: '' })
  expect(await vault.read(name)).toEqual(before)
})

test('the program is found by the name that git looks for, and says when the token ends', async () => {
  const { environment, vault, name } = await withGit({ resource: HOST, ...bearer })
  const main = join(ownDirectory(), 'git-credential-countersign')
  symlinkSync(MAIN, main)
  const { code, stdout } = await countersign(['get', '--username', 'me'], { environment, main, input: question })
  const end = Math.floor(((await vault.read(name))?.expiresAt ?? 0) / 1000)
  expect({ code, stdout }).toEqual({ code: 0, stdout: `username=me\npassword=at-1\npassword_expiry_utc=${end}\n` })
})
