#!/usr/bin/env node
/** The program itself: the one place that touches the running program's streams, signals and exit code. */
import { EXIT } from './exit-codes.ts'
import { run } from './run.ts'

const stop = new AbortController()
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    if (stop.signal.aborted) process.exit(EXIT.interrupted)
    stop.abort()
  })
}

// Whoever read our output went away (`countersign ... | head -1`): there is nobody left to tell.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? EXIT.ok : EXIT.failure))
process.stderr.on('error', () => undefined)

const { argv, stdin, stdout, stderr, env } = process
const code = await run({
  arguments: argv.slice(2),
  stdin,
  stdout,
  stderr,
  environment: env,
  signal: stop.signal,
  onHangUp: (act) => process.on('SIGHUP', act),
})
// Connections kept alive for a next request must not keep the program alive; what was written must still arrive.
stdout.write('', () => stderr.write('', () => process.exit(code)))
