/**
 * Sign-ins with a link, where the server has no device grant: the counterpart of `codes`, for the authorization code grant.
 * One link at a time; somebody who signs in elsewhere meanwhile ends the wait for it.
 */
import {
  codeLogin,
  type Credential,
  type Discovery,
  keepCredential,
  type KnownClient,
  type LoginStores,
  type Runtime,
  type Visit,
  vaultName,
} from '@countersign/client'
import { randomText } from '@countersign/proof'
import { CountersignError, type Scope } from '@countersign/protocol'
import type { Codes } from './codes.ts'
import { createFlow, type Flow, type FlowHandle } from './flow.ts'
import { promptLimit } from './prompt-limit.ts'
import { lacking } from './scopes.ts'
import { openRedirectListener, type RedirectListener } from './redirect-listener.ts'

/** Which client to be at the authorization server that a resource names now. */
export type ChooseClient = (place: Discovery, signal: AbortSignal) => Promise<KnownClient>

export interface LinksOptions {
  readonly profile: string
  readonly callback: { readonly host?: string | undefined; readonly port?: number | undefined; readonly path?: string | undefined }
  /** More parameters for the authorization request. */
  readonly extra?: Readonly<Record<string, string>> | undefined
  readonly onEnd: () => void
}

/** Milliseconds a link is waited for. */
const LIFE = 10 * 60_000
const LOOK = 1000

export function links(
  runtime: Runtime,
  stores: () => Promise<LoginStores>,
  chooseClient: ChooseClient,
  place: Discovery,
  options: LinksOptions,
): Codes {
  const { clock, sleep } = runtime
  const limit = promptLimit(clock)
  const ending = new AbortController()
  let opening: Promise<unknown> = Promise.resolve()
  let current: FlowHandle | undefined
  let refused: CountersignError | undefined

  async function open(scope: Scope, insufficient: Credential | undefined): Promise<Flow | undefined> {
    if (current !== undefined && lacking(scope, current.flow.scope).length === 0) return current.flow
    limit.check()
    const { clientId, authentication } = await chooseClient(place, ending.signal)
    const { vault } = await stores()
    const name = vaultName(place.issuer, clientId, place.resource, options.profile)
    const before = insufficient ?? (await vault.read(name))
    const listener = await listen()
    const over = new AbortController()
    const signal = AbortSignal.any([over.signal, ending.signal])
    try {
      return await new Promise<Flow>((resolve, reject) => {
        let handle: FlowHandle | undefined
        const visit = ({ url, isAnswer, signal: stopped }: Visit): Promise<string> => {
          handle = follow(url, scope, () => over.abort())
          void watch(name, before, handle, signal)
          resolve(handle.flow)
          return listener.answer(isAnswer, stopped)
        }
        codeLogin(runtime, place, {
          clientId,
          authentication,
          scope,
          redirectUri: listener.redirectUri,
          extra: options.extra,
          visit,
          signal,
        })
          .then(async ({ credential, missing }) => {
            await keepCredential(vault, name, credential)
            limit.forget()
            refused = undefined
            listener.tell({ ok: true, text: 'Signed in. You can close this page and go back.' })
            handle?.end({ type: 'signed_in', missing })
          })
          .catch((cause: unknown) => {
            const error = cause instanceof CountersignError ? cause : new CountersignError('aborted', 'the sign-in failed', { cause })
            listener.tell({ ok: false, text: `Not signed in: ${error.message}` })
            if (handle === undefined) return reject(error)
            // Nobody who ended it here waits for the reason.
            if (!over.signal.aborted) refused = error
            return handle.end({ type: 'refused', error })
          })
          .finally(listener.close)
      })
    } catch (error) {
      listener.close()
      throw error
    }
  }

  function follow(link: string, scope: Scope, onStop: () => void): FlowHandle {
    const expiresAt = clock.now() + LIFE
    const invitation = { userCode: '', verificationUri: link, verificationHost: new URL(link).host, foreign: false, expiresAt }
    const handle = createFlow(randomText(runtime.suite, 9), invitation, scope)
    limit.count()
    current?.end({ type: 'replaced' })
    current = handle
    handle.stopped.addEventListener('abort', onStop)
    void handle.flow.ended.then(() => {
      onStop()
      if (current === handle) current = undefined
      options.onEnd()
    })
    return handle
  }

  /** The port that registrations name, when it is free; any other one otherwise (RFC 8252 section 7.3). */
  async function listen(): Promise<RedirectListener> {
    if (options.callback.port !== undefined) return openRedirectListener(options.callback)
    const port = Number(new URL(callbackUri(place.issuer, options.callback)).port)
    return openRedirectListener({ ...options.callback, port }).catch(() => openRedirectListener(options.callback))
  }

  async function watch(name: string, before: Credential | undefined, handle: FlowHandle, signal: AbortSignal): Promise<void> {
    const { vault } = await stores()
    while (clock.now() < handle.flow.invitation.expiresAt) {
      await sleep(LOOK, signal).catch(() => undefined)
      if (signal.aborted) return
      const now = await vault.read(name).catch(() => undefined)
      if (now !== undefined && now.accessToken !== before?.accessToken) {
        return handle.end({ type: 'signed_in', missing: lacking(handle.flow.scope, now.scope) })
      }
    }
    refused = new CountersignError('device_code_expired', 'nobody opened the link in time', { hint: 'Start again for a new link.' })
    handle.end({ type: 'refused', error: refused })
  }

  return {
    current: () => current?.flow,
    refused: () => refused,
    open: (scope, _countersign, insufficient) => {
      const turn = opening.then(() => open(scope, insufficient))
      opening = turn.catch(() => undefined)
      return turn
    },
    close: () => ending.abort(new CountersignError('aborted', 'the program ends')),
  }
}

/** Where answers of this issuer come: always the same port unless told, because some servers take only the address that was registered. */
export function callbackUri(issuer: string, { host = '127.0.0.1', port, path = '/callback' }: LinksOptions['callback']): string {
  let sum = 0
  for (const character of issuer) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 16_384
  // The ports that nobody registers.
  return `http://${host}:${port ?? 49_152 + sum}${path}`
}
