/** What `proxy` and `wrap` have in common: what both are told, where they remember, and what they say on stderr. */
import { hostname } from 'node:os'
import { fileMemory, type ProxyOptions, volatileMemory } from '@countersign/mcp/stdio'
import { plainLine } from '@countersign/node'
import type { FrontOptions } from '../commands/front-options.ts'
import type { Invocation } from '../invocation.ts'
import { openRuntime } from '../sign-ins/client-parts.ts'
import { describe, milliseconds, scopeOf } from './flags.ts'
import { invitationLines } from './invitation-lines.ts'
import { memoryDirectory } from './memory-directory.ts'

type Waiting = Extract<Parameters<ProxyOptions['onEvent']>[0], { type: 'waiting' }>

/**
 * @param server what people call it
 * @param about what the memory is about: the same is remembered together
 * @throws CountersignError `usage`
 */
export function openFront(invocation: Invocation, options: FrontOptions, server: string, about: readonly unknown[]) {
  const { environment, output } = invocation
  const runtime = openRuntime(invocation)
  const directory = options.remember ? memoryDirectory(environment) : undefined
  const tell = (line: string) => output.say(`countersign: ${plainLine(line)}`)
  const say = (line: string) => options.silent !== true && tell(line)
  return {
    runtime,
    say,
    /** Told only to those who want to know everything. */
    debug: (line: string) => options.debug === true && say(line),
    failed: (error: unknown) => say(describe(error)),
    /** The one thing that is worth a line even for --silent: without it nobody can sign in at hosts that show nothing. */
    waiting: ({ flow }: Waiting) => {
      for (const line of invitationLines(flow.invitation, server, runtime.clock.now())) tell(line)
      void flow.ended.then((end) => say(end.type === 'signed_in' ? 'signed in' : `not signed in (${end.type})`))
    },
    settings: {
      profile: options.profile,
      scope: scopeOf(options.scope),
      deviceName: () => options.deviceName ?? hostname(),
      memory: directory === undefined ? volatileMemory() : fileMemory(directory, JSON.stringify([...about, options.profile])),
    },
    patience: milliseconds('--patience', options.patience),
  }
}
