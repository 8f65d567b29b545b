import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { spawn as spawnOnTerminal } from '@lydell/node-pty'
import { describe, expect, test } from 'vitest'
import { openScriptlessBrowser, overHttp } from '../../../examples/first-login/src/scriptless-browser.ts'
import { cleanEnvironment, countersign, MAIN, ownDirectory, serve } from './command.ts'

/** A directory in which a server has run, and still does. */
async function house() {
  const directory = ownDirectory()
  const server = await serve(['--data', directory])
  const admin = (args: readonly string[], input?: string) =>
    countersign(['admin', ...args, '--data', directory], input === undefined ? {} : { input })
  return { directory, server, admin }
}

test('an account added while the server runs can sign in, and a disabled one no longer', async () => {
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

test('a generated password is the only thing on stdout, and works', async () => {
  const { server, admin } = await house()
  const { code, stdout } = await admin(['user', 'add', 'ada', '--generate'])
  expect(code).toBe(0)
  expect(stdout).toMatch(/^[\w-]{20}\n$/)
  const browser = openScriptlessBrowser(server.url, overHttp(server.url))
  expect((await browser.signIn('ada', stdout.trim())).body).toContain('name="user_code"')
  const listed = await admin(['user', 'list'])
  expect(listed.stdout).toMatch(/^ada\tenabled\t[\w-]+\t\d{4}-\d\d-\d\dT[\d:.]+Z\n$/)
  const asJson = await admin(['user', 'list', '--json'])
  expect(JSON.parse(asJson.stdout)).toEqual({
    users: [{ name: 'ada', disabled: false, subject: expect.any(String), createdAt: expect.any(String) }],
  })
})

test('clients are added, shown and removed; a secret is printed once', async () => {
  const { admin } = await house()
  const added = await admin(['client', 'add', '--id', 'robot', '--name', 'Robot', '--confidential', '--scope', 'read', '--scope', 'write'])
  expect(added.stdout).toMatch(/^client_id robot\nclient_secret [\w-]{43}\n$/)
  const shown = await admin(['client', 'show', 'robot', '--json'])
  expect(JSON.parse(shown.stdout)).toMatchObject({ id: 'robot', authentication: 'client_secret', scopes: ['read', 'write'] })
  expect(shown.stdout).not.toMatch(/secretDigest/)
  expect((await admin(['client', 'remove', 'robot'])).code).toBe(0)
  expect((await admin(['client', 'list'])).stdout).toMatch(/^countersign-cli\tCountersign CLI\tnone\t\S+\n$/)
  expect(await admin(['client', 'show', 'robot'])).toMatchObject({
    code: 2,
    stdout: '',
    stderr: 'countersign: there is no client with the id "robot"\n',
  })
  const missing = await admin(['client', 'add', '--name', 'TV', '--jwks', '/nowhere/keys.json'])
  expect(missing).toMatchObject({ code: 2, stderr: 'countersign: the file "/nowhere/keys.json" cannot be read\n' })
  const refused = await admin(['client', 'add', '--name', 'TV', '--grant-type', 'devicecode'])
  expect(refused).toMatchObject({
    code: 2,
    stderr: 'countersign: "devicecode" is no grant type of this server\nhint: did you mean "device_code"?\n',
  })
})

test('where no server was, the command says so and makes nothing', async () => {
  const directory = `${ownDirectory()}/mistyped`
  const { code, stderr } = await countersign(['admin', 'user', 'list'], { environment: { COUNTERSIGN_DATA: directory } })
  expect(code).toBe(1)
  expect(stderr).toBe(
    `countersign: there is no server in "${directory}"\n` +
      'hint: start it once with "countersign serve", or name its directory with --data or COUNTERSIGN_DATA\n',
  )
})

test('without a terminal there is nobody to ask for a password', async () => {
  const { admin } = await house()
  expect(await admin(['user', 'add', 'ada'])).toMatchObject({
    code: 2,
    stderr: 'countersign: there is no terminal to ask for the password on\nhint: use --password-stdin or --generate\n',
  })
})

test('SIGINT while reading a password ends with 130 and adds nobody', async () => {
  const { directory, admin } = await house()
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

  test('a password is asked for twice, not shown, and counts', async () => {
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

  test('what is typed ahead of a question is not shown either', async () => {
    const { directory } = await house()
    const { type, ended, shown } = onTerminal(['admin', 'user', 'add', 'ada', '--data', directory])
    await type('Password: ', 'correct horse\rcorrect horse\r')
    expect(await ended).toBe(0)
    expect(shown()).not.toContain('correct')
  })

  test('two passwords that differ are refused, and Ctrl-C ends with 130', async () => {
    const { directory, admin } = await house()
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
