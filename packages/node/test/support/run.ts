/** Programs of their own, run from what is built: `npm test` builds first. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export interface Run {
  readonly pid: number
  /** Lines of standard output so far. */
  readonly lines: () => readonly string[]
  readonly kill: () => void
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null; readonly errors: string }>
  /** Resolves when this many lines have come, or the program has ended. */
  readonly until: (lines: number) => Promise<void>
}

/** Runs `test/programs/<name>.mjs`. */
export function run(name: string, ...values: readonly string[]): Run {
  const path = fileURLToPath(new URL(`../programs/${name}.mjs`, import.meta.url))
  const child = spawn(process.execPath, [path, ...values], { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  let errors = ''
  const lines = () => output.split('\n').slice(0, -1)
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk
  })
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    errors += chunk
  })
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null; errors: string }>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, errors }))
  })
  const until = (count: number) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (lines().length >= count) resolve()
      }
      look()
      child.stdout.on('data', look)
      child.on('close', () => resolve())
    })
  return { pid: child.pid as number, lines, kill: () => void child.kill('SIGKILL'), ended, until }
}
