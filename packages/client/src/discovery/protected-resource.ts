/** From a protected resource to the authorization servers it trusts (RFC 9728). */
import {
  CountersignError,
  insertWellKnown,
  parseChallenges,
  parseScope,
  PROTECTED_RESOURCE_SUFFIX,
  type ProtectedResourceMetadata,
  type Scope,
} from '@countersign/protocol'
import type { Runtime } from '../runtime.ts'
import { readText, readTexts } from '../wire/json.ts'
import { quotedText } from '../wire/text.ts'
import { learntAddress } from './address.ts'
import { getDocument, getWithin } from './document.ts'

/** What a 401 of the resource said. */
export interface ResourceChallenge {
  readonly resourceMetadata: string | undefined
  readonly scope: Scope | undefined
}

/** The parts of WWW-Authenticate that matter to discovery (RFC 9728 section 5.1, RFC 6750 section 3). */
export function readResourceChallenge(wwwAuthenticate: string): ResourceChallenge {
  const challenges = parseChallenges(wwwAuthenticate)
  const first = (name: string) => challenges.map(({ parameters }) => readText(parameters[name])).find((value) => value !== undefined)
  return { resourceMetadata: first('resource_metadata'), scope: usableScope(first('scope')) }
}

/** A protected resource refuses at once; an open one may hold the answer back until it has something to stream. */
const PATIENCE = 5000

/**
 * Asks the resource itself; only its headers are read, so a stream or a download costs nothing.
 * No answer is no challenge: the well-known addresses of the same host come next, and report the host that is away.
 */
export async function askResource(runtime: Runtime, url: URL, signal: AbortSignal | undefined): Promise<ResourceChallenge | undefined> {
  // Both kinds, because a Streamable HTTP endpoint of MCP refuses a GET that does not accept events before it looks at anything else.
  const headers = { accept: 'application/json, text/event-stream' }
  try {
    const answer = await getWithin(runtime, { url: url.href, headers, signal, bodyLimit: 0, timeLimit: PATIENCE })
    return answer.status === 401 ? readResourceChallenge(answer.headers.get('www-authenticate') ?? '') : undefined
  } catch (error) {
    if (error instanceof CountersignError && error.code === 'network_failure') return undefined
    throw error
  }
}

export interface ResourceSearch {
  readonly metadata: ProtectedResourceMetadata | undefined
  /** What was found at each place that had no metadata. */
  readonly misses: readonly string[]
  /** A document at a well-known place that is about another resource. Nothing in it was used; the URL may still be an issuer. */
  readonly mismatch?: CountersignError
}

/**
 * The metadata of a resource: where its challenge says, else at the path-inserted well-known address, else at the root one.
 * @param identifiers the ways to write the requested URL that mean the same request
 * @throws CountersignError `resource_mismatch` when the document the challenge names is about another resource,
 *   `discovery_failed` when it is not there
 */
export async function findResourceMetadata(
  runtime: Runtime,
  url: URL,
  identifiers: readonly string[],
  challenge: ResourceChallenge | undefined,
  options: { readonly signal: AbortSignal | undefined; readonly allowPrivate: boolean },
): Promise<ResourceSearch> {
  if (challenge?.resourceMetadata !== undefined) {
    const address = learntAddress(challenge.resourceMetadata, 'resource_metadata', url, options.allowPrivate)
    const found = await getDocument(runtime, address.href, options.signal)
    if (!found.found) {
      throw new CountersignError('discovery_failed', `the resource names metadata that is not there: ${address.href} (${found.why})`, {
        hint: 'Tell the operator of the resource.',
      })
    }
    const metadata = accepted(found.document, identifiers)
    if (metadata instanceof CountersignError) throw metadata
    return { metadata, misses: [] }
  }
  const inserted = insertWellKnown(url.href, PROTECTED_RESOURCE_SUFFIX)
  const root = insertWellKnown(url.origin, PROTECTED_RESOURCE_SUFFIX)
  const misses: string[] = []
  for (const address of inserted === root ? [root] : [inserted, root]) {
    const found = await getDocument(runtime, address, options.signal)
    // RFC 9728 section 3.3: the root address was derived from the origin, so the document there may speak for the origin.
    const allowed = address === root ? [...identifiers, url.origin, `${url.origin}/`] : identifiers
    if (found.found && found.document['resource'] !== undefined) {
      const metadata = accepted(found.document, allowed)
      return metadata instanceof CountersignError ? { metadata: undefined, misses, mismatch: metadata } : { metadata, misses }
    }
    misses.push(`${address} (${found.found ? 'no resource in it' : found.why})`)
  }
  return { metadata: undefined, misses }
}

/** All scopes the resource lists; `undefined` when it lists none (RFC 9728 section 2). */
export function scopesOf(metadata: ProtectedResourceMetadata | undefined): Scope | undefined {
  return usableScope(readTexts(metadata?.scopes_supported)?.join(' '))
}

/** RFC 9728 section 3.3: `resource` is identical to what was asked for, or none of the document may be used. */
function accepted(
  document: Readonly<Record<string, unknown>>,
  identifiers: readonly string[],
): ProtectedResourceMetadata | CountersignError {
  const { resource } = document
  if (typeof resource !== 'string' || !identifiers.includes(resource)) {
    const named = quotedText(resource)
    return new CountersignError('resource_mismatch', `the metadata found is about another resource: ${named ?? 'none'}`, {
      hint: named === undefined ? 'Tell the operator of the resource.' : `If that is the one you mean, use exactly ${named}.`,
    })
  }
  return { ...document, resource }
}

function usableScope(text: string | undefined): Scope | undefined {
  try {
    const scope = parseScope(text)
    return scope.length === 0 ? undefined : scope
  } catch {
    // A scope that cannot be sent is no hint.
    return undefined
  }
}
