/**
 * `countersign wrap`: a host's way to a stdio server that reads its token from the environment.
 * Invariant: stdout carries what host and server say to each other, and nothing else.
 */
import { hostname } from 'node:os'
import { fileMemory, startWrap, volatileMemory, type WrapEvent } from '@countersign/mcp/stdio'
import { plainLine } from '@countersign/node'
import { CountersignError } from '@countersign/protocol'
import type { ExitCode } from '../exit-codes.ts'
import type { Invocation } from '../invocation.ts'
import { describe, milliseconds, readSecretFile, scopeOf } from '../mcp/flags.ts'
import { invitationLines } from '../mcp/invitation-lines.ts'
import { memoryDirectory } from '../mcp/memory-directory.ts'
import { providerOf } from '../mcp/provider-of.ts'
import { openClientParts, openRuntime } from '../sign-ins/client-parts.ts'
import type { WrapCommandOptions } from './wrap-options.ts'

/** Ends with the server, and with its exit code. @throws CountersignError `usage` */
export async function wrap(
  invocation: Invocation,
  command: readonly [string, ...string[]],
  options: WrapCommandOptions,
): Promise<ExitCode> {
  const { stdin, stdout, environment, output, takeSignals } = invocation
  if (!/^[A-Za-z_]\w*$/.test(options.env)) {
    throw new CountersignError('usage', `--env: "${options.env}" is no name of a variable`, { hint: 'like GITHUB_TOKEN' })
  }
  const provider = providerOf(options, (await readSecretFile(options.clientSecretFile)) ?? environment['COUNTERSIGN_CLIENT_SECRET'])
  const runtime = openRuntime(invocation)
  const say = (line: string) => options.silent !== true && output.say(`countersign: ${plainLine(line)}`)
  const given = environment[options.env]
  const directory = options.remember ? memoryDirectory(environment) : undefined
  const { COUNTERSIGN_CLIENT_SECRET: _secret, ...rest } = environment
  const running = await startWrap(
    runtime,
    () => openClientParts(invocation),
    provider,
    (bytes) => stdout.write(bytes),
    {
      command,
      variable: options.env,
      environment: rest,
      given: given === undefined || given === '' ? undefined : { environment: options.env, token: given },
      scope: scopeOf(options.scope),
      profile: options.profile,
      deviceName: () => options.deviceName ?? hostname(),
      authTools: options.authTools,
      patience: milliseconds('--patience', options.patience),
      memory:
        directory === undefined ? volatileMemory() : fileMemory(directory, JSON.stringify([command, provider.issuer, options.profile])),
      onEvent: tell,
    },
  )

  function tell(event: WrapEvent): void {
    if (event.type === 'waiting') {
      for (const line of invitationLines(event.flow.invitation, provider.name, runtime.clock.now()))
        output.say(`countersign: ${plainLine(line)}`)
      void event.flow.ended.then((end) => say(end.type === 'signed_in' ? 'signed in' : `not signed in (${end.type})`))
    } else if (event.type === 'failed') say(describe(event.error))
    else {
      if (event.bound)
        say('warning: this token is bound to a key that stays in the vault: a server that sends it as a Bearer token is refused')
      if (options.debug === true) say(event.again ? 'the server runs again, with a renewed token' : 'the server runs')
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
