/** better-auth 1.7 with its OAuth provider, as the benchmark starts it. It has no pages, so a program decides. */
import { createInterface } from 'node:readline'
import { spawn } from 'node:child_process'
import { onTestFinished } from 'vitest'
import { peerFile } from '../../bench/contestants/peer.mjs'
import { watchedFolder } from '../support/watched-folder.ts'

const HURRIED = new URL('client-probe/hurried.mjs', import.meta.url).href
const PERSON = { email: 'ada@example.com', password: 'correct horse battery staple' }

export interface BetterAuth {
  readonly issuer: string
  /** A public client with the device grant. */
  readonly client: string
  readonly decide: (userCode: string, decision: 'approve' | 'deny') => Promise<void>
}

/** `speed`: how many times faster its clock and its timers run. */
export async function startBetterAuth({ speed = 1 } = {}): Promise<BetterAuth> {
  const { folder, remove, watch } = watchedFolder('countersign-better-auth-')
  const env = { ...process.env, NODE_OPTIONS: `--import=${HURRIED}`, COUNTERSIGN_TEST_SPEED: String(speed) }
  const child = spawn(process.execPath, [peerFile('better-auth'), folder], { stdio: ['ignore', 'pipe', 'ignore'], env })
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
    if (url === undefined) continue
    const { client } = JSON.parse(lines[0] ?? '') as { readonly client: string }
    return { issuer: `${url}/api/auth`, client, decide: await deciderAt(url) }
  }
  throw new Error('better-auth did not start: npm ci --prefix bench/peers --ignore-scripts')
}

async function deciderAt(url: string): Promise<BetterAuth['decide']> {
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
  return async (userCode, decision) => {
    await fetch(`${base}/device?user_code=${userCode}`, { headers: { cookie, origin: url } })
    const { status } = await post(`/device/${decision}`, { userCode }, cookie)
    if (status !== 200) throw new Error(`the decision was answered with ${status}`)
  }
}
