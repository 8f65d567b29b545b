/**
 * The request target, taken apart without guessing (RFC 9112 section 3.2).
 * Invariant: what comes out is a path that no URL parser can mistake for another host, and that holds no NUL.
 */
import type { IncomingMessage } from 'node:http'

export interface Target {
  /** Begins with one slash; escapes stay as sent. */
  readonly path: string
  /** Without the question mark. */
  readonly query: string
}

// Backslashes count as slashes for URL parsers, and a fragment is never sent: both only serve to confuse.
const visible = /^[\x21\x22\x24-\x5b\x5d-\x7e]+$/
const brokenEscape = /%(?![0-9a-f]{2})|%00/i
const absolute = /^https?:\/\/([^/?]*)/i

/** Path and query of a target; `undefined` when it cannot be trusted to mean one thing. `host` is the Host header. */
function readTarget(target: string, host: string | undefined): Target | undefined {
  if (!visible.test(target)) return undefined
  const origin = absolute.exec(target)
  // RFC 9112 section 3.2.2: the absolute form is to be understood; one that disagrees with Host is an attempt to be misunderstood.
  if (origin !== null && origin[1]?.toLowerCase() !== host?.toLowerCase()) return undefined
  const rest = origin === null ? target : target.slice(origin[0].length)
  const mark = rest.indexOf('?')
  const path = (mark < 0 ? rest : rest.slice(0, mark)) || (origin === null ? '' : '/')
  if (!path.startsWith('/') || path.startsWith('//') || brokenEscape.test(path)) return undefined
  return { path, query: mark < 0 ? '' : rest.slice(mark + 1) }
}

/** The target of a request as it was sent: below a mount path Express and Connect cut `url` short, and keep the whole in `originalUrl`. */
export function targetOf(request: IncomingMessage, host: string | undefined): Target | undefined {
  return readTarget(sentTarget(request), host)
}

/** `targetOf` for a server: most of its requests are for one path, as those of devices that wait are, and that is not read again. */
export function targetReader(): typeof targetOf {
  let last: { readonly sent: string; readonly target: Target } | undefined
  return (request, host) => {
    const sent = sentTarget(request)
    if (last?.sent === sent) return last.target
    const target = readTarget(sent, host)
    // A target that names a host may disagree with the next Host header.
    if (target !== undefined && sent.startsWith('/')) last = { sent, target }
    return target
  }
}

function sentTarget(request: IncomingMessage & { readonly originalUrl?: string }): string {
  return request.originalUrl ?? request.url ?? ''
}
