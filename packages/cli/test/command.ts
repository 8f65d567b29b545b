/** The command as people run it: the built program in a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

/** Starting programs takes as long as the machine is busy; nothing here waits for a clock. */
export const PATIENCE = { timeout: 60_000 } as const

export const MAIN = fileURLToPath(new URL('../dist/main.cjs', import.meta.url))

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Running {
  readonly child: ChildProcess
  /** Where it listens. */
  readonly url: string
  /** Sends a signal and waits for the end. */
  stop(signal: NodeJS.Signals): Promise<Ended>
}

interface How {
  /** What it reads from stdin. */
  readonly input?: string
  readonly environment?: Readonly<Record<string, string>>
  readonly main?: string
}

/** A new private directory, gone when the test is over. */
export function ownDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'countersign-cli-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** Nothing of this machine's own settings reaches the program. */
export function cleanEnvironment(more: Readonly<Record<string, string>> = {}): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '', HOME: '/nowhere', XDG_DATA_HOME: '/nowhere', ...more }
}

function begin(args: readonly string[], { input = '', environment = {}, main = MAIN }: How) {
  const child = spawn(process.execPath, [main, ...args], { env: cleanEnvironment(environment) })
  onTestFinished(() => void child.kill('SIGKILL'))
  const told = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => void (told.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => void (told.stderr += text))
  // A command that reads nothing may have ended before.
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject).once('close', (code) => resolve({ code, ...told }))
  })
  return { child, told, ended }
}

/** Runs the command to its end. */
export function countersign(args: readonly string[], how: How = {}): Promise<Ended> {
  return begin(args, how).ended
}

/** Starts `countersign serve` on a free port and waits until it says that it is ready. */
export async function serve(args: readonly string[], how: How = {}): Promise<Running> {
  const { child, told, ended } = begin(['serve', '--listen', '127.0.0.1:0', ...args], how)
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', () => {
      const line = /^listening on (\S+)\n/m.exec(told.stdout)
      if (line !== null) resolve(line[1] as string)
    })
    void ended.then(({ code, stderr }) => reject(new Error(`ended with ${code} before it listened: ${stderr}`)))
  })
  return {
    child,
    url,
    stop: (signal) => {
      child.kill(signal)
      return ended
    },
  }
}
