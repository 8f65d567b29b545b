/** From an issuer identifier to its metadata (RFC 8414, OpenID Connect Discovery 1.0). */
import {
  appendWellKnown,
  AUTHORIZATION_SERVER_SUFFIX,
  type AuthorizationServerMetadata,
  CountersignError,
  DEVICE_CODE,
  insertWellKnown,
  OPENID_CONFIGURATION_SUFFIX,
} from '@countersign/protocol'
import type { Runtime } from '../runtime.ts'
import { readText, readTexts } from '../wire/json.ts'
import { quotedText } from '../wire/text.ts'
import { learntAddress } from './address.ts'
import { getDocument } from './document.ts'

export interface ServerSearch {
  readonly metadata: AuthorizationServerMetadata | undefined
  readonly misses: readonly string[]
}

/**
 * The metadata of an issuer: RFC 8414 insertion, OpenID insertion, OpenID appending, in that order.
 * @param issuer exactly as the person or the resource wrote it
 * @param given the address the person named, which decides how near the endpoints may be
 * @throws CountersignError `issuer_mismatch` when a document names another issuer, `insecure_url` when an endpoint may not be used
 */
export async function findServerMetadata(
  runtime: Runtime,
  issuer: string,
  given: URL,
  options: { readonly signal: AbortSignal | undefined; readonly allowPrivate: boolean },
): Promise<ServerSearch> {
  const misses: string[] = []
  // RFC 8414 section 2: an issuer has no query and no fragment.
  if (/[?#]/.test(issuer)) return { metadata: undefined, misses: ['the URL has a query, which issuers never have'] }
  const addresses = [
    insertWellKnown(issuer, AUTHORIZATION_SERVER_SUFFIX),
    insertWellKnown(issuer, OPENID_CONFIGURATION_SUFFIX),
    // Without a path the two OpenID forms are one.
    appendWellKnown(issuer, OPENID_CONFIGURATION_SUFFIX),
  ]
  for (const address of new Set(addresses)) {
    const found = await getDocument(runtime, address, options.signal)
    if (found.found && found.document['issuer'] !== undefined) {
      return { metadata: checked(found.document, issuer, given, options.allowPrivate), misses }
    }
    misses.push(`${address} (${found.found ? 'no issuer in it' : found.why})`)
  }
  return { metadata: undefined, misses }
}

// Those this client sends anything to.
const ENDPOINTS = [
  'token_endpoint',
  'device_authorization_endpoint',
  'authorization_endpoint',
  'pushed_authorization_request_endpoint',
  'registration_endpoint',
  'revocation_endpoint',
  'userinfo_endpoint',
] as const

function checked(
  document: Readonly<Record<string, unknown>>,
  issuer: string,
  given: URL,
  allowPrivate: boolean,
): AuthorizationServerMetadata {
  // RFC 8414 section 3.3: code point by code point; otherwise nothing in the document may be used.
  if (document['issuer'] !== issuer) {
    const named = quotedText(document['issuer'])
    throw new CountersignError('issuer_mismatch', `the metadata of ${issuer} names another issuer: ${named ?? 'none'}`, {
      hint: 'Use the issuer exactly as it names itself; if the host differs, do not trust this server.',
    })
  }
  for (const member of ENDPOINTS) {
    const endpoint = document[member]
    if (endpoint !== undefined) learntAddress(typeof endpoint === 'string' ? endpoint : '', member, given, allowPrivate)
  }
  return { ...document, issuer }
}

/** Where a device sign-in goes, both from one validated document. */
export interface DeviceEndpoints {
  readonly deviceAuthorization: string
  readonly token: string
}

/** @throws CountersignError `device_grant_not_supported` when the document does not offer the grant (RFC 8628 section 4) */
export function deviceEndpoints(metadata: AuthorizationServerMetadata): DeviceEndpoints {
  const deviceAuthorization = readText(metadata.device_authorization_endpoint)
  const token = readText(metadata.token_endpoint)
  if (deviceAuthorization === undefined || token === undefined || !offersDevice(metadata)) {
    throw new CountersignError('device_grant_not_supported', `${metadata.issuer} does not offer sign-in with a code (device grant)`, {
      hint: 'Use another way to sign in, or have the device grant (RFC 8628) turned on.',
    })
  }
  return { deviceAuthorization, token }
}

/** Whether the document offers the device grant. */
export function offersDevice(metadata: AuthorizationServerMetadata): boolean {
  // Several large servers publish the endpoint and leave grant_types_supported out; a list without the grant is a clear no.
  const offered = metadata.grant_types_supported === undefined || readTexts(metadata.grant_types_supported)?.includes(DEVICE_CODE) === true
  return readText(metadata.device_authorization_endpoint) !== undefined && readText(metadata.token_endpoint) !== undefined && offered
}
