#!/usr/bin/env node
/** The program itself: the one place that touches the running program's streams, signals and exit code. */
import { EXIT } from './exit-codes.ts'
import type { Invocation } from './invocation.ts'
import { commandOfName } from './program-name.ts'
import { run } from './run.ts'

const stop = new AbortController()
const interrupt = () => {
  if (stop.signal.aborted) process.exit(EXIT.interrupted)
  stop.abort()
}
const INTERRUPTING = ['SIGINT', 'SIGTERM'] as const
for (const name of INTERRUPTING) process.on(name, interrupt)

const HANDED_ON: readonly NodeJS.Signals[] = [...INTERRUPTING, 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2']
const takeSignals: Invocation['takeSignals'] = (act) => {
  for (const name of INTERRUPTING) process.off(name, interrupt)
  for (const name of HANDED_ON) process.on(name, act)
  return () => {
    for (const name of HANDED_ON) process.off(name, act)
    for (const name of INTERRUPTING) process.on(name, interrupt)
  }
}

// Whoever read our output went away (`countersign ... | head -1`): there is nobody left to tell.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? EXIT.ok : EXIT.failure))
process.stderr.on('error', () => undefined)

const { argv, stdout, stderr, env } = process
void run({
  arguments: [...commandOfName(argv[1] ?? ''), ...argv.slice(2)],
  // Opened by whoever reads it: it costs a millisecond or two.
  get stdin() {
    return process.stdin
  },
  stdout,
  stderr,
  environment: env,
  signal: stop.signal,
  onHangUp: (act) => process.on('SIGHUP', act),
  takeSignals,
}).then((code) => {
  // Connections kept alive for a next request must not keep the program alive; what was written must still arrive.
  stdout.write('', () => stderr.write('', () => process.exit(code)))
})
