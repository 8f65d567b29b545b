/**
 * `countersign wrap`: a host's way to a stdio server that reads its token from the environment.
 * Invariant: stdout carries what host and server say to each other, and nothing else.
 */
import { startWrap, type WrapEvent } from '@countersign/mcp/stdio'
import { CountersignError } from '@countersign/protocol'
import type { ExitCode } from '../exit-codes.ts'
import type { Invocation } from '../invocation.ts'
import { readSecretFile } from '../mcp/flags.ts'
import { openFront } from '../mcp/front.ts'
import { providerOf } from '../mcp/provider-of.ts'
import { openClientParts } from '../sign-ins/client-parts.ts'
import type { WrapCommandOptions } from './wrap-options.ts'

/** Ends with the server, and with its exit code. @throws CountersignError `usage` */
export async function wrap(
  invocation: Invocation,
  command: readonly [string, ...string[]],
  options: WrapCommandOptions,
): Promise<ExitCode> {
  const { stdin, stdout, environment, takeSignals } = invocation
  if (!/^[A-Za-z_]\w*$/.test(options.env)) {
    throw new CountersignError('usage', `--env: "${options.env}" is no name of a variable`, { hint: 'like GITHUB_TOKEN' })
  }
  const provider = providerOf(options, (await readSecretFile(options.clientSecretFile)) ?? environment['COUNTERSIGN_CLIENT_SECRET'])
  const { runtime, settings, patience, say, debug, failed, waiting } = openFront(invocation, options, provider.name, [
    command,
    provider.issuer,
  ])
  const given = environment[options.env]
  // The server is given its token. What this command itself proves who it is with is none of its business.
  const { COUNTERSIGN_CLIENT_SECRET: _secret, COUNTERSIGN_WORKLOAD_TOKEN: _workload, ...rest } = environment
  const running = await startWrap(
    runtime,
    () => openClientParts(invocation),
    provider,
    (bytes) => stdout.write(bytes),
    {
      ...settings,
      patience,
      command,
      variable: options.env,
      environment: rest,
      given: given === undefined || given === '' ? undefined : { environment: options.env, token: given },
      authTools: options.authTools,
      onEvent: tell,
    },
  )

  function tell(event: WrapEvent): void {
    if (event.type === 'waiting') waiting(event)
    else if (event.type === 'failed') failed(event.error)
    else {
      if (event.bound)
        say('warning: this token is bound to a key that stays in the vault: a server that sends it as a Bearer token is refused')
      debug(event.again ? 'the server runs again, with a renewed token' : 'the server runs')
    }
  }

  const giveBack = takeSignals((name) => running.signal(name))
  stdin.on('data', (chunk: Buffer) => running.receive(chunk))
  stdin.once('end', () => running.close())
  try {
    const code = await running.exited
    if (code === 127) say(`cannot run ${command[0]}: there is no such program`)
    return code
  } finally {
    giveBack()
    stdin.pause()
  }
}
