/** Requests that say who makes them: the approving page and the list of devices show it, beside "not verified". */
import type { Fetch } from '@countersign/protocol'

/** The fetch, with a User-Agent such as `countersign/0.1.0 (linux; x64)` unless the request has its own. */
export function namedFetch(plain: Fetch, version: string, { platform, arch }: { readonly platform: string; readonly arch: string }): Fetch {
  const name = `countersign/${version} (${platform}; ${arch})`
  return (input, init = {}) => {
    const headers = new Headers(init.headers)
    if (!headers.has('user-agent')) headers.set('user-agent', name)
    return plain(input, { ...init, headers })
  }
}
