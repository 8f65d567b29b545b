/**
 * How a client proves who it is (RFC 6749 section 2.3, RFC 7523 section 2.2), at every request that asks for it, polls included
 * (RFC 8628 section 3.4). Invariant: one method in a request, and nothing of it to another server than the one it is for.
 */
import { createClientAssertion, type PrivateJwk } from '@countersign/proof'
import type { Runtime } from '../runtime.ts'
import type { WireRequest } from '../wire/send.ts'

/** What the client was given, or has made. A client without any is public. */
export type ClientAuthentication =
  | { readonly method: 'client_secret_basic' | 'client_secret_post'; readonly secret: string }
  /** `keyId` where the server knows several keys of this client. */
  | { readonly method: 'private_key_jwt'; readonly key: PrivateJwk; readonly keyId?: string | undefined }

/** The same at the one server that it is for: `issuer` is the validated one. */
export type AuthenticationAt = ClientAuthentication & { readonly issuer: string }

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/**
 * The request with the proof of this client, whose `client_id` is in the form: a new one for every attempt, because an assertion is good for
 * one (RFC 7523 section 3).
 */
export async function authenticated(
  { suite, clock }: Runtime,
  authentication: AuthenticationAt | undefined,
  request: WireRequest,
): Promise<WireRequest> {
  if (authentication === undefined) return request
  const form = new URLSearchParams(request.form)
  const clientId = form.get('client_id') ?? ''
  switch (authentication.method) {
    case 'client_secret_basic': {
      form.delete('client_id')
      // RFC 6749 section 2.3.1: both parts are form-encoded first.
      const parts = [clientId, authentication.secret].map((part) => new URLSearchParams([['', part]]).toString().slice(1))
      return { ...request, form, headers: { ...request.headers, authorization: `Basic ${btoa(parts.join(':'))}` } }
    }
    case 'client_secret_post':
      form.set('client_secret', authentication.secret)
      return { ...request, form }
    case 'private_key_jwt': {
      const { issuer, key, keyId } = authentication
      form.set('client_assertion_type', ASSERTION_TYPE)
      form.set('client_assertion', await createClientAssertion(suite, clock, { clientId, issuer, key, keyId }))
      return { ...request, form }
    }
  }
}

/** The secrets in it, to be kept out of what servers say. */
export function secretsOf(authentication: AuthenticationAt | undefined): readonly string[] {
  return authentication !== undefined && 'secret' in authentication ? [authentication.secret] : []
}
