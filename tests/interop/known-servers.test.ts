/** Servers that nobody here wrote: the reference servers of MCP, unchanged, under `countersign wrap` and behind `countersign proxy`. */
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { freePorts } from '../../examples/first-login/src/programs.ts'
import { openHome } from './command-hosts.ts'
import { startAuthority } from './live-authority.ts'
import { approving, codesAskedFor, secretsOf } from './protected-notes.ts'
import { HOST_KINDS } from './stdio-host.ts'

const require = createRequire(import.meta.url)
const programOf = (name: string) => join(dirname(require.resolve(`@modelcontextprotocol/${name}/package.json`)), 'dist/index.js')
const EVERYTHING = programOf('server-everything')
const FILESYSTEM = programOf('server-filesystem')

/** Both are of the legacy era: a modern host without a way back finds nobody at stdio, with wrap or without. */
const LEGACY_KINDS = HOST_KINDS.filter((kind) => kind !== 'v2-modern')

test.each(LEGACY_KINDS)('filesystem under wrap, %s: the first call signs in, then the server runs and is as it is', async (kind) => {
  const authority = await startAuthority({ resources: [{ resource: 'https://files.example', name: 'Files', scopes: { read: 'Read' } }] })
  const home = openHome()
  writeFileSync(join(home.files, 'note.txt'), 'milk')
  const server = [process.execPath, FILESYSTEM, home.files]
  const args = [
    'wrap',
    '--env',
    'TOKEN',
    '--issuer',
    authority.issuer,
    '--client-id',
    'device-app',
    '--resource',
    'https://files.example',
    '--',
    ...server,
  ]
  const host = await home.open({ kind, elicitation: { url: {}, form: {} }, args, person: approving(authority) })
  expect(await host.tools()).toEqual(['countersign_sign_in'])
  expect((await host.call('countersign_sign_in')).text).toContain('Signed in')
  expect(await host.tools()).toContain('read_text_file')
  expect((await host.call('read_text_file', { path: join(home.files, 'note.txt') })).text).toBe('milk')
  expect(codesAskedFor(authority)).toBe(1)
  await host.close()
  expect(await host.ended).toBe(0)
  for (const secret of secretsOf(authority))
    expect([host.stdout().includes(secret), host.stderr().includes(secret)]).toEqual([false, false])

  // From the next start on the server itself greets the host.
  const again = await home.open({ kind, elicitation: undefined, args })
  expect(await again.tools()).toContain('read_text_file')
  await again.close()
})

test.each(LEGACY_KINDS)('everything under wrap, %s: its tools, with a token that was in the environment already', async (kind) => {
  const home = openHome()
  const args = ['wrap', '--env', 'TOKEN', '--issuer', 'https://nobody.example', '--auth-tools', '--', process.execPath, EVERYTHING, 'stdio']
  const host = await home.open({ kind, elicitation: undefined, args, environment: { TOKEN: 'given by hand' } })
  const tools = await host.tools()
  expect(tools).toContain('echo')
  expect(tools.slice(-3)).toEqual(['auth_login', 'auth_status', 'auth_logout'])
  expect((await host.call('echo', { message: 'hello' })).text).toContain('hello')
  expect((await host.call('get-env')).text).toContain('given by hand')
  expect((await host.call('auth_status')).text).toContain('with the token in TOKEN')
  await host.close()
})

test.each(HOST_KINDS)('everything behind proxy, %s: its tools, prompts and resources', async (kind) => {
  const [port = 0] = await freePorts(1)
  const server = spawn(process.execPath, [EVERYTHING, 'streamableHttp'], { env: { PATH: process.env['PATH'], PORT: String(port) } })
  onTestFinished(() => void server.kill('SIGKILL'))
  await new Promise<void>((resolve, reject) => {
    server.stderr.setEncoding('utf8').on('data', (text: string) => text.includes('listening') && resolve())
    server.once('exit', () => reject(new Error('the server ended')))
  })
  const home = openHome()
  const host = await home.open({ kind, elicitation: undefined, args: ['proxy', `http://127.0.0.1:${port}/mcp`, '--ignore-tool', 'get-*'] })
  const tools = await host.tools()
  expect(tools).toContain('echo')
  expect(tools.some((name) => name.startsWith('get-'))).toBe(false)
  expect((await host.call('echo', { message: 'hello' })).text).toContain('hello')
  await host.close()
  expect(await host.ended).toBe(0)
})
