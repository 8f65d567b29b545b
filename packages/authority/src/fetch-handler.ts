/**
 * The authority for fetch-style runtimes: workers, Deno, Bun, Hono.
 * Invariant: what the peer says about itself (X-Forwarded-*) never gets past here; its address is the caller's to know.
 */
import { BODY_LIMIT, CountersignError, headOf, OAuthError, readBounded, responseOf } from '@countersign/protocol'
import type { Authority } from './authority.ts'
import { errorReply } from './requests/replies.ts'

export interface FetchHandlerOptions {
  /** Longest body in bytes; 65,536 unless told. A longer one is answered with 413. */
  readonly bodyLimit?: number
}

/**
 * Answers a request; `remoteAddress` is the peer's, after trusted proxies were taken off, and empty when it cannot be known.
 * Rejects with a CountersignError `configuration_invalid` when somebody read the body before.
 */
export type FetchHandler = (request: Request, remoteAddress: string) => Promise<Response>

/** The authority's `handle` as a function from Request to Response. */
export function toFetchHandler(handle: Authority['handle'], { bodyLimit = BODY_LIMIT }: FetchHandlerOptions = {}): FetchHandler {
  return async (request, remoteAddress) => {
    // The form as some parser saw it would not do: whether a parameter came twice matters (RFC 6749 section 3.2).
    if (request.bodyUsed) {
      const hint = 'Hand requests to the authority before anything reads their bodies.'
      throw new CountersignError('configuration_invalid', 'the body of the request was read before the authority could', { hint })
    }
    try {
      const { method, path, query, headers } = headOf(request)
      const body = await bodyOf(request, bodyLimit)
      // RFC 9110 section 9.3.2: HEAD is GET with the content left out.
      const asked = method === 'HEAD' ? 'GET' : method
      const reply = await handle({ method: asked, path, query, headers: withoutForwarded(headers), body, remoteAddress })
      return responseOf(method === 'HEAD' ? { ...reply, body: '' } : reply)
    } catch (error) {
      return responseOf(errorReply(error))
    }
  }
}

/** @throws OAuthError `invalid_request`: status 413 for a long body, 400 for one that is not UTF-8 or breaks off */
async function bodyOf({ body, headers }: Request, limit: number): Promise<string> {
  const tooLong = () => new OAuthError('invalid_request', `the body is longer than ${limit} bytes`, { status: 413 })
  if (Number(headers.get('content-length') ?? 0) > limit) throw tooLong()
  const text = await readBounded(body, limit, new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })).catch((cause: unknown) => {
    throw new OAuthError('invalid_request', 'the body is not UTF-8, or broke off', { cause })
  })
  if (text === undefined) throw tooLong()
  return text
}

/** Without what proxies, or strangers in their name, say about the request: nothing further in can believe it. */
function withoutForwarded(headers: ReturnType<typeof headOf>['headers']): ReturnType<typeof headOf>['headers'] {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'forwarded' && !name.startsWith('x-forwarded-')))
}
