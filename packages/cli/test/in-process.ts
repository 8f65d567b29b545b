/** The command in this process, from its sources, on streams of its own: everything but main.ts, and a hundred times as fast. */
import { PassThrough } from 'node:stream'
import { run } from '../src/index.ts'
import type { Ended } from './command.ts'

/** Runs the command to its end. Nothing of this machine's own settings reaches it. */
export function countersign(...args: string[]): Promise<Ended> {
  return countersignIn({}, ...args)
}

/** The same, where these variables are set. */
export async function countersignIn(variables: Readonly<Record<string, string>>, ...args: string[]): Promise<Ended> {
  const written = { stdout: '', stderr: '' }
  const to = (name: 'stdout' | 'stderr') => ({ write: (text: string) => void (written[name] += text) }) as unknown as NodeJS.WriteStream
  const stdin = new PassThrough().end() as unknown as NodeJS.ReadStream
  const { signal } = new AbortController()
  const environment = { XDG_DATA_HOME: '/nowhere', ...variables }
  const code = await run({ arguments: args, stdin, stdout: to('stdout'), stderr: to('stderr'), environment, signal })
  return { code, ...written }
}
