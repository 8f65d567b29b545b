/** Another program in the place of this one: its streams, its signals, its exit code. */
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { plainLine } from '@countersign/node'
import type { ExitCode } from '../exit-codes.ts'
import type { Invocation } from '../invocation.ts'
import type { Delivery } from './delivery.ts'

/** Runs the program to its end, on the streams of this one. */
export async function run(
  { stdin, takeSignals, output }: Invocation,
  [program, ...args]: readonly [string, ...string[]],
  environment: Readonly<Record<string, string | undefined>>,
  delivery?: Pick<Delivery, 'attach'>,
): Promise<ExitCode> {
  const streams = ['inherit', 'inherit', 'inherit'] as const
  const child = spawn(program, args, { env: environment, stdio: delivery?.attach === undefined ? [...streams] : [...streams, 'pipe'] })
  const giveBack = takeSignals((signal) => {
    // What a person types at the terminal, the terminal has sent to the program already.
    const typed = signal === 'SIGINT' || signal === 'SIGQUIT'
    if (!(typed && stdin.isTTY)) child.kill(signal)
  })
  try {
    return await new Promise<ExitCode>((resolve) => {
      child.once('error', ({ code }: NodeJS.ErrnoException) => {
        const missing = code === 'ENOENT'
        output.say(`countersign: cannot run ${plainLine(program)}: ${missing ? 'there is no such program' : (code ?? 'unknown')}`)
        // As env(1) does, so that a shell's reader knows them.
        resolve(missing ? 127 : 126)
      })
      child.once('exit', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])))
      // An end of a pipe that nobody reads is no reason to end.
      const pipe = child.stdio[3]
      if (delivery?.attach !== undefined && pipe !== null && pipe !== undefined && 'write' in pipe) {
        pipe.on('error', () => undefined)
        delivery.attach(pipe)
      }
    })
  } finally {
    giveBack()
  }
}
