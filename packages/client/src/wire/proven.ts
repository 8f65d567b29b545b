/**
 * Requests that prove possession of a key (RFC 9449): a fresh proof for every request, the newest nonce of each server.
 * Invariant: no proof is ever sent twice, and a nonce goes only to the server that gave it.
 */
import { createProver, type PrivateJwk, type Prover } from '@countersign/proof'
import { parseChallenges } from '@countersign/protocol'
import { type AuthenticationAt, authenticated } from '../clients/authentication.ts'
import type { Runtime } from '../runtime.ts'
import { readObject } from './json.ts'
import { type Answer, send, type WireRequest } from './send.ts'

/** Newest nonce by authorization server. RFC 9449 section 9 keeps those of resources apart, even on one host. */
export type Nonces = Map<string, string>

/** A key in use: how to prove it, and which nonce each server wants to see. */
export interface KeyBinding {
  readonly key: PrivateJwk
  readonly prove: Prover
  readonly nonces: Nonces
}

/** Puts a key to use; with `nonces` it goes on from what another binding has learnt. */
export async function bindKey(runtime: Runtime, key: PrivateJwk, nonces: Nonces = new Map()): Promise<KeyBinding> {
  return { key, prove: await createProver(runtime.suite, runtime.clock, key), nonces }
}

// RFC 9449 section 8.1: 1*NQCHAR.
const nonceSyntax = /^[\x21\x23-\x5b\x5d-\x7e]{1,512}$/

/** The header value for one request. */
async function proofFor(
  binding: KeyBinding,
  request: { readonly method: string; readonly url: string },
): Promise<{ readonly proof: string; readonly nonce: string | undefined }> {
  const nonce = binding.nonces.get(serverOf(request.url))
  return { proof: await binding.prove({ ...request, nonce }), nonce }
}

/** RFC 9449 section 8.2: the newest nonce of any answer, 200 included, is the one for the next request to that server. */
function adoptNonce(binding: KeyBinding, url: string, headers: Headers): string | undefined {
  const nonce = nonceIn(headers)
  if (nonce !== undefined) binding.nonces.set(serverOf(url), nonce)
  return nonce
}

/** The nonce of an answer; `undefined` when it has none, or none that could be sent back. */
export function nonceIn(headers: Pick<Headers, 'get'>): string | undefined {
  const nonce = headers.get('dpop-nonce') ?? ''
  return nonceSyntax.test(nonce) ? nonce : undefined
}

/** A form for the authorization server; what the client proves itself with is added to it. */
export interface ProvenRequest extends WireRequest {
  readonly authentication?: AuthenticationAt | undefined
}

/** A request to the authorization server with proof; asked for a nonce, it is repeated once with it (RFC 9449 section 8). */
export async function sendProven(
  runtime: Runtime,
  binding: KeyBinding | undefined,
  { authentication, ...request }: ProvenRequest,
): Promise<Answer> {
  const own = () => authenticated(runtime, authentication, request)
  if (binding === undefined) return send(runtime, await own())
  const attempt = async (): Promise<{ readonly answer: Answer; readonly fresh: boolean }> => {
    const { proof, nonce } = await proofFor(binding, request)
    const signed = await own()
    const answer = await send(runtime, { ...signed, headers: { ...signed.headers, dpop: proof } })
    const given = adoptNonce(binding, request.url, answer.headers)
    return { answer, fresh: given !== undefined && given !== nonce }
  }
  const first = await attempt()
  return first.fresh && readObject(first.answer.body)?.['error'] === 'use_dpop_nonce' ? (await attempt()).answer : first.answer
}

/** Whether a resource asks for a nonce (RFC 9449 section 9). */
export function asksForNonce(headers: Pick<Headers, 'get'>): boolean {
  const challenges = parseChallenges(headers.get('www-authenticate') ?? '')
  return challenges.some(({ scheme, parameters }) => scheme.toLowerCase() === 'dpop' && parameters['error'] === 'use_dpop_nonce')
}

function serverOf(url: string): string {
  return new URL(url).origin
}
