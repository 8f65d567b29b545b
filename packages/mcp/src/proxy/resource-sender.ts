/**
 * Requests to the server with the token there is for it. What the server then asks for is told as a demand, and nobody is asked here.
 * Invariant: a token goes to the resource it was issued for, in the Authorization header, and nowhere else; `authorizerOf` sees to it.
 */
import {
  authorizerOf,
  authorizing,
  findEntries,
  type Runtime,
  type SendAuthorized,
  type Tokens,
  type Vault,
  type VaultEntry,
} from '@countersign/client'
import { CountersignError, parseChallenges, parseScope, type Scope } from '@countersign/protocol'
import { type HeldTokens, heldTokens } from './held-tokens.ts'
import type { Http, HttpRequest, HttpResponse } from './http.ts'

/** Why the server did not do what it was asked to. */
export interface Demand {
  /** `scope`: the token is good, and does not allow this (RFC 6750 section 3.1, insufficient_scope). */
  readonly reason: 'token' | 'scope'
  /** As received; discovery reads the rest of it. */
  readonly wwwAuthenticate: string
  /** What the operation needs, when the challenge says so. */
  readonly scope: Scope | undefined
  /** The sign-in that was used and is not enough; absent when there was none. */
  readonly used: VaultEntry | undefined
}

export type Sent = { readonly type: 'response'; readonly response: HttpResponse } | { readonly type: 'demanded'; readonly demand: Demand }

export interface ResourceSender {
  /** Sends to the resource. Redirects are returned, not followed. @throws CountersignError `network_failure`, `vault_unavailable` and others */
  send(request: HttpRequest): Promise<Sent>
  /** There may be another sign-in now: the next request goes with it. */
  lookAgain(): void
}

export interface ResourceSenderOptions {
  readonly runtime: Runtime
  readonly http: Http
  /** Opened before the first request. */
  readonly stores: () => Promise<{ readonly vault: Vault; readonly tokens: Tokens }>
  readonly url: string
  readonly profile: string
  /** Only sign-ins of this authorization server or client. */
  readonly issuer?: string | undefined
  readonly clientId?: string | undefined
}

export function openResourceSender(options: ResourceSenderOptions): ResourceSender {
  const { runtime, http, stores, url } = options
  let entry: VaultEntry | undefined
  let looked = false
  let signed: { readonly name: string; readonly send: SendAuthorized; readonly tokens: HeldTokens } | undefined

  async function find(): Promise<VaultEntry | undefined> {
    const { vault } = await stores()
    const fitting = (await findEntries(vault, url, options.profile)).filter(
      ({ credential: { issuer, clientId } }) => issuer === (options.issuer ?? issuer) && clientId === (options.clientId ?? clientId),
    )
    // After a move to another authorization server both are there; the newest sign-in is the one the resource asked for.
    return fitting.toSorted((one, other) => other.credential.obtainedAt - one.credential.obtainedAt)[0]
  }

  /** The sign-in with a token that is good now; `undefined` when a person has to sign in. */
  async function usable(found: VaultEntry | undefined, rejected?: string): Promise<VaultEntry | undefined> {
    if (found === undefined) return undefined
    const { tokens } = await stores()
    try {
      return { name: found.name, credential: await tokens.accessToken(found.name, { rejected }) }
    } catch (error) {
      if (error instanceof CountersignError && error.code === 'not_signed_in') return undefined
      throw error
    }
  }

  async function sendOnce(request: HttpRequest): Promise<HttpResponse> {
    if (entry === undefined) return http(request)
    const { name } = entry
    if (signed?.name !== name) {
      const tokens = heldTokens((await stores()).tokens, runtime.clock)
      signed = { name, tokens, send: authorizing(runtime.clock, authorizerOf(runtime, tokens, name)) }
    }
    // RFC 6750 section 2: one method only, and it is this header, whatever else is configured.
    const { authorization: _other, dpop: _proof, ...headers } = request.headers
    return signed.send({ ...request, repeatable: true }, (given) => http({ ...request, headers: { ...headers, ...given } }))
  }

  return {
    lookAgain: () => {
      looked = false
      signed?.tokens.forget()
    },
    async send(request) {
      // Looking through a vault takes time, so it is done before the first request and after a refusal, not for every call.
      if (!looked) entry = await usable(await find())
      looked = true
      const used = entry
      let response: HttpResponse | undefined
      try {
        response = await sendOnce(request)
        if (response.status !== 401) return judge(response, used)
      } catch (error) {
        // Signed out elsewhere, or ended by the server, while this program runs.
        if (!(error instanceof CountersignError) || error.code !== 'not_signed_in') throw error
      }
      // RFC 6750 section 3.1: what was refused may only have expired earlier than it said, or somebody has signed in again elsewhere.
      const found = await find()
      const next = await usable(found, found?.name === used?.name ? used?.credential.accessToken : undefined)
      const again = next !== undefined && next.credential.accessToken !== used?.credential.accessToken
      if (!again && response !== undefined) return judge(response, used)
      await response?.body?.cancel()
      entry = next
      signed?.tokens.forget()
      return judge(await sendOnce(request), next)
    },
  }
}

function judge(response: HttpResponse, used: VaultEntry | undefined): Sent {
  const { status } = response
  if (status !== 401 && status !== 403) return { type: 'response', response }
  const wwwAuthenticate = response.headers.get('www-authenticate') ?? ''
  const parameters = parseChallenges(wwwAuthenticate).map((challenge) => challenge.parameters)
  // RFC 6750 section 3.1: any other 403 is a plain no.
  if (status === 403 && !parameters.some(({ error }) => error === 'insufficient_scope')) return { type: 'response', response }
  response.body?.cancel().catch(() => undefined)
  const scope = usableScope(parameters.map(({ scope }) => scope).find((text) => text !== undefined))
  return { type: 'demanded', demand: { reason: status === 401 ? 'token' : 'scope', wwwAuthenticate, scope, used } }
}

function usableScope(text: string | undefined): Scope | undefined {
  try {
    const scope = parseScope(text)
    return scope.length === 0 ? undefined : scope
  } catch {
    return undefined
  }
}
