/** The protected resource metadata document (RFC 9728), and the paths where clients look for it. */
import { PROOF_ALGORITHMS } from '@countersign/proof'
import {
  type Exchange,
  insertWellKnown,
  PROTECTED_RESOURCE_SUFFIX,
  type ProtectedResourceMetadata,
  type Reply,
  type Scope,
} from '@countersign/protocol'

export interface Described {
  readonly resource: string
  readonly authorizationServers: readonly string[]
  readonly scopes: Scope
  readonly resourceName: string | undefined
  readonly documentation: string | undefined
  readonly proofRequired: boolean
}

/** RFC 9728 section 2. Members without a value are left out (section 3.2). */
export function describe(about: Described): ProtectedResourceMetadata {
  return {
    resource: about.resource,
    authorization_servers: about.authorizationServers,
    ...(about.scopes.length === 0 ? {} : { scopes_supported: about.scopes }),
    ...(about.resourceName === undefined ? {} : { resource_name: about.resourceName }),
    ...(about.documentation === undefined ? {} : { resource_documentation: about.documentation }),
    dpop_signing_alg_values_supported: PROOF_ALGORITHMS,
    ...(about.proofRequired ? { dpop_bound_access_tokens_required: true } : { bearer_methods_supported: ['header'] }),
  }
}

export interface MetadataPlaces {
  /** The address that challenges name. */
  readonly url: string
  /** Paths (with the query, where the resource has one) that answer with the document. */
  readonly paths: readonly string[]
}

/** RFC 9728 section 3.1: between host and path. MCP clients also look at the root when that finds nothing. */
export function placesOf(resource: string): MetadataPlaces {
  const url = insertWellKnown(resource, PROTECTED_RESOURCE_SUFFIX)
  const { origin } = new URL(url)
  return { url, paths: [...new Set([url.slice(origin.length), `/.well-known/${PROTECTED_RESOURCE_SUFFIX}`])] }
}

type Asked = Pick<Exchange, 'method' | 'path' | 'query'>

/** Answers requests for the document; `undefined` for every other path. */
export function metadataHandler({ paths }: MetadataPlaces, document: ProtectedResourceMetadata): (exchange: Asked) => Reply | undefined {
  const body = JSON.stringify(document)
  // Public by nature: any page may read it.
  const open = { 'access-control-allow-origin': '*' }
  return ({ method, path, query }) => {
    if (!paths.includes(path) && !paths.includes(`${path}?${query}`)) return undefined
    if (method === 'OPTIONS')
      return { status: 204, headers: { ...open, 'access-control-allow-methods': 'GET', 'access-control-allow-headers': '*' }, body: '' }
    if (method !== 'GET' && method !== 'HEAD') return { status: 405, headers: { ...open, allow: 'GET, HEAD, OPTIONS' }, body: '' }
    // RFC 9728 section 3.2
    const headers = {
      ...open,
      'content-type': 'application/json',
      'cache-control': 'public, max-age=300',
      'x-content-type-options': 'nosniff',
    }
    return { status: 200, headers, body: method === 'HEAD' ? '' : body }
  }
}
