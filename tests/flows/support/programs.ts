/**
 * The programs of a flow, each an operating system process of its own, run from what was built.
 * Invariants: every byte a program wrote is kept, stream by stream; and no program outlives the one that started it.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { spawn as spawnOnTerminal } from '@lydell/node-pty'

export const COUNTERSIGN = built('packages/cli/dist/main.cjs')
export const NOTES_SERVER = built('examples/notes-server/dist/main.js')
export const BESIDE_EXPRESS = built('examples/beside-express/dist/main.js')
export const BESIDE_HONO = built('examples/beside-hono/dist/main.js')

/** How long a program may take for one thing before the flow is called off: far more than it needs, on any machine. */
const PATIENCE_MS = 30_000

export interface Ended {
  /** `null` when a signal ended it. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Program {
  readonly pid: number | undefined
  /** The subcommand, or the program when there is none. */
  readonly name: string
  readonly stdout: () => string
  readonly stderr: () => string
  /** Every byte it wrote, on either stream. */
  readonly printed: () => Buffer
  /** Waits until what it wrote on either stream matches. @throws Error with all it wrote, when it ends first or takes too long */
  readonly until: (pattern: RegExp) => Promise<RegExpExecArray>
  readonly ended: Promise<Ended>
  readonly kill: (signal: NodeJS.Signals) => void
}

/** A program on a terminal of its own; the terminal mixes its streams, so all it wrote is `stdout`. */
export interface TerminalProgram extends Program {
  /** Types keys, as a person does: `\r` is the Enter key, `\u0003` is Ctrl-C. */
  readonly type: (keys: string) => void
}

export interface Start {
  readonly environment: Readonly<Record<string, string>>
  /** What it reads from stdin, up to the end; nothing unless given. */
  readonly input?: string
}

/** Starts a program on pipes. */
export function startProgram(file: string, given: readonly string[], { environment, input = '' }: Start): Program {
  const child = spawn(process.execPath, [file, ...given], { env: environment })
  const chunks = { stdout: [] as Buffer[], stderr: [] as Buffer[] }
  const stream = watched(given, () => textOf(chunks.stdout) + textOf(chunks.stderr))
  const text = (name: 'stdout' | 'stderr') => textOf(chunks[name])
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (chunk: Buffer) => {
      chunks[name].push(chunk)
      stream.look()
    })
  }
  // A program that ends without reading its input closes the pipe under our hands.
  child.stdin.on('error', () => undefined).end(input)
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject).once('close', (code) => resolve({ code, stdout: text('stdout'), stderr: text('stderr') }))
  })
  void ended.then(stream.end)
  return {
    pid: child.pid,
    name: nameOf(file, given),
    stdout: () => text('stdout'),
    stderr: () => text('stderr'),
    printed: () => Buffer.concat([...chunks.stdout, ...chunks.stderr]),
    until: stream.until,
    ended,
    kill: (signal) => void child.kill(signal),
  }
}

/** Starts a program on a terminal of its own. */
export function startOnTerminal(
  file: string,
  given: readonly string[],
  { environment, columns = 100 }: Pick<Start, 'environment'> & { readonly columns?: number },
): TerminalProgram {
  const terminal = spawnOnTerminal(process.execPath, [file, ...given], {
    cols: columns,
    rows: 50,
    env: { ...environment, TERM: 'xterm-256color' },
  })
  let written = ''
  const seen = () => stripVTControlCharacters(written)
  const stream = watched(given, seen)
  terminal.onData((text) => {
    written += text
    stream.look()
  })
  const ended = new Promise<Ended>((resolve) => {
    terminal.onExit(({ exitCode, signal }) =>
      resolve({ code: signal === undefined || signal === 0 ? exitCode : null, stdout: seen(), stderr: '' }),
    )
  })
  void ended.then(stream.end)
  let running = true
  void ended.then(() => (running = false))
  return {
    pid: terminal.pid,
    name: nameOf(file, given),
    stdout: seen,
    stderr: () => '',
    printed: () => Buffer.from(written),
    until: stream.until,
    ended,
    kill: (signal) => {
      if (running) terminal.kill(signal)
    },
    type: (keys) => terminal.write(keys),
  }
}

/** Ends a program at once, however it is: also one that was stopped. Waits until it is gone. */
export async function endProgram(program: Program): Promise<void> {
  program.kill('SIGKILL')
  await program.ended
}

function watched(given: readonly string[], text: () => string) {
  const watchers = new Set<() => void>()
  let over = false
  const look = () => {
    for (const watcher of watchers) watcher()
  }
  function until(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const fail = (why: string) => {
        finish()
        reject(new Error(`"${given.join(' ')}" ${why} before it wrote ${String(pattern)}:\n${text()}`))
      }
      const timer = setTimeout(() => fail('took too long'), PATIENCE_MS)
      const watcher = () => {
        const match = pattern.exec(text())
        if (match === null) return over ? fail('ended') : undefined
        finish()
        resolve(match)
      }
      const finish = () => {
        clearTimeout(timer)
        watchers.delete(watcher)
      }
      watchers.add(watcher)
      watcher()
    })
  }
  return {
    look,
    until,
    end: () => {
      over = true
      look()
    },
  }
}

function textOf(chunks: readonly Buffer[]): string {
  return Buffer.concat(chunks).toString('utf8')
}

function nameOf(file: string, [first = '']: readonly string[]): string {
  return file === NOTES_SERVER ? 'notes-server' : first
}

/** @throws Error when the packages were not built: a flow over yesterday's build, or none, would prove nothing */
function built(path: string): string {
  const file = fileURLToPath(new URL(`../../../${path}`, import.meta.url))
  if (!existsSync(file)) throw new Error(`${path} is not built: run "npm run build", or the tests with "npm test"`)
  return file
}
