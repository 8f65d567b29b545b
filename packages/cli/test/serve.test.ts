import { once } from 'node:events'
import { copyFileSync, cpSync, mkdirSync, statSync, symlinkSync } from 'node:fs'
import { connect } from 'node:net'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
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

test('without the server package the command says what to install', PATIENCE, async () => {
  const main = withoutServer()
  for (const args of [['serve'], ['admin', 'user', 'list']]) {
    expect(await countersign(args, { main })).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'countersign: this needs the package @countersign/server, which is not installed\n' +
        'hint: npm install @countersign/server   (with --global, if countersign was installed so)\n',
    })
  }
  expect(await countersign(['--version'], { main })).toMatchObject({ code: 0 })
})

/** The built command installed somewhere with what it depends on, and without its optional part. */
function withoutServer(): string {
  const directory = ownDirectory()
  const packages = fileURLToPath(new URL('../..', import.meta.url))
  const installed = join(directory, 'node_modules')
  mkdirSync(join(installed, '@countersign'), { recursive: true })
  cpSync(dirname(MAIN), join(directory, 'dist'), { recursive: true })
  copyFileSync(join(packages, 'cli/package.json'), join(directory, 'package.json'))
  for (const name of ['protocol', 'proof', 'client', 'node']) symlinkSync(join(packages, name), join(installed, '@countersign', name))
  symlinkSync(dirname(fileURLToPath(import.meta.resolve('commander'))), join(installed, 'commander'))
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
