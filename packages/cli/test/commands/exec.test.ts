/** `countersign exec`: programs of their own, run by the built command. */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { cleanEnvironment, countersign, type Ended, MAIN, ownDirectory } from '../command.ts'
import { keptVault } from '../support/kept.ts'
import { localServer } from '../support/local-server.ts'

const API = 'https://api.example/'
const node = (script: string) => ['--', process.execPath, '-e', script]
const bearer = { tokenType: 'Bearer', accessToken: 'at-1' } as const

async function executing(more = {}) {
  const { environment } = await keptVault({ resource: API, ...bearer, ...more })
  return { environment, exec: (...args: readonly string[]) => countersign(['exec', API, ...args], { environment }) }
}

test('the token is in the variable, under the chosen name, and nowhere in the arguments', async () => {
  const { exec } = await executing()
  const show = 'console.log(JSON.stringify([process.env.ACCESS_TOKEN, process.env.MINE, process.argv.slice(1)]))'
  expect(await exec(...node(show), 'one', '--two')).toMatchObject({ code: 0, stdout: '["at-1",null,["one","--two"]]\n', stderr: '' })
  expect((await exec('--env', 'MINE', ...node(show))).stdout).toBe('[null,"at-1",[]]\n')
  expect(await exec('--env', 'NO NAME', ...node(show))).toMatchObject({ code: 2, stdout: '' })
})

test('no shell reads the command', async () => {
  const { exec } = await executing()
  expect((await exec(...node('console.log(process.argv[1])'), '$(id); `id`')).stdout).toBe('$(id); `id`\n')
})

test('the exit code is the one of the program', async () => {
  const { exec } = await executing()
  expect((await exec(...node('process.exit(41)'))).code).toBe(41)
  expect((await exec(...node("process.kill(process.pid, 'SIGKILL')"))).code).toBe(137)
  const missing = await exec('--', '/nowhere/to/be/found')
  expect(missing).toMatchObject({ code: 127, stderr: 'countersign: cannot run /nowhere/to/be/found: there is no such program\n' })
  expect((await exec('--', '/')).code).toBe(126)
})

test('without a sign-in the program is not started', async () => {
  const { environment } = await executing()
  const ended = await countersign(['exec', 'https://other.example/', ...node('console.log(1)')], { environment })
  expect(ended).toMatchObject({ code: 5, stdout: '' })
})

test('a token that is bound to a key comes with a warning, since a program alone cannot use it', async () => {
  const { exec } = await executing({ tokenType: 'DPoP' })
  expect((await exec(...node('0'))).stderr).toContain('bound to a key that stays in the vault')
})

describe('signals', () => {
  /** Starts it, waits for its first line, sends the signal, and tells how it ended. */
  async function signalled(environment: Readonly<Record<string, string>>, script: string, signal: NodeJS.Signals): Promise<Ended> {
    const child = spawn(process.execPath, [MAIN, 'exec', API, ...node(script)], { env: cleanEnvironment(environment) })
    onTestFinished(() => void child.kill('SIGKILL'))
    const told = { stdout: '', stderr: '' }
    child.stdout.on('data', (chunk: Buffer) => {
      if (told.stdout === '') child.kill(signal)
      told.stdout += String(chunk)
    })
    child.stderr.on('data', (chunk: Buffer) => void (told.stderr += String(chunk)))
    return new Promise((resolve) => child.once('close', (code) => resolve({ code, ...told })))
  }
  const waiting = (signal: string) =>
    `process.on('${signal}', () => { console.log('heard ${signal}'); process.exit(7) }); setInterval(() => {}, 1e6); console.log('ready')`

  test.each(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR2'] as const)('%s reaches the program, which decides on the end', async (signal) => {
    const { environment } = await executing()
    expect(await signalled(environment, waiting(signal), signal)).toEqual({ code: 7, stdout: `ready\nheard ${signal}\n`, stderr: '' })
  })

  test('a program that dies of it is told of as a shell would', async () => {
    const { environment } = await executing()
    expect((await signalled(environment, "setInterval(() => {}, 1e6); console.log('ready')", 'SIGTERM')).code).toBe(143)
  })
})

describe('for a program that runs long', () => {
  /** A sign-in whose tokens live for some seconds, at a server that is there. */
  async function renewing() {
    let count = 1
    const server = await localServer(() => {
      count++
      return { body: { access_token: `at-${count}`, refresh_token: `rt-${count}`, token_type: 'Bearer', expires_in: 4 } }
    })
    const now = Date.now()
    const life = { obtainedAt: now, expiresAt: now + 4000, refreshToken: 'rt-1', endpoints: { token: `${server.origin}/token` } }
    return { ...(await executing(life)), ...server }
  }

  test('--file names a file of this user alone that follows the renewals and is gone afterwards', async () => {
    const { exec } = await renewing()
    const script = `
      const fs = require('node:fs'), path = process.env.ACCESS_TOKEN_FILE, first = fs.readFileSync(path, 'utf8')
      const modes = [path, require('node:path').dirname(path)].map((each) => (fs.statSync(each).mode & 0o777).toString(8))
      const look = () => {
        const now = fs.readFileSync(path, 'utf8')
        if (now === first) return setTimeout(look, 20)
        console.log(JSON.stringify({ path, first, now, modes, env: process.env.ACCESS_TOKEN ?? null }))
      }
      look()`
    const { code, stdout } = await exec('--file', ...node(script))
    const { path, ...told } = JSON.parse(stdout) as { path: string; first: string }
    const next = `at-${Number(told.first.slice(3)) + 1}`
    expect({ code, told }).toEqual({ code: 0, told: { first: told.first, now: next, modes: ['600', '700'], env: null } })
    expect(existsSync(dirname(path))).toBe(false)
  })

  test('--fd gives every token as a line on a descriptor', async () => {
    const { exec } = await renewing()
    const script = `
      const lines = require('node:readline').createInterface({ input: new (require('node:net').Socket)({ fd: Number(process.env.ACCESS_TOKEN_FD) }) })
      const seen = []
      lines.on('line', (line) => { seen.push(line); if (seen.length === 2) { console.log(seen.join(' ')); process.exit(0) } })`
    const { code, stdout } = await exec('--fd', ...node(script))
    const [first, second] = stdout.trim().split(' ')
    expect({ code, second }).toEqual({ code: 0, second: `at-${Number(first?.slice(3)) + 1}` })
  })

  test('a file that cannot be made is told of before the program starts', async () => {
    const { environment } = await executing()
    const place = `${ownDirectory()}/missing`
    const ended = await countersign(['exec', API, '--file', ...node('console.log(1)')], {
      environment: { ...environment, XDG_RUNTIME_DIR: place },
    })
    expect(ended).toMatchObject({ code: 1, stdout: '' })
    expect(readFileSync(environment.COUNTERSIGN_KEY_FILE, 'utf8')).not.toBe('')
  })
})
