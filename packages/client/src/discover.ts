/**
 * Discovery: from a URL a person has (an MCP server, an API, or an issuer) to the authorization server that may issue its tokens.
 * Invariant: the result comes from documents that name exactly what was asked for; a document about something else ends the search.
 */
import { type AuthorizationServerMetadata, CountersignError, type Scope } from '@countersign/protocol'
import { allowPrivateAddresses, givenAddress, learntAddress } from './discovery/address.ts'
import { findServerMetadata } from './discovery/authorization-server.ts'
import {
  askResource,
  findResourceMetadata,
  readResourceChallenge,
  type ResourceChallenge,
  type ResourceSearch,
  scopesOf,
} from './discovery/protected-resource.ts'
import type { Runtime } from './runtime.ts'
import { readTexts } from './wire/json.ts'
import { quotedText } from './wire/text.ts'

export interface Discovery {
  /** Absent when the URL was an issuer. */
  readonly resource?: string
  /** What to ask for unless the person says otherwise: the challenge's scope, else all the resource lists, else absent. */
  readonly scope?: Scope
  readonly issuer: string
  readonly metadata: AuthorizationServerMetadata
  /** The resource refuses tokens that are not bound to a key (RFC 9728 section 2, dpop_bound_access_tokens_required). */
  readonly bindingRequired: boolean
}

export interface DiscoverOptions {
  /** Which of the resource's authorization servers to use; the first one when absent. */
  readonly issuer?: string
  /** A WWW-Authenticate value received already; the resource is then not asked again (RFC 9728 section 5.2). */
  readonly wwwAuthenticate?: string
  readonly signal?: AbortSignal | undefined
  readonly [allowPrivateAddresses]?: boolean
}

/**
 * Finds the authorization server for a URL. Order: the resource's own challenge, its well-known metadata (RFC 9728), then the URL as an
 * issuer (RFC 8414, OpenID Connect Discovery).
 * @throws CountersignError `usage`, `insecure_url`, `network_failure`, `resource_mismatch`, `issuer_mismatch`, `discovery_failed`, `aborted`
 */
export async function discover(runtime: Runtime, url: string, options: DiscoverOptions = {}): Promise<Discovery> {
  const text = url.trim().replace(/#.*$/s, '')
  const given = givenAddress(text)
  const limits = { signal: options.signal, allowPrivate: options[allowPrivateAddresses] === true }

  const challenge =
    options.wwwAuthenticate === undefined
      ? await askResource(runtime, given, options.signal)
      : readResourceChallenge(options.wwwAuthenticate)
  const resource = await findResourceMetadata(runtime, given, spellings(text, given), challenge, limits)
  if (resource.metadata === undefined) return withoutMetadata(runtime, text, given, options, challenge, resource)

  const issuer = chooseIssuer(readTexts(resource.metadata.authorization_servers) ?? [], options.issuer, resource.metadata.resource)
  learntAddress(issuer, 'authorization_servers', given, limits.allowPrivate)
  const server = await findServerMetadata(runtime, issuer, given, limits)
  if (server.metadata === undefined) throw nothing(issuer, server.misses)
  // MCP authorization, scope selection: the challenge is authoritative.
  const scope = challenge?.scope ?? scopesOf(resource.metadata)
  return {
    resource: resource.metadata.resource,
    ...(scope === undefined ? {} : { scope }),
    issuer,
    metadata: server.metadata,
    bindingRequired: resource.metadata.dpop_bound_access_tokens_required === true,
  }
}

/** No metadata: the URL is an issuer itself, or a resource whose issuer the person named. */
async function withoutMetadata(
  runtime: Runtime,
  text: string,
  given: URL,
  options: DiscoverOptions,
  challenge: ResourceChallenge | undefined,
  { misses, mismatch }: ResourceSearch,
): Promise<Discovery> {
  const issuer = options.issuer ?? text
  const named = issuer === text ? given : givenAddress(issuer)
  const allowPrivate = options[allowPrivateAddresses] === true
  const server = await findServerMetadata(runtime, issuer, named, { signal: options.signal, allowPrivate })
  if (server.metadata === undefined) throw mismatch ?? nothing(text, [...misses, ...server.misses])
  const scope = challenge?.scope
  return {
    ...(issuer === text ? {} : { resource: text }),
    ...(scope === undefined ? {} : { scope }),
    issuer,
    metadata: server.metadata,
    bindingRequired: false,
  }
}

/** The texts that mean the same request as the one given: as typed, as sent, and an origin with and without its slash. */
function spellings(text: string, url: URL): readonly string[] {
  const bare = url.pathname === '/' && url.search === '' ? [url.origin] : []
  return [text, url.href, ...bare]
}

function chooseIssuer(listed: readonly string[], wanted: string | undefined, resource: string): string {
  if (wanted !== undefined && !listed.includes(wanted)) {
    throw new CountersignError('issuer_mismatch', `${resource} does not trust ${wanted}`, {
      hint: `It trusts: ${quotedText(listed.join(', ')) ?? 'none'}`,
    })
  }
  const chosen = wanted ?? listed[0]
  if (chosen === undefined) {
    throw new CountersignError('discovery_failed', `${resource} names no authorization server`, {
      hint: 'Tell the operator of the resource.',
    })
  }
  return chosen
}

function nothing(what: string, misses: readonly string[]): CountersignError {
  return new CountersignError('discovery_failed', `found nothing that says how to sign in to ${what}; tried ${misses.join(', ')}`, {
    hint: 'Check the address: a server must publish OAuth metadata (RFC 9728 or RFC 8414).',
  })
}
