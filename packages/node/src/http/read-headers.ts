/** The headers of a request, every line of them. Invariant: what a proxy says about a request is never among them. */
import { IncomingMessage } from 'node:http'
import { headerName } from './header-name.ts'

export type Headers = Record<string, string | string[]>

// Headers inherit from here and not from Object: one may be called __proto__ or constructor. (An object without any prototype is slow.)
const NOTHING = Object.freeze(Object.create(null) as object)

export interface Said {
  readonly headers: Headers
  /** The lines of X-Forwarded-For, in order, joined. */
  readonly forwardedFor: string
}

const isOfProxy = (name: string) => name.startsWith('x-forwarded-') || name === 'forwarded'

/**
 * Every line of every header: whether there were two of DPoP, Authorization or Content-Type matters, and node:http drops or joins such.
 * What proxies say about the request is taken out, so that nothing further in can believe it.
 */
function read({ rawHeaders }: IncomingMessage): Said {
  const headers = Object.create(NOTHING) as Headers
  let forwardedFor = ''
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = headerName(rawHeaders[index] as string)
    const value = rawHeaders[index + 1] as string
    if (name === 'x-forwarded-for') forwardedFor += forwardedFor === '' ? value : `,${value}`
    else if (!isOfProxy(name)) add(headers, name, value)
  }
  return { headers, forwardedFor }
}

function add(headers: Headers, name: string, value: string): void {
  const earlier = headers[name]
  if (earlier === undefined) headers[name] = value
  // A proxy that speaks HTTP/2 on its other side may have cut the one Cookie line into several.
  else if (name === 'cookie') headers[name] = `${String(earlier)}; ${value}`
  else if (typeof earlier === 'string') headers[name] = [earlier, value]
  else earlier.push(value)
}

/** Once for a request of our own server, for which node:http has asked by then. */
export function readHeaders(request: IncomingMessage & { readonly said?: Said | undefined }): Said {
  return request.said ?? read(request)
}

/**
 * A request of our own server. node:http looks for Host and Expect before anybody else sees it, and would make headers of its own for that,
 * which takes longer than all of the reading here.
 */
export class OwnRequest extends IncomingMessage {
  said: Said | undefined = undefined
}

Object.defineProperty(OwnRequest.prototype, 'headers', {
  get(this: OwnRequest) {
    return (this.said ??= read(this)).headers
  },
})
