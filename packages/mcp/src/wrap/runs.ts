/**
 * The runs of the real server, one after the other: started with a token, renewed in time, routed between.
 * Invariant: a run that ended by itself is the end of all, as it would be without us; one that was replaced answers what it owes.
 */
import type { Buffer } from 'node:buffer'
import type { Clock, Sleep } from '@countersign/protocol'
import type { ServerIdentity } from '../host/server-identity.ts'
import type { Access } from '../sign-in/state.ts'
import type { MessageId } from '../wire/message.ts'
import type { Conversation } from './conversation.ts'
import { type Generation, type GenerationOptions, startGeneration } from './generation.ts'

export interface Runs {
  /** The one that new requests go to. */
  current(): Generation | undefined
  /** A run with this token: the present one, when it has it. */
  start(access: Access): Promise<Generation>
  /** The run that owes the host an answer to this request, or asked it this question. */
  holder(id: MessageId): Generation | undefined
  close(): void
  signal(name: NodeJS.Signals): void
  /** The exit code of the run that ended by itself or on request; 0 when there was none. */
  readonly exited: Promise<number>
}

export interface RunsOptions extends Pick<GenerationOptions, 'command'> {
  readonly clock: Clock
  readonly sleep: Sleep
  readonly environment: (token: string) => Readonly<Record<string, string | undefined>>
  readonly conversation: Conversation
  readonly onLine: (generation: Generation, ...heard: Parameters<GenerationOptions['onLine']>) => void
  readonly onStarted: (
    generation: Generation,
    about: { readonly bound: boolean; readonly again: boolean; readonly server: ServerIdentity | undefined },
  ) => void
  /** Told what a run owed when it ended. */
  readonly onUnanswered: (id: MessageId) => void
  /** A token that may be newer than this one; `undefined` when there is none. */
  readonly renew: () => Promise<Access | undefined>
}

export function openRuns(options: RunsOptions): Runs {
  const { clock, sleep, conversation } = options
  const ending = new AbortController()
  const old = new Set<Generation>()
  let current: Generation | undefined
  let starting: Promise<Generation> | undefined
  let finish = (_code: number): void => undefined
  const exited = new Promise<number>((resolve) => {
    finish = resolve
  })

  async function begin({ token, tokenType, expiresAt }: Access): Promise<Generation> {
    const before = current
    const generation = startGeneration({
      command: options.command,
      environment: options.environment(token),
      token,
      expiresAt,
      onLine: (line: Buffer, message, answers) => options.onLine(generation, line, message, answers),
    })
    void generation.child.exited.then((code) => ended(generation, code))
    const server = await conversation.replay(generation)
    current = generation
    if (before !== undefined) {
      old.add(before)
      before.retire()
    }
    options.onStarted(generation, { bound: tokenType === 'DPoP', again: before !== undefined, server })
    void renewInTime(generation)
    return generation
  }

  function ended(generation: Generation, code: number): void {
    for (const id of generation.owed()) options.onUnanswered(id)
    if (!old.delete(generation)) finish(code)
  }

  async function renewInTime(generation: Generation): Promise<void> {
    const { expiresAt } = generation
    if (expiresAt === undefined) return
    const left = expiresAt - clock.now()
    // As early as tokens are renewed, so that a call does not find an old one; timers count to 2^31.
    await sleep(Math.min(Math.max(0, left - Math.min(60_000, left / 5)) + 1, 2 ** 31 - 1), ending.signal).catch(() => undefined)
    if (ending.signal.aborted || current !== generation) return
    const access = await options.renew()
    if (access !== undefined && access.token !== generation.token) await start(access)
  }

  function start(access: Access): Promise<Generation> {
    if (current !== undefined && current.token === access.token) return Promise.resolve(current)
    starting ??= begin(access).finally(() => {
      starting = undefined
    })
    return starting
  }

  const all = () => [...old, ...(current === undefined ? [] : [current])]
  return {
    exited,
    start,
    current: () => current,
    holder: (id) => all().find((generation) => generation.owes(id)),
    close() {
      ending.abort()
      for (const generation of old) generation.child.end()
      if (current === undefined && starting === undefined) finish(0)
      else void Promise.resolve(starting ?? current).then((generation) => generation?.child.end())
    },
    signal(name) {
      for (const generation of all()) generation.child.signal(name)
      if (current === undefined) finish(0)
    },
  }
}
