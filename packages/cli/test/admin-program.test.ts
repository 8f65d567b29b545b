import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { spawn as spawnOnTerminal } from '@lydell/node-pty'
import { describe, expect, test } from 'vitest'
import { openScriptlessBrowser, overHttp } from '../../../examples/first-login/src/scriptless-browser.ts'
import { formerHouse, operatorOf } from './former-house.ts'
import { cleanEnvironment, MAIN, ownDirectory, PATIENCE, serve } from './command.ts'

/** A directory in which a server runs. */
async function house() {
  const directory = ownDirectory()
  const server = await serve(['--data', directory])
  return { directory, server, admin: operatorOf(directory) }
}

test('an account added while the server runs can sign in, and a disabled one no longer', PATIENCE, async () => {
  const { server, admin } = await house()
  const signIn = async () => {
    const browser = openScriptlessBrowser(server.url, overHttp(server.url))
    return browser.signIn('ada', 'correct horse')
  }
  expect((await signIn()).status).toBe(403)
  const added = await admin(['user', 'add', 'ada', '--password-stdin'], 'correct horse\n')
  expect(added).toEqual({ code: 0, stdout: '', stderr: 'account "ada" added\n' })
  const page = await signIn()
  expect(page.status).toBe(200)
  expect(page.body).toContain('name="user_code"')
  expect(await admin(['user', 'disable', 'ada'])).toMatchObject({ code: 0, stderr: 'account "ada" disabled\n' })
  expect((await signIn()).status).toBe(403)
})

test('a generated password is the only thing on stdout, and works', PATIENCE, async () => {
  const { server, admin } = await house()
  const { code, stdout } = await admin(['user', 'add', 'ada', '--generate'])
  expect(code).toBe(0)
  expect(stdout).toMatch(/^[\w-]{20}\n$/)
  const browser = openScriptlessBrowser(server.url, overHttp(server.url))
  expect((await browser.signIn('ada', stdout.trim())).body).toContain('name="user_code"')
  const listed = await admin(['user', 'list'])
  expect(listed.stdout).toMatch(/^ada\tenabled\t[\w-]+\t\d{4}-\d\d-\d\dT[\d:.]+Z\t-\n$/)
  const asJson = await admin(['user', 'list', '--json'])
  expect(JSON.parse(asJson.stdout)).toEqual({
    users: [{ name: 'ada', disabled: false, subject: expect.any(String), createdAt: expect.any(String) }],
  })
})

test('SIGINT while reading a password ends with 130 and adds nobody', PATIENCE, async () => {
  const { directory, admin } = await formerHouse()
  const child = spawn(process.execPath, [MAIN, 'admin', 'user', 'add', 'ada', '--password-stdin', '--data', directory, '--json'], {
    env: cleanEnvironment(),
  })
  let stdout = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => void (stdout += text))
  // What is written has been read once the pipe is empty: then the command waits for the end of its input.
  await new Promise((resolve) => child.stdin.write('x'.repeat(1_000_000), resolve))
  child.kill('SIGINT')
  const [code] = (await once(child, 'close')) as [number]
  expect(code).toBe(130)
  expect(JSON.parse(stdout)).toEqual({ error: { code: 'aborted', message: 'interrupted' } })
  expect((await admin(['user', 'list'])).stdout).toBe('')
})

describe('on a terminal', () => {
  /** The command on a terminal; `type` waits for a question and answers it. */
  function onTerminal(args: readonly string[]) {
    const terminal = spawnOnTerminal(process.execPath, [MAIN, ...args], { cols: 100, env: cleanEnvironment({ TERM: 'xterm' }) })
    let shown = ''
    let look: () => void = () => undefined
    terminal.onData((text) => {
      shown += text
      look()
    })
    const ended = new Promise<number>((resolve) => terminal.onExit(({ exitCode }) => resolve(exitCode)))
    const type = async (question: string, answer: string) => {
      const from = shown.length
      await new Promise<void>((resolve) => {
        look = () => {
          if (shown.includes(question, Math.max(0, from - question.length))) resolve()
        }
        look()
      })
      terminal.write(answer)
    }
    return { type, ended, shown: () => shown }
  }

  test('a password is asked for twice, not shown, and counts', PATIENCE, async () => {
    const { directory, server } = await house()
    const { type, ended, shown } = onTerminal(['admin', 'user', 'add', 'ada', '--data', directory])
    await type('Password: ', 'correct horse\r')
    await type('Once more: ', 'correct horse\r')
    expect(await ended).toBe(0)
    expect(shown()).not.toContain('correct')
    expect(shown()).toContain('account "ada" added')
    const browser = openScriptlessBrowser(server.url, overHttp(server.url))
    expect((await browser.signIn('ada', 'correct horse')).body).toContain('name="user_code"')
  })

  test('what is typed ahead of a question is not shown either', PATIENCE, async () => {
    const { directory } = await formerHouse()
    const { type, ended, shown } = onTerminal(['admin', 'user', 'add', 'ada', '--data', directory])
    await type('Password: ', 'correct horse\rcorrect horse\r')
    expect(await ended).toBe(0)
    expect(shown()).not.toContain('correct')
  })

  test('two passwords that differ are refused, and Ctrl-C ends with 130', PATIENCE, async () => {
    const { directory, admin } = await formerHouse()
    const differing = onTerminal(['admin', 'user', 'add', 'ada', '--data', directory])
    await differing.type('Password: ', 'correct horse\r')
    await differing.type('Once more: ', 'battery staple\r')
    expect(await differing.ended).toBe(2)
    expect(differing.shown()).toContain('the two passwords differ; nothing was changed')
    const interrupted = onTerminal(['admin', 'user', 'add', 'ada', '--data', directory])
    await interrupted.type('Password: ', '\u0003')
    expect(await interrupted.ended).toBe(130)
    expect((await admin(['user', 'list'])).stdout).toBe('')
  })
})
