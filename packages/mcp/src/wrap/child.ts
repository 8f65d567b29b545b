/** The real server: a program that speaks MCP on its stdin and stdout, started without a shell. */
import { Buffer } from 'node:buffer'
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { splitLines } from '../wire/lines.ts'

export interface Child {
  /** One line, without its newline, as it is. */
  send(line: Uint8Array): void
  /** How it ended: its exit code, 128 and the signal's number, 127 when there is no such program, 126 when it cannot be run. */
  readonly exited: Promise<number>
  /** Asks it to end, the way of MCP: its stdin is closed; whoever does not go is made to. */
  end(): void
  signal(name: NodeJS.Signals): void
}

export interface ChildOptions {
  readonly command: readonly [string, ...string[]]
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly onLine: (line: Buffer) => void
}

const NEWLINE = Buffer.from('\n')
/** Milliseconds (MCP, stdio, "Shutdown"). */
const GRACE = 5000

export function startChild({ command: [program, ...args], environment, onLine }: ChildOptions): Child {
  // The token is in the environment, never in an argument: arguments can be seen by others on the machine.
  const child = spawn(program, args, { env: environment, stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = splitLines()
  child.stdout.on('data', (chunk: Buffer) => {
    for (const line of lines(chunk)) onLine(line)
  })
  // A server that has gone says so by its end.
  child.stdin.on('error', () => undefined)
  const exited = new Promise<number>((resolve) => {
    child.once('error', (error) => resolve('code' in error && error.code === 'ENOENT' ? 127 : 126))
    // All of its output has been read by then.
    child.once('close', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])))
  })
  return {
    exited,
    send: (line) => void child.stdin.write(Buffer.concat([line, NEWLINE])),
    signal: (name) => void child.kill(name),
    end: () => {
      child.stdin.end()
      const terminate = setTimeout(() => child.kill('SIGTERM'), GRACE)
      const kill = setTimeout(() => child.kill('SIGKILL'), 2 * GRACE)
      void exited.then(() => {
        clearTimeout(terminate)
        clearTimeout(kill)
      })
    },
  }
}
