/** Signing in without a code that is typed: the built command, a real authority, and a browser that is not always here. */
import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { addClient } from '@countersign/authority'
import { AUTHORIZATION_CODE, CLIENT_CREDENTIALS, DEVICE_CODE, REFRESH_TOKEN } from '@countersign/protocol'
import { publicOf } from '@countersign/proof'
import { spawn as spawnOnTerminal } from '@lydell/node-pty'
import { expect, onTestFinished, test } from 'vitest'
import { verifies } from '../../requirements/verifies.ts'
import { cleanEnvironment, MAIN } from '../../packages/cli/test/command.ts'
import { startAuthority } from '../interop/live-authority.ts'

const PATIENCE = { timeout: 60_000 } as const

async function place() {
  const authority = await startAuthority()
  await addClient(authority, {
    id: 'countersign-cli',
    name: 'Countersign CLI',
    grantTypes: [DEVICE_CODE, AUTHORIZATION_CODE, REFRESH_TOKEN],
    redirectUris: ['http://127.0.0.1/callback'],
  })
  const home = mkdtempSync(join(tmpdir(), 'countersign-redirect-'))
  onTestFinished(() => rmSync(home, { recursive: true, force: true }))
  const opened = join(home, 'opened')
  const opener = join(home, 'xdg-open')
  writeFileSync(opener, `#!/bin/sh\nprintf %s "$1" > '${opened}'\n`)
  chmodSync(opener, 0o755)
  const environment = (more: Record<string, string>) =>
    cleanEnvironment({
      COUNTERSIGN_VAULT_DIR: join(home, 'vault'),
      COUNTERSIGN_KEY_FILE: join(home, 'vault.key'),
      PATH: `${home}:${process.env['PATH'] ?? ''}`,
      TERM: 'xterm-256color',
      ...more,
    })
  /** On a terminal; `act` is told the link, and may type. */
  async function onTerminal(
    args: readonly string[],
    env: Record<string, string>,
    act: (link: URL, answer: (question: string, text: string) => void) => Promise<void>,
  ) {
    const pty = spawnOnTerminal(process.execPath, [MAIN, 'login', authority.issuer, '--scope', '', ...args], {
      cols: 300,
      rows: 50,
      env: environment(env),
    })
    onTestFinished(() => pty.kill('SIGKILL'))
    let told = ''
    let answered = 0
    let acting: Promise<void> | undefined
    const answers: [question: string, text: string][] = []
    function feed(): void {
      const [next] = answers
      // What was asked before is not answered twice.
      if (next === undefined || !told.slice(answered).includes(next[0])) return
      answered = told.length
      answers.shift()
      pty.write(`${next[1]}\r`)
    }
    function answer(question: string, text: string): void {
      answers.push([question, text])
      feed()
    }
    pty.onData((text) => {
      told += stripVTControlCharacters(text)
      const [, link] = /^ *(http\S+\/(?:authorize|device)\?\S+)\r?$/m.exec(told) ?? []
      if (link !== undefined) acting ??= act(new URL(link), answer)
      feed()
    })
    const code = await new Promise<number>((resolve) => pty.onExit(({ exitCode }) => resolve(exitCode)))
    await acting
    return { code, told }
  }
  return { authority, home, opened, environment, onTerminal }
}

verifies(
  ['rfc10027-5-not-same-device', 'seed-002-pkce-where-supported', 'mcp-sbp-url-schemes'],
  'where there is a browser on this machine it is used, and the redirect comes back to the program',
  async () => {
    const { authority, opened, onTerminal } = await place()
    let link = ''
    const { code, told } = await onTerminal([], { DISPLAY: ':0' }, async (url) => {
      link = url.href
      const back = await authority.answer(url)
      // A stranger's visit first: it is refused, and changes nothing.
      expect((await fetch(`${back.origin}${back.pathname}?code=x&state=y`)).status).toBe(400)
      expect(await (await fetch(back)).text()).toContain('Back to the terminal')
    })
    expect([code, told]).toEqual([0, expect.stringContaining(`Signed in to ${authority.issuer}.`)])
    expect(readFileSync(opened, 'utf8')).toBe(link)
    // Nobody knows whether a browser came up, so nobody says so.
    expect(told).not.toMatch(/\bopened\b/i)
    expect(authority.exchanges.some(({ path }) => path === '/device_authorization')).toBe(false)
  },
  60_000,
)

test('a browser far away is none: over SSH there is a code', PATIENCE, async () => {
  const { authority, onTerminal } = await place()
  const { code } = await onTerminal([], { DISPLAY: ':0', SSH_CONNECTION: '192.0.2.1 1 192.0.2.2 22' }, async (url, answer) => {
    const number = await authority.approve(url.searchParams.get('user_code') ?? '')
    if (number !== undefined) answer('Type the number here: ', number)
  })
  expect(code).toBe(0)
  expect(authority.exchanges.some(({ path }) => path === '/authorize' || path === '/par')).toBe(false)
})

test('--flow paste: the address is carried back by hand, and a wrong one is asked for again', PATIENCE, async () => {
  const { authority, onTerminal } = await place()
  const { code, told } = await onTerminal(['--flow', 'paste'], {}, async (url, answer) => {
    answer('Paste it here: ', 'https://elsewhere.example/callback?code=x&state=y')
    const back = await authority.answer(url)
    expect(back.href).toMatch(/^http:\/\/127\.0\.0\.1\/callback\?/)
    answer('Paste it here: ', back.href)
  })
  expect([code, told]).toEqual([0, expect.stringContaining('That is not the address of this sign-in.')])
})

test('declined in the browser: exit code 3', PATIENCE, async () => {
  const { authority, onTerminal } = await place()
  const { code } = await onTerminal(['--flow', 'browser'], {}, async (url) => {
    await fetch(await authority.answer(url, 'deny'))
  })
  expect(code).toBe(3)
})

verifies(
  'seed-002-client-credentials-fallback',
  'in a job that nobody watches a client with a key signs in by itself',
  async () => {
    const { authority, home, environment } = await place()
    const key = await authority.suite.generateKey('ES256')
    await addClient(authority, { id: 'robot', name: 'Robot', confidential: true, jwks: [publicOf(key)], grantTypes: [CLIENT_CREDENTIALS] })
    writeFileSync(join(home, 'robot.jwk'), JSON.stringify(key))
    const args = ['login', authority.issuer, '--client-id', 'robot', '--client-key', join(home, 'robot.jwk'), '--json']
    const child = spawn(process.execPath, [MAIN, ...args, '--flow', 'client-credentials'], { env: environment({ CI: 'true' }) })
    let told = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => void (told += text))
    const code = await new Promise((resolve) => child.once('close', resolve))
    expect([code, JSON.parse(told)]).toEqual([
      0,
      expect.objectContaining({ event: 'signed_in', client_id: 'robot', token_type: 'DPoP', refreshable: false }),
    ])
  },
  60_000,
)
