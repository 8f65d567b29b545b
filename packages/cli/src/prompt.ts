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
 * @throws CountersignError `aborted` on Ctrl-C or when the input ends
 */
export async function ask(asking: Asking, question: string): Promise<string> {
  const [answer = ''] = await converse(asking, asking.stderr, [question])
  return answer
}

/**
 * Asks for lines that are not shown while they are typed, one after the other.
 * @throws CountersignError `aborted` on Ctrl-C or when the input ends
 */
export function askSecretly(asking: Asking, questions: readonly string[]): Promise<readonly string[]> {
  // readline echoes into its output, so it gets one that shows nothing.
  return converse(asking, new Writable({ write: (_chunk, _encoding, done) => done() }), questions)
}

async function converse(
  { stdin, stderr, signal }: Asking,
  output: NodeJS.WritableStream,
  questions: readonly string[],
): Promise<readonly string[]> {
  signal.throwIfAborted()
  // From here on, and until the last answer, the terminal itself echoes nothing: whoever types ahead of a question is not seen either.
  const lines = createInterface({ input: stdin, output, terminal: true, historySize: 0 })
  const stopped = new Promise<never>((_, reject) => {
    const stop = () => reject(new CountersignError('aborted', 'interrupted'))
    lines.once('SIGINT', stop).once('close', stop)
    signal.addEventListener('abort', stop, { once: true })
  })
  stopped.catch(() => undefined)
  try {
    const typed = lines[Symbol.asyncIterator]()
    const answers: string[] = []
    for (const question of questions) {
      if (output === stderr) lines.setPrompt(question)
      else stderr.write(question)
      lines.prompt()
      const { value } = (await Promise.race([typed.next(), stopped])) as IteratorResult<string, undefined>
      if (value === undefined) return await stopped
      if (output !== stderr) stderr.write('\n')
      answers.push(value)
    }
    return answers
  } catch (error) {
    // The question stays open on its line; what is said next begins on a line of its own.
    stderr.write('\n')
    throw error
  } finally {
    lines.close()
  }
}

/**
 * Everything on stdin up to its end, for `--password-stdin` and its like; one line break at the end is not part of it.
 * @throws CountersignError `aborted` when the signal comes first
 */
export async function readStdin(asking: Pick<Asking, 'stdin' | 'signal'>): Promise<string> {
  return (await readStdinBytes(asking)).toString('utf8').replace(/\r?\n$/, '')
}

/**
 * Everything on stdin up to its end.
 * @throws CountersignError `aborted` when the signal comes first
 */
export async function readStdinBytes({ stdin, signal }: Pick<Asking, 'stdin' | 'signal'>): Promise<Buffer> {
  const stop = () => void stdin.destroy(new CountersignError('aborted', 'interrupted'))
  signal.throwIfAborted()
  signal.addEventListener('abort', stop, { once: true })
  const chunks: Buffer[] = []
  for await (const chunk of stdin) chunks.push(Buffer.from(chunk as Uint8Array))
  signal.removeEventListener('abort', stop)
  return Buffer.concat(chunks)
}
