/** The agent and those who ask it: programs of their own, one socket between them. */
import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { dirname, join } from 'node:path'
import { decodeJwt } from '@countersign/proof'
import { describe, expect, onTestFinished, test } from 'vitest'
import { verifies } from '../../../../requirements/verifies.ts'
import { cleanEnvironment, countersign, type Ended, MAIN, ownDirectory } from '../command.ts'
import { keptVault } from '../support/kept.ts'
import { localServer } from '../support/local-server.ts'

/** An agent that is there, and what a program finds in its environment that may ask it and nothing else. */
async function agent(more = {}) {
  const renewed = { access_token: 'at-2', refresh_token: 'rt-2', token_type: 'DPoP', expires_in: 900 }
  const server = await localServer(({ path, headers }) => {
    if (path === '/token') return { body: renewed }
    if (headers.authorization === 'DPoP at-2') return { body: 'in' }
    return { status: 401, headers: { 'www-authenticate': 'DPoP error="invalid_token"' } }
  })
  const resource = `${server.origin}/api`
  const endpoints = { token: `${server.origin}/token` }
  const kept = await keptVault({ resource, accessToken: 'at-1', refreshToken: 'rt-1', endpoints, ...more })
  const directory = ownDirectory()
  const child = spawn(process.execPath, [MAIN, 'agent'], { env: cleanEnvironment({ ...kept.environment, XDG_RUNTIME_DIR: directory }) })
  onTestFinished(() => void child.kill('SIGKILL'))
  const told = { stdout: '', stderr: '' }
  child.stderr.on('data', (chunk: Buffer) => void (told.stderr += String(chunk)))
  const ended = new Promise<Ended>((resolve) => child.once('close', (code) => resolve({ code, ...told })))
  const socket = await new Promise<string>((resolve, reject) => {
    void ended.then(({ stderr }) => reject(new Error(stderr)))
    child.stdout.on('data', (chunk: Buffer) => {
      told.stdout += String(chunk)
      const path = /^COUNTERSIGN_AGENT='(.+)'; export COUNTERSIGN_AGENT\n/.exec(told.stdout)?.[1]
      if (path !== undefined) resolve(path)
    })
  })
  const asking = { environment: { COUNTERSIGN_AGENT: socket, COUNTERSIGN_VAULT_DIR: '/nowhere' } }
  return { ...server, ...kept, resource, socket, asking, child, ended, ask: (...args: readonly string[]) => countersign(args, asking) }
}

test('token, header and curl work without the vault; a renewal is made and kept by the agent', async () => {
  const { ask, resource, asked, vault, names } = await agent()
  expect(await ask('token', resource)).toEqual({ code: 0, stdout: 'at-1\n', stderr: '' })
  const proof = /^DPoP: (.*)$/m.exec((await ask('header', resource, '--method', 'PUT', '--nonce', 'n1')).stdout)?.[1]
  expect(decodeJwt(proof ?? '')?.claims).toMatchObject({ htm: 'PUT', htu: resource, nonce: 'n1' })
  expect(await ask('curl', resource, '-d', 'x')).toMatchObject({ code: 0, stdout: 'in' })
  expect(asked.map(({ path }) => path)).toEqual(['/api', '/token', '/api'])
  expect(await vault.read(names[0] ?? '')).toMatchObject({ accessToken: 'at-2', refreshToken: 'rt-2' })
  expect((await ask('token', resource)).stdout).toBe('at-2\n')
})

test('what the agent meets is told as if it had happened here', async () => {
  const { ask, resource } = await agent()
  expect(await ask('token', 'https://other.example/')).toMatchObject({
    code: 5,
    stdout: '',
    stderr: expect.stringContaining(
      'countersign: not signed in to https://other.example/\nhint: countersign login https://other.example/\n',
    ) as string,
  })
  expect(await ask('token', resource, '--profile', 'work', '--json')).toMatchObject({ code: 5 })
})

verifies('seed-000-encrypted-at-rest', 'nobody else reaches the socket, and neither refresh token nor key comes out of it', async () => {
  const { socket, resource } = await agent()
  expect([socket, dirname(socket)].map((path) => statSync(path).mode & 0o777)).toEqual([0o600, 0o700])
  const which = { url: resource, profile: 'default' }
  const answers = await say(socket, [
    { do: 'token', which },
    { do: 'authorize', which, request: { method: 'GET', url: resource } },
  ])
  expect(answers).toHaveLength(2)
  for (const answer of answers) expect(answer).not.toMatch(/rt-1|"d":/)
})

describe('what is no question', () => {
  test.each([
    ['text', 'hello\n'],
    ['another verb', '{"do":"refresh_token","which":{"url":"https://a.example","profile":"default"}}\n'],
    ['no place', '{"do":"token","which":{}}\n'],
    ['the wrong types', '{"do":"authorize","which":{"url":"https://a.example","profile":"default"},"request":{"method":1,"url":2}}\n'],
  ])('%s is answered with an error, and the agent stays', async (_what, text) => {
    const { socket, ask, resource } = await agent()
    expect(await say(socket, [text])).toEqual(['{"error":{"code":"usage","message":"that is no question for the agent"}}'])
    expect((await ask('token', resource)).code).toBe(0)
  })

  test('one without end is cut off', async () => {
    const { socket, ask, resource } = await agent()
    const [answer = ''] = await say(socket, ['x'.repeat(200_000)])
    expect(JSON.parse(answer)).toMatchObject({ error: { code: 'invalid_response', message: 'a message is longer than 65536 bytes' } })
    expect((await ask('token', resource)).code).toBe(0)
  })
})

test('for a program: it is in its environment, its exit code is the end, and nothing is left', async () => {
  const { environment, resource } = await agent()
  const directory = ownDirectory()
  const script = `
    const { status, stdout } = require('node:child_process').spawnSync(process.execPath, ${JSON.stringify([MAIN, 'token', resource])}, { encoding: 'utf8' })
    console.log(status, stdout.trim(), process.env.COUNTERSIGN_AGENT)
    process.exit(9)`
  const { code, stdout } = await countersign(['agent', '--', process.execPath, '-e', script], {
    environment: { ...environment, XDG_RUNTIME_DIR: directory },
  })
  const [, status, token, socket = ''] = /^(\d+) (\S+) (\S+)\n$/.exec(stdout) ?? []
  expect({ code, status, token }).toEqual({ code: 9, status: '0', token: 'at-1' })
  expect(socket.startsWith(directory)).toBe(true)
  expect(existsSync(dirname(socket))).toBe(false)
})

test('it ends in peace when it is told to, and takes its socket along', async () => {
  const { child, ended, socket, ask, resource } = await agent()
  child.kill('SIGTERM')
  expect((await ended).code).toBe(0)
  expect(existsSync(socket)).toBe(false)
  const { code, stderr } = await ask('token', resource)
  expect(code).toBe(1)
  expect(stderr).toContain(`countersign: no agent answers at ${socket}\nhint: Start one`)
})

describe("a place of one's own choice", () => {
  test('has to be private', async () => {
    const { environment } = await keptVault()
    const open = ownDirectory()
    chmodSync(open, 0o755)
    for (const path of [join(open, 'socket'), join(open, 'not-there', 'socket')]) {
      const { code, stdout } = await countersign(['agent', '--socket', path], { environment })
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    }
  })

  test('is not taken from an agent that lives, and is taken over from one that was killed', async () => {
    const { environment, socket, child, ended } = await agent()
    const second = await countersign(['agent', '--socket', socket, '--', 'true'], { environment })
    expect(second).toMatchObject({ code: 2, stderr: expect.stringContaining('an agent is there already') as string })
    child.kill('SIGKILL')
    await ended
    expect(existsSync(socket)).toBe(true)
    expect((await countersign(['agent', '--socket', socket, '--', 'true'], { environment })).code).toBe(0)
  })
})

test('a vault that does not open is told of before anything is started', async () => {
  const { environment } = await keptVault({ resource: 'https://api.example/' })
  writeFileSync(environment.COUNTERSIGN_KEY_FILE, Buffer.alloc(32, 9))
  mkdirSync(join(ownDirectory(), 'x'))
  const { code, stdout } = await countersign(['agent', '--', process.execPath, '-e', 'console.log(1)'], { environment })
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
})

/** Says things on the socket and hears as many answers, or what comes before the other side hangs up. */
function say(path: string, messages: readonly (string | object)[]): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    let heard = ''
    const lines = () => heard.split('\n').slice(0, -1)
    const socket = connect(path)
    onTestFinished(() => void socket.destroy())
    socket.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EPIPE' || error.code === 'ECONNRESET' ? undefined : reject(error),
    )
    socket.on('close', () => resolve(lines()))
    socket.on('data', (chunk: Buffer) => {
      heard += String(chunk)
      if (lines().length >= messages.length) resolve(lines())
    })
    for (const message of messages) socket.write(typeof message === 'string' ? message : `${JSON.stringify(message)}\n`)
  })
}
