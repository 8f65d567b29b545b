/** Who the client is (RFC 6749 section 2.3): the same rules at every endpoint, so a confidential client cannot be impersonated at any of them. */
import { type Awaitable, type Exchange, type Form, whenKnown } from '@countersign/protocol'
import { equalInConstantTime } from '@countersign/proof'
import { findClientFor } from '../client-lookup.ts'
import type { Context } from '../../context.ts'
import type { Client } from '../../records/records.ts'
import { isOwnAssertion } from './assertion.ts'
import { type Credentials, credentialsOf, refused } from './credentials.ts'

/** What `token_endpoint_auth_methods_supported` says. */
export const AUTHENTICATION_METHODS = ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'] as const

/** Failed attempts tolerated per client and address in ten minutes (RFC 6749 section 2.3.1: protect against brute force). */
const FAILURES = 20
const FAILURE_WINDOW_MS = 600_000

/**
 * The authenticated client.
 * @throws OAuthError `invalid_client` (401; with a Basic challenge when Basic was used), or `invalid_request` when two methods were used at once
 */
export function authenticateClient(context: Context, exchange: Exchange, form: Form): Awaitable<Client> {
  const credentials = credentialsOf(exchange, form)
  return whenKnown(findClientFor(context, credentials.clientId), (client) => {
    if (client === undefined) throw refused(credentials.method)
    if (client.authentication !== 'none') return proven(context, exchange, client, credentials)
    if (credentials.method !== 'none') throw refused(credentials.method)
    return client
  })
}

/** A confidential client, after it has proved itself. */
function proven(context: Context, exchange: Exchange, client: Client, credentials: Credentials): Awaitable<Client> {
  const failures = `${client.id}:${exchange.remoteAddress}:client-secret`
  const until = context.clock.now() + FAILURE_WINDOW_MS
  return whenKnown(context.store.count(failures, until, 0), (failed) => {
    if (failed >= FAILURES) throw refused(credentials.method)
    return whenKnown(isAuthentic(context, client, credentials), (authentic) => {
      if (authentic) return client
      return whenKnown(context.store.count(failures, until, 1), () => {
        throw refused(credentials.method)
      })
    })
  })
}

/** A client proves itself in the way it is registered for, and in no other. */
function isAuthentic(context: Context, client: Client, credentials: Credentials): Awaitable<boolean> {
  if (client.authentication === 'private_key_jwt') {
    return credentials.method === 'assertion' && isOwnAssertion(context, client, credentials.assertion)
  }
  if (credentials.method !== 'basic' && credentials.method !== 'post') return false
  const digesting = context.digest('client_secret', credentials.secret)
  return whenKnown(digesting, (digest) => equalInConstantTime(digest, client.secretDigest ?? ''))
}
