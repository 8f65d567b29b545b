/** Requests that say who makes them: the approving page and the list of devices show it, beside "not verified". */
import type { Fetch } from '@countersign/protocol'

export interface Platform {
  readonly platform: string
  readonly arch: string
}

/** A User-Agent such as `countersign/0.1.0 (linux; x64)`. */
export function userAgent(version: string, { platform, arch }: Platform): string {
  return `countersign/${version} (${platform}; ${arch})`
}

/** The fetch, with that User-Agent unless the request has its own. The version is looked up with the first request. */
export function namedFetch(plain: Fetch, version: () => string, on: Platform): Fetch {
  let name: string | undefined
  return (input, init = {}) => {
    name ??= userAgent(version(), on)
    const headers = new Headers(init.headers)
    if (!headers.has('user-agent')) headers.set('user-agent', name)
    return plain(input, { ...init, headers })
  }
}
