/**
 * Client metadata as clients write it about themselves (RFC 7591 section 2), in a registration request or in a document of their own.
 * What is not understood is ignored. Names, logos and links are claims: the name is kept and shown as one, the rest is not kept at all.
 */
import { AUTHORIZATION_CODE, DEVICE_CODE, OAuthError, parseRedirectUri, parseScope, REFRESH_TOKEN, type Scope } from '@countersign/protocol'
import type { Client } from '../../records/records.ts'
import type { Settings } from '../../settings.ts'
import { isDocumentUrl } from '../metadata-document/client-id-url.ts'
import { publicKeysOf } from './public-keys.ts'

export type AuthMethod = 'none' | 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt'

export interface ClientMetadata {
  readonly name: string
  readonly authMethod: AuthMethod
  readonly grantTypes: readonly string[]
  readonly redirectUris: readonly string[]
  readonly scopes: Scope | undefined
  readonly jwks: readonly Readonly<Record<string, unknown>>[] | undefined
  readonly jwksUri: string | undefined
  readonly dpopBound: boolean
}

/** What may be said here. */
export interface MetadataRule {
  readonly codeGrant: Settings['codeGrant']
  readonly authMethods: readonly AuthMethod[]
  /** When nothing is said about authentication. */
  readonly defaultAuthMethod: AuthMethod
}

type Document = Readonly<Record<string, unknown>>

const LONGEST_NAME = 200
const MOST_ENTRIES = 20

/**
 * The metadata in a JSON object.
 * @throws OAuthError `invalid_client_metadata`, `invalid_redirect_uri` (RFC 7591 section 3.2.2)
 */
export function readClientMetadata(document: Document, rule: MetadataRule): ClientMetadata {
  const authMethod = authMethodIn(document, rule)
  const redirectUris = (textsIn(document, 'redirect_uris') ?? []).map(redirectUri)
  const grantTypes = grantTypesIn(document, rule)
  // RFC 6749 section 3.1.2.2. A device has no place to be sent to, and needs none.
  if (grantTypes.includes(AUTHORIZATION_CODE) && redirectUris.length === 0) {
    throw new OAuthError('invalid_redirect_uri', 'the authorization_code grant needs redirect_uris')
  }
  return {
    name: nameIn(document),
    authMethod,
    grantTypes,
    redirectUris,
    scopes: scopesIn(document),
    ...keysIn(document, authMethod),
    dpopBound: dpopBoundIn(document),
  }
}

/** A client made of what it says about itself. */
export function clientOf(id: string, metadata: ClientMetadata, createdAt: number): Client {
  const { name, authMethod, grantTypes, redirectUris, scopes, jwks, jwksUri, dpopBound } = metadata
  return {
    id,
    name,
    authentication: authMethod === 'none' || authMethod === 'private_key_jwt' ? authMethod : 'client_secret',
    grantTypes,
    ...(redirectUris.length === 0 ? {} : { redirectUris }),
    ...(scopes === undefined ? {} : { scopes }),
    ...(jwks === undefined ? {} : { jwks }),
    ...(jwksUri === undefined ? {} : { jwksUri }),
    ...(dpopBound ? { dpopBound } : {}),
    createdAt,
  }
}

function refused(fault: string): OAuthError {
  return new OAuthError('invalid_client_metadata', fault)
}

function textsIn(document: Document, name: string): readonly string[] | undefined {
  const value = document[name]
  if (value === undefined) return undefined
  if (!Array.isArray(value) || value.length > MOST_ENTRIES || !value.every((each): each is string => typeof each === 'string')) {
    throw refused(`'${name}' must be an array of at most ${MOST_ENTRIES} strings`)
  }
  return [...new Set(value)]
}

function authMethodIn(document: Document, { authMethods, defaultAuthMethod }: MetadataRule): AuthMethod {
  const asked = document['token_endpoint_auth_method'] ?? defaultAuthMethod
  const found = authMethods.find((method) => method === asked)
  if (found === undefined) throw refused(`'token_endpoint_auth_method' must be one of: ${authMethods.join(', ')}`)
  return found
}

/**
 * The grants this client may use: those it asks for, as far as a program that nobody vouched for may have them. Tokens without a person
 * (client_credentials) are not among them, because it is the person's approval that such a program lives on.
 */
function grantTypesIn(document: Document, { codeGrant }: MetadataRule): readonly string[] {
  // RFC 7591 section 2: left out, it means the authorization code grant alone. The device grant has to be asked for.
  const asked = textsIn(document, 'grant_types') ?? [AUTHORIZATION_CODE]
  const responseTypes = textsIn(document, 'response_types')
  // RFC 7591 section 2.1: the two lists have to agree.
  if (responseTypes !== undefined && responseTypes.includes('code') !== asked.includes(AUTHORIZATION_CODE)) {
    throw refused("the response type 'code' and the grant type 'authorization_code' go together")
  }
  const usable = [AUTHORIZATION_CODE, DEVICE_CODE, REFRESH_TOKEN].filter(
    (one) => asked.includes(one) && (codeGrant === 'on' || one !== AUTHORIZATION_CODE),
  )
  if (!usable.some((one) => one !== REFRESH_TOKEN)) throw refused("none of the 'grant_types' can begin anything here")
  return usable
}

function redirectUri(text: string): string {
  try {
    return parseRedirectUri(text)
  } catch (error) {
    if (error instanceof OAuthError) throw new OAuthError('invalid_redirect_uri', error.message)
    throw error
  }
}

function nameIn(document: Document): string {
  const name = document['client_name'] ?? ''
  if (typeof name !== 'string' || name.length > LONGEST_NAME || /\p{Cc}/u.test(name)) {
    throw refused(`'client_name' must be a line of at most ${LONGEST_NAME} characters`)
  }
  return name
}

function scopesIn(document: Document): Scope | undefined {
  const scope = document['scope']
  if (scope === undefined) return undefined
  if (typeof scope !== 'string') throw refused("'scope' must be a string")
  try {
    return parseScope(scope)
  } catch (error) {
    if (error instanceof OAuthError) throw refused(`'scope': ${error.message}`)
    throw error
  }
}

function dpopBoundIn(document: Document): boolean {
  const bound = document['dpop_bound_access_tokens'] ?? false
  if (typeof bound !== 'boolean') throw refused("'dpop_bound_access_tokens' must be true or false")
  return bound
}

/** The keys of a client that signs; nothing for the others. */
function keysIn(document: Document, authMethod: AuthMethod): Pick<ClientMetadata, 'jwks' | 'jwksUri'> {
  const { jwks, jwks_uri: jwksUri } = document
  // RFC 7591 section 2
  if (jwks !== undefined && jwksUri !== undefined) throw refused("'jwks' and 'jwks_uri' exclude each other")
  if (jwksUri !== undefined && !(typeof jwksUri === 'string' && isDocumentUrl(jwksUri))) throw refused("'jwks_uri' must be an https URL")
  const keys = jwks === undefined ? undefined : publicKeysOf(jwks)
  if (jwks !== undefined && keys === undefined) throw refused("'jwks' must hold public keys of P-256, Ed25519 or RSA, and no private one")
  if (authMethod !== 'private_key_jwt') return { jwks: undefined, jwksUri: undefined }
  if (jwks === undefined && jwksUri === undefined) throw refused("private_key_jwt needs 'jwks' or 'jwks_uri'")
  return { jwks: keys, jwksUri }
}
