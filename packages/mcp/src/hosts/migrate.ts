/** From a pasted token to a sign-in: the same server, started by `countersign wrap`. */
import { CountersignError } from '@countersign/protocol'
import type { Host } from './host.ts'
import { isTable, serversIn, withValue } from './servers.ts'

export interface Migration {
  readonly server: string
  /** The variable that held the token. */
  readonly variable: string
  /** How our command is called: `["countersign"]`, or `["npx", "-y", "countersign"]`. */
  readonly program: readonly [string, ...string[]]
  /** What `wrap` is told besides the variable: who to sign in with, and as which client. */
  readonly flags: readonly string[]
}

/** The file in which the server signs in instead; the token is gone from it. @throws CountersignError `configuration_invalid` */
export function migrated(host: Host, text: string, { server, variable, program, flags }: Migration): string {
  const entry = serversIn(host, text).get(server)
  const { command, args = [], env } = entry ?? {}
  if (entry === undefined || typeof command !== 'string' || !Array.isArray(args)) {
    throw new CountersignError('configuration_invalid', `"${server}" is no server that is started as a command`)
  }
  const { [variable]: _token, ...others } = isTable(env) ? env : {}
  const [first, ...rest] = program
  const { env: _env, ...kept } = entry
  return withValue(host, text, server, {
    ...kept,
    command: first,
    args: [...rest, 'wrap', '--env', variable, ...flags, '--', command, ...(args as string[])],
    ...(Object.keys(others).length === 0 ? {} : { env: others }),
  })
}
