/**
 * `countersign exec`: runs a program with an access token in its environment, or in a file or pipe that stays fresh while it runs.
 * Invariants: the program is started without a shell; its exit code and the signals pass through; the token is in no argument, which
 * others on the machine could see.
 */
import { CountersignError } from '@countersign/protocol'
import type { ExitCode } from '../exit-codes.ts'
import type { Invocation } from '../invocation.ts'
import { keepDelivering } from '../programs/deliver.ts'
import { byEnvironment, byFile, byPipe } from '../programs/delivery.ts'
import { run } from '../programs/run-program.ts'
import { openRuntime } from '../sign-ins/client-parts.ts'
import { openTokenSource } from '../sign-ins/token-source.ts'
import type { ExecOptions } from './use-options.ts'

/** @throws CountersignError `usage`, and what renewing throws: the program is then not started */
export async function exec(
  invocation: Invocation,
  url: string,
  command: readonly [string, ...string[]],
  options: ExecOptions,
): Promise<ExitCode> {
  const { output, signal } = invocation
  if (!/^[A-Za-z_]\w*$/.test(options.env)) {
    throw new CountersignError('usage', `--env: "${options.env}" is no name of a variable`, { hint: 'like ACCESS_TOKEN' })
  }
  const which = { ...options, url }
  const source = await openTokenSource(invocation)
  const token = await source.token(which, { signal })
  if (token.token_type === 'DPoP') {
    output.say('warning: this token is bound to a key that stays in the vault: a program that sends it as a Bearer token is refused.')
    output.say('hint: "countersign header" and "countersign curl" prove the key')
  }
  const delivery = await (options.file === true ? byFile : options.fd === true ? byPipe : byEnvironment)(options.env, invocation)
  try {
    const environment = { ...invocation.environment, ...(await delivery.open(token.access_token)) }
    const isOver = new AbortController()
    const following = delivery.isLasting
      ? keepDelivering({ source, which, runtime: openRuntime(invocation), say: output.say }, token, delivery.replace, isOver.signal)
      : Promise.resolve()
    try {
      return await run(invocation, command, environment, delivery)
    } finally {
      isOver.abort()
      await following
    }
  } finally {
    await delivery.close()
  }
}
