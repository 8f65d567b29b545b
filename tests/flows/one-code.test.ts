/** Twelve programs that want the same sign-in at the same moment, some of them killed: processes of their own, on one vault. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { cleanEnvironment, MAIN } from '../../packages/cli/test/command.ts'
import { objects } from '../../packages/cli/test/support/seat.ts'
import { startServers } from '../transcripts/servers.ts'

interface Program {
  readonly pid: number
  readonly code: Promise<string>
  readonly ended: Promise<{ readonly code: number | null; readonly last: Record<string, unknown> }>
}

function login(resource: string, home: string): Program {
  const env = cleanEnvironment({ COUNTERSIGN_VAULT_DIR: join(home, 'vault'), COUNTERSIGN_KEY_FILE: join(home, 'vault.key') })
  const child = spawn(process.execPath, [MAIN, 'login', resource, '--json'], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  let told = ''
  const ended = new Promise<{ code: number | null; last: Record<string, unknown> }>((resolve) => {
    child.once('close', (code) => resolve({ code, last: objects(told).at(-1) ?? {} }))
  })
  const code = new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      told += text
      const [, userCode] = /"user_code":"([^"]+)"/.exec(told) ?? []
      if (userCode !== undefined) resolve(userCode)
    })
    void ended.then(({ last }) => reject(new Error(`it ended without a code: ${JSON.stringify(last)}`)))
  })
  code.catch(() => {})
  return { pid: child.pid as number, code, ended }
}

test('twelve processes show one code; those that were killed are not missed, and all others are signed in', {
  timeout: 120_000,
}, async () => {
  const servers = await startServers(undefined)
  onTestFinished(servers.close)
  const home = mkdtempSync(join(tmpdir(), 'countersign-one-code-'))
  onTestFinished(() => rmSync(home, { recursive: true, force: true }))

  const programs = Array.from({ length: 12 }, () => login(servers.resource, home))
  const first = await Promise.race(programs.map(async (program) => ({ program, code: await program.code })))
  // The one that was first asked the server for the code.
  process.kill(first.program.pid, 'SIGKILL')
  const others = programs.filter(({ pid }) => pid !== first.program.pid)
  expect(new Set(await Promise.all(others.map(({ code }) => code)))).toEqual(new Set([first.code]))

  // Whoever has polled by now, or is polling: half of the others go too, without a word.
  const [killed, left] = [others.slice(0, 5), others.slice(5)]
  for (const { pid } of killed) process.kill(pid, 'SIGKILL')
  await Promise.all(killed.map(({ ended }) => ended))
  await servers.decide(first.code, 'approve')
  const ends = await Promise.all(left.map(({ ended }) => ended))
  expect(ends.map(({ code, last }) => [code, last['event'], last['scope']])).toEqual(left.map(() => [0, 'signed_in', 'notes:read']))
  expect([...servers.secrets.values()].toSorted()).toEqual(['access_token', 'device_code', 'refresh_token'])
  expect(servers.failures).toEqual([])
})
