/** Asking the person at the terminal. Questions go to stderr, because stdout carries results. */
import { CountersignError } from '@countersign/protocol'
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import type { Invocation } from './invocation.ts'

export type Asking = Pick<Invocation, 'stdin' | 'stderr' | 'signal'>

/** Whether there is a person to ask. */
export function canAsk({ stdin, stderr }: Asking): boolean {
  return stdin.isTTY && stderr.isTTY
}

/**
 * Asks for one line.
 * @param secret the answer is not shown while it is typed
 * @throws CountersignError `aborted` on Ctrl-C or when the input ends
 */
export async function ask({ stdin, stderr, signal }: Asking, question: string, { secret = false } = {}): Promise<string> {
  signal.throwIfAborted()
  stderr.write(question)
  // readline echoes into its output: without one nothing is shown, and the terminal is in raw mode as long as it listens.
  const output = secret ? new Writable({ write: (_chunk, _encoding, done) => done() }) : stderr
  const lines = createInterface({ input: stdin, output, terminal: true, historySize: 0 })
  try {
    return await new Promise<string>((resolve, reject) => {
      const stop = () => reject(new CountersignError('aborted', 'interrupted'))
      lines.once('line', resolve).once('SIGINT', stop).once('close', stop)
      signal.addEventListener('abort', stop, { once: true })
    })
  } finally {
    lines.close()
    if (secret) stderr.write('\n')
  }
}

/**
 * Everything on stdin up to its end, for `--password-stdin` and its like; one line break at the end is not part of it.
 * @throws CountersignError `aborted` when the signal comes first
 */
export async function readStdin({ stdin, signal }: Pick<Asking, 'stdin' | 'signal'>): Promise<string> {
  const stop = () => void stdin.destroy(new CountersignError('aborted', 'interrupted'))
  signal.throwIfAborted()
  signal.addEventListener('abort', stop, { once: true })
  const chunks: Buffer[] = []
  for await (const chunk of stdin) chunks.push(Buffer.from(chunk as Uint8Array))
  signal.removeEventListener('abort', stop)
  return Buffer.concat(chunks)
    .toString('utf8')
    .replace(/\r?\n$/, '')
}
