/**
 * Somebody gives an auditor an address or a repository of theirs, and hopes that git does more with it than fetch. No program of theirs is started, nothing is
 * written outside of the temporary folder, nothing of this machine is read through it, and what is too much is refused.
 */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { audit } from '@countersign/audit'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { git, startGitServer } from '../support/git-server.ts'

const CLIENT = `const res = await fetch(url, { method: 'POST', body: new URLSearchParams({ grant_type: 'urn:ietf:params:oauth:grant-type:device_code' }) })\n`

let own: string
let mark: string
beforeEach(() => {
  own = mkdtempSync(join(tmpdir(), 'audited-'))
  mark = join(own, 'mark')
  mkdirSync(join(own, 'tmp'))
  // Where the auditor puts what it fetches: empty before, and empty afterwards.
  vi.stubEnv('TMPDIR', join(own, 'tmp'))
})
afterEach(() => {
  expect(existsSync(mark), 'a program of theirs ran').toBe(false)
  expect(
    readdirSync(join(own, 'tmp')).filter((name) => name.startsWith('countersign-audit')),
    'something stayed',
  ).toEqual([])
  vi.unstubAllEnvs()
  rmSync(own, { recursive: true })
})

describe('an address that is more than an address is refused before git is started', () => {
  test.each([
    (touch: string) => `--upload-pack=${touch}`,
    (touch: string) => `-u${touch}`,
    (touch: string) => `ext::sh -c '${touch}'`,
    (touch: string) => `ext::${touch.replaceAll(' ', '% ')}`,
    (touch: string) => `git+ext::sh -c '${touch}'`,
    () => 'fd::17/foo',
    () => 'file:///etc',
    () => 'FILE:///etc',
    () => 'file::/etc',
    () => 'git+file:///etc',
    () => 'git://git.example/project.git',
    () => 'ftp://git.example/project.git',
    () => 'http://git.example/project.git',
    () => 'http://127.0.0.1.example/project.git',
    (touch: string) => `ssh://-oProxyCommand=${touch.replaceAll(' ', '${IFS}')}/project`,
    (touch: string) => `ssh://-oProxyCommand=${encodeURIComponent(touch)}@git.example/project`,
    (touch: string) => `git@-oProxyCommand=${touch}:project`,
    () => 'https://git.example/--upload-pack=sh/../..\n/x',
    () => 'https://ada:secret@git.example/project.git',
    () => 'https://token@git.example/project.git',
    () => 'https:///project.git',
    () => 'ssh://%zz@git.example/project',
    () => 'ssh://git@git.example/-project',
  ])('%#', async (address) => {
    const target = address(`touch ${mark}`)
    await expect(audit(target)).rejects.toMatchObject({
      name: 'AuditError',
      code: expect.stringMatching(/^target_(?:refused|unreadable)$/),
    })
    await expect(audit(target)).rejects.not.toThrow(/secret|token@/)
  })
})

describe('a repository', () => {
  test('starts no hook, no filter, no file monitor and no helper, whatever this machine is set to', async () => {
    const evil = join(own, 'evil')
    writeFileSync(evil, `#!/bin/sh\ntouch '${mark}'\ncat\n`, { mode: 0o755 })
    const hooks = join(own, 'templates', 'hooks')
    mkdirSync(hooks, { recursive: true })
    writeFileSync(join(hooks, 'post-checkout'), `#!/bin/sh\ntouch '${mark}'\n`, { mode: 0o755 })
    const settings = `[filter "evil"]\n\tsmudge = ${evil}\n\tclean = ${evil}\n\tprocess = ${evil}\n\trequired = true\n[core]\n\thooksPath = ${hooks}\n\tfsmonitor = ${evil}\n[init]\n\ttemplateDir = ${join(own, 'templates')}\n`
    writeFileSync(join(own, '.gitconfig'), settings)
    vi.stubEnv('HOME', own)
    vi.stubEnv('XDG_CONFIG_HOME', own)
    vi.stubEnv('GIT_TEMPLATE_DIR', join(own, 'templates'))
    vi.stubEnv('GIT_CONFIG_COUNT', '1')
    vi.stubEnv('GIT_CONFIG_KEY_0', 'filter.evil.smudge')
    vi.stubEnv('GIT_CONFIG_VALUE_0', evil)
    vi.stubEnv('GIT_SSH', evil)
    vi.stubEnv('GIT_ASKPASS', evil)
    vi.stubEnv('SSH_ASKPASS', evil)
    const { address } = await startGitServer({
      '.gitattributes': '* filter=evil\n*.ts filter=lfs diff=lfs merge=lfs\n',
      'client.ts': CLIENT,
    })
    // As git is set here, cloning it runs what is set.
    await new Promise((resolve) => spawn('git', ['clone', '--quiet', address, join(own, 'clone')]).once('close', resolve))
    expect(existsSync(mark)).toBe(true)
    rmSync(mark)
    vi.stubEnv('GIT_EXEC_PATH', own)
    expect((await audit(address)).report.extent['files']).toBe(1)
  })

  test('does not reach a submodule', async () => {
    const inner = await startGitServer({ 'inner.ts': CLIENT })
    const { address } = await startGitServer(
      { 'client.ts': CLIENT, '.gitmodules': `[submodule "inner"]\n\tpath = inner\n\turl = ${inner.address}\n` },
      (folder) => {
        const commit = git(folder, 'rev-parse', 'HEAD').trim()
        git(folder, 'update-index', '--add', '--cacheinfo', `160000,${commit},inner`)
        git(folder, 'commit', '--quiet', '--message=inner')
      },
    )
    expect((await audit(address)).report.extent['files']).toBe(1)
    expect(inner.asked).toEqual([])
  })

  test('leads nowhere by a link', async () => {
    const { address } = await startGitServer({ 'client.ts': CLIENT }, (folder) => {
      writeFileSync(join(own, 'private.ts'), `${CLIENT}// of this machine`)
      symlinkSync(join(own, 'private.ts'), join(folder, 'linked.ts'))
      symlinkSync(own, join(folder, 'folder'))
      git(folder, 'add', '--all')
      git(folder, 'commit', '--quiet', '--message=links')
    })
    const { report } = await audit(address)
    // Each link is a file with a path in it, which is what git writes where links are forbidden.
    expect(report.extent['files']).toBe(2)
    expect(report.extent['lines']).toBeLessThan(5)
  })

  test('without leave has no more room than it is given, and no more time', async () => {
    const { address } = await startGitServer({ 'client.ts': CLIENT, 'big.bin': randomBytes(300_000).toString('base64') })
    await expect(audit(address, { limits: { bytes: 100_000 } })).rejects.toMatchObject({ code: 'target_too_large' })
    await expect(audit(address, { limits: { files: 3 } })).rejects.toMatchObject({ code: 'target_too_large' })
    const silent = createServer(() => undefined)
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void silent.close())
    const at = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/project`
    await expect(audit(at, { limits: { milliseconds: 200 } })).rejects.toMatchObject({
      code: 'target_unreadable',
      message: expect.stringMatching(/could not be fetched in 0\.2 seconds/),
    })
    const stop = new AbortController()
    const stopped = audit(at, { signal: stop.signal })
    stop.abort(new Error('stopped'))
    await expect(stopped).rejects.toThrow('stopped')
  })

  test('that is none is told of in one sentence, and so is a machine without git', async () => {
    const { address } = await startGitServer({ 'client.ts': CLIENT })
    await expect(audit(`${address}/nothing`)).rejects.toMatchObject({
      code: 'target_unreadable',
      message: expect.stringMatching(/^git could not fetch http[^\n]+$/),
    })
    vi.stubEnv('PATH', own)
    await expect(audit(address)).rejects.toMatchObject({ code: 'target_unreadable', message: 'git could not be started: is it installed?' })
  })
})
