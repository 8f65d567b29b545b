/**
 * The codes of one sign-in, one after the other: asked for when somebody needs one, joined when there is one, followed to its end.
 * Invariant: of all who ask at the same time one asks the server, in this process and in every other on the same stores.
 */
import {
  type Credential,
  type Discovery,
  discover,
  endLogin,
  finishLogin,
  type LoginStores,
  openLogin,
  type OpenedLogin,
  type Runtime,
} from '@countersign/client'
import { CountersignError, type Scope } from '@countersign/protocol'
import type { Provider } from '../providers/provider.ts'
import { createFlow, type Flow, type FlowHandle } from './flow.ts'
import { promptLimit } from './prompt-limit.ts'
import { lacking } from './scopes.ts'

export interface CodesOptions {
  readonly profile?: string | undefined
  readonly deviceName?: (() => string) | undefined
  /** Told when a code has ended or asks for its number. */
  readonly onEnd: () => void
}

export interface Codes {
  readonly current: () => Flow | undefined
  /** Why the latest code came to nothing. */
  readonly refused: () => CountersignError | undefined
  /**
   * The code under way, or a new one; `undefined` when somebody has signed in meanwhile.
   * @param insufficient the credential that does not cover the scope
   */
  readonly open: (scope: Scope, countersign: boolean, insufficient: Credential | undefined) => Promise<Flow | undefined>
  readonly close: () => void
}

type Pending = Extract<OpenedLogin, { type: 'pending' }>

export function codes(runtime: Runtime, stores: () => Promise<LoginStores>, provider: Provider, options: CodesOptions): Codes {
  const limit = promptLimit(runtime.clock)
  const ending = new AbortController()
  let place: Promise<Discovery> | undefined
  let opening: Promise<unknown> = Promise.resolve()
  let current: FlowHandle | undefined
  let refused: CountersignError | undefined

  const confirmForeign = ({ verificationHost }: { readonly verificationHost: string }) =>
    provider.verificationHosts?.includes(verificationHost) === true

  /** Asked again only after a failure. */
  function findPlace(): Promise<Discovery> {
    place ??= findProvider(runtime, provider).catch((error: unknown) => {
      place = undefined
      throw error
    })
    return place
  }

  function live(): FlowHandle | undefined {
    return current?.isOver() === false ? current : undefined
  }

  async function open(scope: Scope, countersign: boolean, insufficient: Credential | undefined): Promise<Flow | undefined> {
    const before = live()
    if (before !== undefined && lacking(scope, before.flow.scope).length === 0) return before.flow
    // What is under way already is nobody's new question, so only new codes count.
    if (before === undefined) limit.check()
    const found = await findPlace()
    const opened = await openLogin(runtime, await stores(), found, {
      clientId: provider.clientId,
      authentication: provider.authentication,
      scope,
      resource: provider.resource,
      deviceName: options.deviceName?.(),
      profile: options.profile,
      countersignSupported: countersign,
      insufficient,
      confirmForeign,
      signal: ending.signal,
    })
    if (opened.type === 'signed_in') return undefined
    if (!opened.joined) limit.count()
    current = createFlow(opened.id, opened.invitation, scope)
    // One code for more scopes has taken the place of this one.
    before?.end({ type: 'replaced' })
    follow(current, opened, countersign)
    return current.flow
  }

  function follow(handle: FlowHandle, opened: Pending, countersign: boolean): void {
    void finish(handle, opened, countersign).finally(options.onEnd)
    handle.stopped.addEventListener('abort', () => {
      const error = handle.stopped.reason as CountersignError
      refused = error
      // Whoever waits for this code elsewhere hears the same, and nobody joins it after that.
      opening = opening.then(async () => endLogin(runtime, (await stores()).pending, opened, error)).catch(() => undefined)
    })
  }

  async function finish(handle: FlowHandle, opened: Pending, countersign: boolean): Promise<void> {
    const over = new AbortController()
    const { vault, pending } = await stores()
    try {
      const { missing } = await finishLogin(runtime, { vault, pending }, opened, {
        ...(countersign
          ? {
              askCountersign: ({ wrong, told, signal }) => {
                const number = handle.ask({ wrong, ...(told === undefined ? {} : { told }) }, signal)
                options.onEnd()
                return number
              },
            }
          : {}),
        confirmForeign,
        onEvent: (event) => {
          // Another program asked for more: its code is the one to show.
          if (event.type === 'code' && event.invitation.userCode !== opened.invitation.userCode) {
            handle.end({ type: 'replaced' })
            over.abort()
          }
        },
        signal: AbortSignal.any([handle.stopped, ending.signal, over.signal]),
      })
      refused = undefined
      limit.forget()
      handle.end({ type: 'signed_in', missing })
    } catch (cause) {
      // Approved, and redeemed by a program that keeps its tokens for itself: whoever still needs one asks again.
      const elsewhere = cause instanceof CountersignError && cause.code === 'not_signed_in'
      const error = cause instanceof CountersignError ? cause : new CountersignError('aborted', 'the sign-in failed', { cause })
      if (!elsewhere && !handle.isOver()) refused = error
      handle.end(elsewhere ? { type: 'replaced' } : { type: 'refused', error })
    }
  }

  return {
    current: () => live()?.flow,
    refused: () => refused,
    open: (scope, countersign, insufficient) => {
      const turn = opening.then(() => open(scope, countersign, insufficient))
      opening = turn.catch(() => undefined)
      return turn
    },
    close: () => ending.abort(new CountersignError('aborted', 'the program ends')),
  }
}

/** Where the provider is. @throws CountersignError as `discover` does */
export async function findProvider(runtime: Runtime, { issuer, metadata }: Provider): Promise<Discovery> {
  return metadata === undefined ? discover(runtime, issuer) : { issuer, metadata, bindingRequired: false }
}
