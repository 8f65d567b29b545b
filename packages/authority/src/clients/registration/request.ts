/** What arrives at the registration endpoint: a JSON object, and a Bearer token that lets somebody in. */
import { type Exchange, formatChallenge, headerOf, OAuthError } from '@countersign/protocol'
import type { Context } from '../../context.ts'
import { type ClientMetadata, readClientMetadata } from './client-metadata.ts'

export type Document = Readonly<Record<string, unknown>>

const LONGEST_BODY = 16_384

/** @throws OAuthError `invalid_request` for another content type, 413 for a long body, `invalid_client_metadata` for what is no JSON object */
export function documentIn(exchange: Exchange): Document {
  const type = headerOf(exchange, 'content-type') ?? ''
  // RFC 7591 section 3.1
  if (!/^application\/json\s*(?:;|$)/i.test(type)) throw new OAuthError('invalid_request', 'the body must be application/json')
  if (exchange.body.length > LONGEST_BODY) {
    throw new OAuthError('invalid_request', `the body is longer than ${LONGEST_BODY} characters`, { status: 413 })
  }
  const value = parsed(exchange.body)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new OAuthError('invalid_client_metadata', 'the body must be a JSON object')
  }
  return value as Document
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

/** Metadata in a registration request. @throws OAuthError `invalid_client_metadata`, `invalid_redirect_uri` */
export function metadataIn({ clientDocuments, settings }: Context, document: Document): ClientMetadata {
  const metadata = readClientMetadata(document, {
    codeGrant: settings.codeGrant,
    authMethods: ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'],
    // RFC 7591 section 2: the default when nothing is said.
    defaultAuthMethod: 'client_secret_basic',
  })
  if (metadata.jwksUri !== undefined && !clientDocuments.fetchesKeys) {
    throw new OAuthError('invalid_client_metadata', "this server fetches no 'jwks_uri': send 'jwks'")
  }
  return metadata
}

/** The Bearer token of the request (RFC 6750 section 2.1). @throws OAuthError `invalid_token` when there is none */
export function bearerIn(exchange: Exchange): string {
  const authorization = headerOf(exchange, 'authorization')
  const token = /^bearer +([\w\-.~+/]+=*)$/i.exec(authorization ?? '')?.[1]
  if (token === undefined) throw notAdmitted()
  return token
}

/** The same for every reason: no token, a wrong one, no such client (RFC 7592 section 2). */
export function notAdmitted(): OAuthError {
  const challenge = formatChallenge('Bearer', { realm: 'registration', error: 'invalid_token' })
  return new OAuthError('invalid_token', 'the token does not open this registration', { headers: { 'www-authenticate': challenge } })
}
