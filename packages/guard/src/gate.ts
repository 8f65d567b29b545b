/**
 * The way in, for every kind of HTTP listener: Host and Origin first, then the metadata document, then the credentials.
 * What comes out is either an answer to send, or an access and the headers that belong on whatever the handler answers.
 */
import {
  CountersignError,
  type Exchange,
  headerOf,
  isLoopbackHost,
  OAuthError,
  plainDescription,
  type Reply,
  type Scope,
} from '@countersign/protocol'
import type { Access } from './access.ts'
import { CredentialsMissing } from './challenge.ts'
import type { Guard } from './guard.ts'

export type Incoming = Pick<Exchange, 'method' | 'path' | 'query' | 'headers'>

export interface GateOptions {
  /** Every scope that all operations behind this gate need, or what one request needs. */
  readonly requiredScope?: Scope | ((incoming: Incoming) => Scope)
  /** Origins whose pages may call from a browser. The resource's own when not set. */
  readonly allowedOrigins?: readonly string[]
  /** Values of Host, ports included. When not set: any for a resource with a public name, the machine's own names for one on loopback. */
  readonly allowedHosts?: readonly string[]
  /** Told of every failure that the peer is told nothing about. Must not throw. */
  readonly failed?: (cause: unknown) => void
}

export type Admission =
  | { readonly kind: 'reply'; readonly reply: Reply }
  | { readonly kind: 'access'; readonly access: Access; readonly headers: Readonly<Record<string, string>> }

export interface Gate {
  admit(incoming: Incoming): Promise<Admission>
  /** The answer to anything a handler throws. */
  answer(error: unknown, incoming: Incoming): Reply
}

// As browsers write it (RFC 6454 section 6.2): lower case, no path. Extensions and editors have schemes of their own.
const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[^\s/?#A-Z]+$/

/** A gate in front of a handler. @throws CountersignError `configuration_invalid` for an origin that is none */
export function createGate(guard: Guard, options: GateOptions = {}): Gate {
  const resource = new URL(guard.resource)
  const origins = new Set(options.allowedOrigins ?? [resource.origin])
  for (const origin of origins) {
    if (!ORIGIN.test(origin)) {
      throw new CountersignError('configuration_invalid', `"${origin}" is not an origin`, { hint: 'write it as https://app.example' })
    }
  }
  const hosts = hostsOf(resource, options.allowedHosts)
  const { requiredScope = [] } = options

  function crossOrigin(incoming: Incoming): Record<string, string> {
    const origin = headerOf(incoming, 'origin')
    if (typeof origin !== 'string') return {}
    // RFC 9449 section 9: a page must be able to read the challenge and the nonce.
    return {
      'access-control-allow-origin': origin,
      'access-control-expose-headers': 'WWW-Authenticate, DPoP-Nonce, MCP-Protocol-Version, Mcp-Session-Id',
      vary: 'Origin',
    }
  }

  function answer(error: unknown, incoming: Incoming): Reply {
    const known = error instanceof OAuthError ? error : new OAuthError('server_error', undefined, { cause: error })
    if (known.status >= 500) options.failed?.(error)
    return replyOf(known, crossOrigin(incoming))
  }

  async function admit(incoming: Incoming): Promise<Admission> {
    const host = headerOf(incoming, 'host')
    // MCP Streamable HTTP, security: a page that rebound its name to this machine sends that name as Host.
    if (hosts !== undefined && (typeof host !== 'string' || !hosts.has(host.toLowerCase())))
      return refused('this server does not answer to that host name')
    const document = guard.handle(incoming)
    if (document !== undefined) return { kind: 'reply', reply: document }
    const origin = headerOf(incoming, 'origin')
    // MCP Streamable HTTP, security: 403 for every Origin that is not known to be friendly. Programs outside browsers send none.
    if (origin !== undefined && (origin === null || !origins.has(origin))) return refused('pages of this origin may not call this server')
    if (!incoming.path.startsWith('/'))
      return { kind: 'reply', reply: answer(new OAuthError('invalid_request', 'the request target is not a path'), incoming) }
    if (incoming.method === 'OPTIONS' && origin !== undefined) return { kind: 'reply', reply: preflight(incoming, crossOrigin(incoming)) }
    try {
      const access = await guard.verify({
        method: incoming.method,
        // The public address, whatever a proxy in front made of it: neither Host nor X-Forwarded-Host is believed.
        url: `${resource.origin}${incoming.path}${incoming.query === '' ? '' : `?${incoming.query}`}`,
        headers: incoming.headers,
        requiredScope: typeof requiredScope === 'function' ? requiredScope(incoming) : requiredScope,
      })
      const headers = { ...crossOrigin(incoming), ...(access.nonce === undefined ? {} : { 'dpop-nonce': access.nonce }) }
      return { kind: 'access', access, headers }
    } catch (error) {
      return { kind: 'reply', reply: answer(error, incoming) }
    }
  }

  return { admit, answer }
}

/** The names a server on loopback goes by; a public name needs no list, since no page can make it lead to this machine. */
function hostsOf({ hostname, port }: URL, allowed: readonly string[] | undefined): ReadonlySet<string> | undefined {
  if (allowed !== undefined) return new Set(allowed.map((host) => host.toLowerCase()))
  if (!isLoopbackHost(hostname)) return undefined
  const suffix = port === '' ? '' : `:${port}`
  return new Set([hostname, 'localhost', '127.0.0.1', '[::1]'].map((name) => name + suffix))
}

function refused(what: string): Admission {
  return {
    kind: 'reply',
    reply: { status: 403, headers: JSON_HEADERS, body: JSON.stringify({ error: 'access_denied', error_description: what }) },
  }
}

function preflight(incoming: Incoming, crossing: Record<string, string>): Reply {
  const asked = headerOf(incoming, 'access-control-request-headers')
  const allowed = typeof asked === 'string' && /^[\w\-, ]{1,1024}$/.test(asked) ? asked : 'authorization, dpop, content-type'
  const headers = {
    ...crossing,
    'access-control-allow-methods': 'GET, POST, DELETE',
    'access-control-allow-headers': allowed,
    'access-control-max-age': '600',
  }
  return { status: 204, headers, body: '' }
}

const JSON_HEADERS = { 'content-type': 'application/json', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' } as const

function replyOf(error: OAuthError, crossing: Record<string, string>): Reply {
  const headers = { ...crossing, ...error.headers }
  // RFC 6750 section 3.1: no error information where no credentials were sent.
  if (error instanceof CredentialsMissing) return { status: error.status, headers: { 'cache-control': 'no-store', ...headers }, body: '' }
  const body = JSON.stringify({ error: error.code, error_description: plainDescription(error.message) })
  return { status: error.status, headers: { ...JSON_HEADERS, ...headers }, body }
}
