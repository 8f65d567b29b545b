import { once } from 'node:events'
import { copyFileSync, cpSync, statSync } from 'node:fs'
import { connect } from 'node:net'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { keptVault } from './support/kept.ts'
import { countersign, MAIN, ownDirectory, PATIENCE, serve } from './command.ts'

test.each(['SIGTERM', 'SIGINT'] as const)(
  'a server says once on stdout that it is ready, and %s ends it well',
  PATIENCE,
  async (signal) => {
    const directory = ownDirectory()
    const server = await serve(['--data', directory])
    expect((await fetch(`${server.url}/jwks`)).status).toBe(200)
    const { code, stdout, stderr } = await server.stop(signal)
    expect(code).toBe(0)
    expect(stdout).toBe(`listening on ${server.url}\n`)
    expect(stderr).toContain(`kept in     ${directory}\n`)
    // The store was closed: everything is in the main file, nothing in the log of writes beside it.
    expect(statSync(join(directory, 'countersign.sqlite')).size).toBeGreaterThan(0)
    expect(statSync(join(directory, 'countersign.sqlite-wal'), { throwIfNoEntry: false })?.size ?? 0).toBe(0)
  },
)

test('with --json the line that says ready is an object', PATIENCE, async () => {
  const { child, url, stop } = await serveJson(['--data', ownDirectory()])
  expect((await fetch(`${url}/jwks`)).status).toBe(200)
  expect(child.exitCode).toBeNull()
  expect((await stop('SIGTERM')).code).toBe(0)
})

/** Like `serve`, reading the object instead of the line. */
async function serveJson(args: readonly string[]) {
  const { spawn } = await import('node:child_process')
  const { onTestFinished } = await import('vitest')
  const child = spawn(process.execPath, [MAIN, 'serve', '--json', '--listen', '127.0.0.1:0', ...args])
  onTestFinished(() => void child.kill('SIGKILL'))
  const [line] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string]
  const { listening, issuer } = JSON.parse(line) as { listening: string; issuer: string }
  expect(issuer).toBe(listening)
  const stop = async (signal: NodeJS.Signals) => {
    child.kill(signal)
    const [code] = (await once(child, 'close')) as [number]
    return { code }
  }
  return { child, url: listening, stop }
}

test('a second signal does not wait for requests under way', PATIENCE, async () => {
  const server = await serve(['--data', ownDirectory()])
  const port = Number(new URL(server.url).port)
  const socket = connect(port, '127.0.0.1').on('error', () => undefined)
  await once(socket, 'connect')
  socket.write('POST /token HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 10\r\n\r\nhalf')
  await fetch(`${server.url}/jwks`)
  server.child.kill('SIGTERM')
  await refused(port)
  expect(server.child.exitCode).toBeNull()
  expect((await server.stop('SIGTERM')).code).toBe(130)
})

/** Waits until nobody accepts connections any more. */
async function refused(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1')
    const accepted = await once(socket, 'connect').then(
      () => true,
      () => false,
    )
    socket.destroy()
    if (!accepted) return
  }
}

test('a port that is taken is told in one line, with what to do', PATIENCE, async () => {
  const server = await serve(['--data', ownDirectory()])
  const { host, port } = new URL(server.url)
  const second = await countersign(['serve', '--data', ownDirectory(), '--listen', host])
  expect(second).toMatchObject({ code: 1, stdout: '' })
  expect(second.stderr).toMatch(new RegExp(`^countersign: cannot listen on .*127\\.0\\.0\\.1.* port ${port}: .*EADDRINUSE.*\nhint: .+\n$`))
  const asJson = await countersign(['serve', '--data', ownDirectory(), '--listen', host, '--json'])
  expect(asJson).toMatchObject({ code: 1, stderr: '' })
  expect(JSON.parse(asJson.stdout)).toMatchObject({ error: { code: 'configuration_invalid', hint: expect.any(String) } })
})

test('without the packages that only some need the command says what to install', PATIENCE, async () => {
  const main = alone()
  const named = {
    '@countersign/server': [['serve'], ['admin', 'user', 'list']],
    '@countersign/audit': [
      ['audit', '.'],
      ['probe', 'https://auth.example', '--client-id', 'a'],
    ],
  }
  for (const [name, commands] of Object.entries(named)) {
    for (const args of commands) {
      expect(await countersign(args, { main })).toEqual({
        code: 1,
        stdout: '',
        stderr:
          `countersign: this needs the package ${name}, which is not installed\n` +
          `hint: npm install ${name}   (with --global, if countersign was installed so)\n`,
      })
    }
  }
})

test('everything else is inside the program: it needs no package beside it', PATIENCE, async () => {
  const main = alone()
  const { environment } = await keptVault({ resource: 'https://notes.example/mcp' })
  const run = (...args: readonly string[]) => countersign(args, { main, environment })
  expect(await run('token', 'https://notes.example/mcp')).toMatchObject({ code: 0, stdout: 'token for https://notes.example/mcp\n' })
  expect(await run('header', 'https://notes.example/mcp')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^authorization: DPoP .*\ndpop: /i) as string,
  })
  expect(await run('login', 'http://127.0.0.1:9', '--json')).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('network_failure') as string,
  })
  for (const args of [['--version'], ['install'], ['migrate'], ['status', '--json'], ['completion', 'bash'], ['help', 'proxy']]) {
    expect(await run(...args)).toMatchObject({ code: 0, stderr: '' })
  }
})

/** The built command and nothing else. */
function alone(): string {
  const directory = ownDirectory()
  cpSync(dirname(MAIN), join(directory, 'dist'), { recursive: true })
  copyFileSync(fileURLToPath(new URL('../package.json', import.meta.url)), join(directory, 'package.json'))
  return join(directory, 'dist/main.cjs')
}

test('a reader that goes away ends the command quietly', PATIENCE, async () => {
  const { spawn } = await import('node:child_process')
  const child = spawn(process.execPath, [MAIN, '--help'])
  child.stdout.destroy()
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => void (stderr += text))
  const [code] = (await once(child, 'close')) as [number]
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
})
