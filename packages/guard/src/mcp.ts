/**
 * The guard in the words of the MCP SDK (version 2), without depending on it: types are structural, its error class is handed in.
 *
 * The better way is our own gate in front of the SDK's handler: `guardMcp`, or `mcpMiddleware` of `@countersign/node/guard`. The SDK's
 * verifier is given the token and nothing else, so it cannot check a proof; `mcpTokenVerifier` therefore refuses every token that is bound
 * to a key.
 */
import { PROOF_ALGORITHMS } from '@countersign/proof'
import { insertWellKnown, OAuthError, PROTECTED_RESOURCE_SUFFIX, type Scope } from '@countersign/protocol'
import type { Access } from './access.ts'
import type { GateOptions } from './gate.ts'
import type { Guard } from './guard.ts'
import { guardFetch } from './guard-fetch.ts'

/** The SDK's `AuthInfo`. Times are seconds since the epoch. */
export interface McpAuthInfo {
  token: string
  clientId: string
  scopes: string[]
  expiresAt: number
  resource: URL
  resourceMetadataUrl: string
  extra: { issuer: string; subject: string; grantId?: string; keyThumbprint?: string }
}

/** An access as the SDK hands it to tools (`ctx.http.authInfo`): the subject is in `extra`. */
export function toAuthInfo(access: Access): McpAuthInfo {
  const { issuer, subject, grantId, keyThumbprint } = access
  return {
    token: access.token,
    clientId: access.clientId,
    scopes: [...access.scope],
    expiresAt: Math.floor(access.expiresAt / 1000),
    resource: new URL(access.resource),
    resourceMetadataUrl: insertWellKnown(access.resource, PROTECTED_RESOURCE_SUFFIX),
    extra: { issuer, subject, ...(grantId === undefined ? {} : { grantId }), ...(keyThumbprint === undefined ? {} : { keyThumbprint }) },
  }
}

/** The constructor of the SDK's `OAuthError`: its gate answers 500 to every other class. */
export type McpErrorClass = new (code: string, message: string) => Error

/**
 * An `OAuthTokenVerifier` for the SDK's own bearer gate. Tokens bound to a key are refused: use `guardMcp` or `mcpMiddleware` for those.
 */
export function mcpTokenVerifier(guard: Guard, ErrorClass: McpErrorClass): { verifyAccessToken(token: string): Promise<McpAuthInfo> } {
  return {
    verifyAccessToken: async (token) => {
      try {
        return toAuthInfo(await guard.verifyBearer(token))
      } catch (error) {
        if (!(error instanceof OAuthError)) throw error
        // The SDK knows 401, 403 and 500; what is a passing fault here must not read as a bad token.
        throw new ErrorClass(error.status >= 500 ? 'server_error' : error.code, error.message)
      }
    },
  }
}

/** What the SDK's `scopeChallenge` option of a tool takes. */
export type McpScopeChallenge = (context: { authInfo?: { scopes: string[] } }) => { scopes: [string, ...string[]] } | undefined

/** A `scopeChallenge` that counts hierarchies; the SDK's `requireScopes` does not. */
export function mcpRequireScope(guard: Guard, ...required: [string, ...string[]]): McpScopeChallenge {
  return ({ authInfo }) => (authInfo === undefined || covers(guard, authInfo.scopes, required) ? undefined : { scopes: required })
}

function covers(guard: Guard, granted: Scope, required: Scope): boolean {
  return guard.lacking(granted, required).length === 0
}

/** The fetch face of an SDK handler, as far as it matters here. */
export interface McpFetch<Options extends { authInfo?: { extra?: Record<string, unknown> } }> {
  fetch: (request: Request, options?: Options) => Promise<Response>
}

/** The SDK challenges in the words of Bearer only: a client that proved a key is answered in its own scheme (RFC 9449 section 7.1). */
export function mcpChallengeInScheme<Options extends { authInfo?: { extra?: Record<string, unknown> } }>(
  handler: McpFetch<Options>,
): McpFetch<Options> {
  return {
    fetch: async (request, options) => {
      const response = await handler.fetch(request, options)
      const parameters = /^Bearer +(.*)$/i.exec(response.headers.get('www-authenticate') ?? '')?.[1]
      if (parameters === undefined || typeof options?.authInfo?.extra?.['keyThumbprint'] !== 'string') return response
      const answer = new Response(response.body, response)
      answer.headers.set('www-authenticate', `DPoP algs="${PROOF_ALGORITHMS.join(' ')}", ${parameters}`)
      return answer
    },
  }
}

/**
 * An SDK handler (`createMcpHandler`) behind a guard, for everything that speaks Request and Response: Hono, Workers, Deno, Bun.
 * Give it the resource's own path and `guard.metadataPaths`.
 * @throws CountersignError `configuration_invalid`
 *
 * @example
 * const serve = guardMcp(guard, createMcpHandler(tools))
 * app.all('*', (c) => serve(c.req.raw))
 */
export function guardMcp(
  guard: Guard,
  handler: McpFetch<{ authInfo?: McpAuthInfo }>,
  options: GateOptions = {},
): (request: Request) => Promise<Response> {
  const { fetch } = mcpChallengeInScheme(handler)
  return guardFetch(guard, (request, access) => fetch(request, { authInfo: toAuthInfo(access) }), options)
}

/** What single tools need, by their names. */
export type ToolScopes = Readonly<Record<string, Scope>>

/**
 * What the calls in a message, or in a batch of them, need together: for servers whose SDK cannot say it beside the tool (version 1).
 * @param message the parsed body
 */
export function scopeOfCalls(tools: ToolScopes, message: unknown): Scope {
  return [...new Set([message].flat().flatMap((each) => scopeOfCall(tools, each)))]
}

function scopeOfCall(tools: ToolScopes, message: unknown): Scope {
  const { method, params } = (message ?? {}) as { method?: unknown; params?: { name?: unknown } | null }
  const name = params?.name
  return method === 'tools/call' && typeof name === 'string' && Object.hasOwn(tools, name) ? (tools[name] ?? []) : []
}
