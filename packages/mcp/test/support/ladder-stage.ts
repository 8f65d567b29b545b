/** A sign-in and its ladder before a scripted authority, on a clock that moves only when everybody waits. */
import { memoryPendingLogins, memoryVault } from '@countersign/client'
import { nodeSuite } from '@countersign/node'
import { authority, metadata } from '../../../client/test/support/authority.ts'
import { stage, type Network } from '../../../client/test/support/stage.ts'
import { createLadder } from '../../src/ladder/ladder.ts'
import type { LadderCall, Progress } from '../../src/ladder/call.ts'
import type { ElicitationParameters } from '../../src/ladder/elicitation.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { signIn, type SignInOptions } from '../../src/sign-in/sign-in.ts'

export const PROVIDER: Provider = { name: 'Northgate', clientId: 'notes', issuer: 'https://as.example', metadata: metadata() }

export interface LadderStageOptions extends SignInOptions {
  readonly provider?: Partial<Provider>
  readonly network?: Network
  readonly loginTool?: string
}

export function ladderStage(answers: Parameters<typeof authority>[0], options: LadderStageOptions = {}) {
  const { runtime, time, sent, to } = stage(options.network ?? authority(answers))
  // Sealing has to be real here.
  const suite = { ...runtime.suite, ...pick(nodeSuite()) }
  const real = { ...runtime, suite }
  const stores = { vault: memoryVault(), pending: memoryPendingLogins() }
  const one = signIn(real, async () => stores, { ...PROVIDER, ...options.provider }, options)
  const ladder = createLadder(one, { ...time, suite, loginTool: options.loginTool })
  return { one, ladder, time, sent, to, stores, suite, runtime: real }
}

function pick({ seal, open, random, sha256 }: ReturnType<typeof nodeSuite>) {
  return { seal, open, random, sha256 }
}

/** A call of `list_notes` by a former host that shows links, unless told otherwise. */
export function call(more: Partial<LadderCall> = {}): LadderCall {
  return {
    tool: 'list_notes',
    arguments: {},
    era: 'legacy',
    elicitation: { url: true, form: true },
    signal: new AbortController().signal,
    ...more,
  }
}

/** A window that keeps what it was asked to show, and answers what it is told. */
export function window(answer: (parameters: ElicitationParameters) => unknown = () => new Promise(() => {})) {
  const shown: ElicitationParameters[] = []
  const taken: ElicitationParameters[] = []
  const progress: Progress[] = []
  return {
    shown,
    /** Questions that were taken back. */
    taken,
    progress,
    elicit: async (parameters: ElicitationParameters, signal: AbortSignal) => {
      shown.push(parameters)
      signal.addEventListener('abort', () => taken.push(parameters))
      return answer(parameters)
    },
    tell: (told: Progress) => void progress.push(told),
  }
}

/** The words of what a call was answered with. */
export function textOf(admission: { readonly type: string; readonly result?: unknown }): string {
  const { content } = (admission.result ?? {}) as { readonly content?: readonly { readonly text: string }[] }
  return content?.map(({ text }) => text).join('\n') ?? ''
}
