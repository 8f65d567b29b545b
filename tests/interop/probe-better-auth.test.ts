/**
 * The probe on better-auth 1.7 with its OAuth provider, unmodified, as the benchmark starts it. It has no pages, so a program approves. What it is known for has to be
 * found: it says slow_down, and never raises the interval. What it does well, too: of many redemptions at once one gets tokens.
 */
import { createInterface } from 'node:readline'
import { setTimeout as pass } from 'node:timers/promises'
import { type Approver, probe } from '@countersign/audit'
import { spawn } from 'node:child_process'
import { expect, onTestFinished, test } from 'vitest'
import { peerFile } from '../../bench/contestants/peer.mjs'
import { watchedFolder } from '../support/watched-folder.ts'

const PERSON = { email: 'ada@example.com', password: 'correct horse battery staple' }

async function startPeer(): Promise<{ url: string; client: string; introspector: string; secret: string }> {
  const { folder, remove, watch } = watchedFolder('countersign-probe-')
  const child = spawn(process.execPath, [peerFile('better-auth'), folder], { stdio: ['ignore', 'pipe', 'ignore'] })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  watch(child.pid, ended)
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended
    remove()
  })
  const lines: string[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line)
    const url = /^listening on (\S+)$/.exec(line)?.[1]
    if (url !== undefined) return { url, ...(JSON.parse(lines[0] ?? '') as { client: string; introspector: string; secret: string }) }
  }
  throw new Error('better-auth did not start: npm ci --prefix bench/peers --ignore-scripts')
}

async function approverAt(url: string): Promise<Approver> {
  const base = `${url}/api/auth`
  const post = (path: string, body: object, cookie = '') =>
    fetch(`${base}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: url, cookie },
      body: JSON.stringify(body),
    })
  const cookie = (await post('/sign-in/email', PERSON)).headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ')
  return {
    decide: async ({ userCode }, decision) => {
      await fetch(`${base}/device?user_code=${userCode}`, { headers: { cookie, origin: url } })
      const { status } = await post(`/device/${decision}`, { userCode }, cookie)
      if (status !== 200) throw new Error(`the decision was answered with ${status}`)
    },
  }
}

test('its defects are found, and what it does well is seen as well', async () => {
  const { url, client } = await startPeer()
  const { judged } = await probe({
    address: `${url}/api/auth`,
    clients: { a: { id: client, scope: 'offline_access tools:read' } },
    approver: await approverAt(url),
    race: true,
    only: ['L08', 'L11', 'L12', 'L22'],
    gap: 20,
    clock: { now: () => Date.now() },
    sleep: (milliseconds) => pass(milliseconds),
  })
  const marks = Object.fromEntries(judged.map(({ check, outcome }) => [check.id, outcome.mark]))
  expect(marks).toEqual({ L08: 'PASS', L11: 'PASS', L12: 'HALF', L22: 'PASS' })
  expect(judged.find(({ check }) => check.id === 'L12')?.outcome.because).toContain('it was never raised')
})
