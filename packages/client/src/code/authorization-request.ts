/**
 * The address that a browser is sent to (RFC 6749 section 4.1.1), and what has to be remembered until it comes back.
 * Invariant: the code is worth nothing without the verifier and the key, which never leave this program (RFC 7636, RFC 9449 section 10).
 */
import { codeChallengeOf, publicOf, randomText, thumbprint } from '@countersign/proof'
import { CountersignError, formatScope, type Scope } from '@countersign/protocol'
import type { AuthenticationAt } from '../clients/authentication.ts'
import type { Discovery } from '../discover.ts'
import type { Runtime } from '../runtime.ts'
import { readObject, readText, readTexts } from '../wire/json.ts'
import { type KeyBinding, sendProven } from '../wire/proven.ts'
import { readRefusal, refused } from '../wire/refusal.ts'

export interface CodeRequest {
  readonly clientId: string
  readonly authentication: AuthenticationAt | undefined
  readonly redirectUri: string
  readonly scope: Scope | undefined
  readonly resource: string | undefined
  /** What this server wants besides, by the word of the person. */
  readonly extra?: Readonly<Record<string, string>> | undefined
  readonly signal: AbortSignal | undefined
}

export interface StartedCode {
  /** To be opened in a browser. */
  readonly url: string
  readonly state: string
  readonly codeVerifier: string
}

/**
 * Whether the server offers the code grant in a form that is safe to use.
 * RFC 9700 section 2.1.1: without a list of methods nobody can tell whether the server looks at the challenge at all.
 */
export function offersCode({ metadata }: Pick<Discovery, 'metadata'>): boolean {
  const methods = readTexts(metadata.code_challenge_methods_supported) ?? []
  const types = readTexts(metadata.response_types_supported) ?? ['code']
  return readText(metadata.authorization_endpoint) !== undefined && methods.includes('S256') && types.includes('code')
}

/**
 * Makes the address. A server that takes pushed requests (RFC 9126) gets one: a refusal is then known before anybody opens a browser.
 * @throws CountersignError `code_grant_not_supported`, and for a pushed request that is refused what it means
 */
export async function startCode(runtime: Runtime, binding: KeyBinding, place: Discovery, request: CodeRequest): Promise<StartedCode> {
  const { issuer, metadata } = place
  const endpoint = readText(metadata.authorization_endpoint)
  if (endpoint === undefined || !offersCode(place)) {
    throw new CountersignError('code_grant_not_supported', `${issuer} does not offer sign-in by redirect with PKCE (S256)`, {
      hint: 'Use another way to sign in, or have it turned on.',
    })
  }
  const { suite } = runtime
  const codeVerifier = randomText(suite, 32)
  const state = randomText(suite, 16)
  const parameters = {
    // First, so that nothing of the protocol is replaced by it.
    ...request.extra,
    response_type: 'code',
    client_id: request.clientId,
    redirect_uri: request.redirectUri,
    state,
    code_challenge: await codeChallengeOf(suite, codeVerifier),
    code_challenge_method: 'S256',
    // RFC 9449 section 10: the code is bound to the key as well.
    dpop_jkt: await thumbprint(suite, publicOf(binding.key)),
    ...(request.scope === undefined ? {} : { scope: formatScope(request.scope) }),
    ...(request.resource === undefined ? {} : { resource: request.resource }),
  }
  const pushTo = readText(metadata['pushed_authorization_request_endpoint'])
  const query = pushTo === undefined ? parameters : await pushed(runtime, binding, pushTo, parameters, request)
  const url = new URL(endpoint)
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
  return { url: url.href, state, codeVerifier }
}

async function pushed(
  runtime: Runtime,
  binding: KeyBinding,
  url: string,
  parameters: Readonly<Record<string, string>>,
  { clientId, authentication, signal }: CodeRequest,
): Promise<Readonly<Record<string, string>>> {
  const form = new URLSearchParams(parameters)
  const answer = await sendProven(runtime, binding, { method: 'POST', url, form, authentication, signal })
  const body = readObject(answer.body)
  const refusal = body === undefined ? undefined : readRefusal(body)
  if (refusal !== undefined) throw refused(refusal)
  const requestUri = readText(body?.['request_uri'])
  if (requestUri === undefined || answer.status >= 300) {
    throw new CountersignError('invalid_response', `the pushed authorization request was answered with status ${answer.status}`, {
      hint: 'Tell the operator of the authorization server.',
    })
  }
  // RFC 9126 section 4
  return { client_id: clientId, request_uri: requestUri }
}
