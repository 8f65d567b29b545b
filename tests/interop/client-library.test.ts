/** The dozen lines of examples/device-login, as they are built, on every runtime that they are promised for. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { cleanEnvironment } from '../../packages/cli/test/command.ts'
import { startServers } from '../transcripts/servers.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const EXAMPLE = `${root}examples/device-login/dist/main.js`

/** The program of a runtime, which `npm test` provides. */
function provided(variable: string): string {
  const program = process.env[variable] ?? ''
  if (program === '') throw new Error(`${variable} is not set: run the tests with "npm test", which installs it`)
  return program
}

const RUNTIMES = {
  'Node.js': () => [process.execPath, EXAMPLE],
  Bun: () => [provided('COUNTERSIGN_TEST_BUN'), EXAMPLE],
  Deno: () => [provided('COUNTERSIGN_TEST_DENO'), 'run', '--no-prompt', '--allow-all', '--node-modules-dir=manual', EXAMPLE],
} as const

for (const [name, command] of Object.entries(RUNTIMES)) {
  test(`signs in on ${name}, and is signed in the next time`, { timeout: 60_000 }, async () => {
    const servers = await startServers(undefined)
    onTestFinished(servers.close)
    const home = mkdtempSync(join(tmpdir(), 'countersign-library-'))
    onTestFinished(() => rmSync(home, { recursive: true, force: true }))
    const [program = '', ...args] = command()
    const env = cleanEnvironment({ HOME: home, COUNTERSIGN_VAULT_DIR: join(home, 'vault'), COUNTERSIGN_KEY_FILE: join(home, 'vault.key') })

    async function run(): Promise<{ code: number | null; told: string }> {
      const child = spawn(program, [...args, servers.resource], { env, cwd: root })
      onTestFinished(() => void child.kill('SIGKILL'))
      let told = ''
      let deciding: Promise<unknown> | undefined
      const hear = (text: string) => {
        told += text
        const [, userCode] = /and enter (\S+)\n/.exec(told) ?? []
        if (userCode !== undefined) deciding ??= servers.decide(userCode, 'approve')
      }
      for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', hear)
      const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve))
      await deciding
      return { code, told }
    }
    // The resource of this test lets nobody in, and says so; what counts is that the token went there.
    const answer = `Signed in: ${servers.resource} answers with status 401\n`
    const first = await run()
    expect([first.code, first.told]).toEqual([0, expect.stringMatching(/^Open \S+ and enter \S+\n/)])
    expect(first.told.endsWith(answer)).toBe(true)
    expect(await run()).toEqual({ code: 0, told: answer })
  })
}

test('it is a dozen statements, without imports', () => {
  const text = readFileSync(`${root}examples/device-login/src/main.ts`, 'utf8')
  const lines = text.split('\n').filter((line) => line !== '' && line !== '}' && !/^(import|\/\*\*)/.test(line))
  expect(lines.length).toBeLessThanOrEqual(12)
})
