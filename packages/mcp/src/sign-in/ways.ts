/**
 * How a person signs in: by redirect where a browser of this machine can be sent back to this process and the client is registered for it,
 * with a code everywhere else. A redirect cannot be finished by somebody else's browser; a code can be asked of somebody else (RFC 10027 section 5).
 */
import { chooseFlow, type Discovery, type LoginStores, type Runtime } from '@countersign/client'
import { CountersignError, isLoopbackHost } from '@countersign/protocol'
import { links } from './links.ts'
import type { Provider } from '../providers/provider.ts'
import { type Codes, codes, type CodesOptions, findProvider } from './codes.ts'

export interface WaysOptions extends CodesOptions {
  /** A page opened here is seen by the person, and its redirects reach this process. */
  readonly browser: boolean
}

/** @throws CountersignError `usage` for an address to come back to that is not on this machine */
export function ways(runtime: Runtime, stores: () => Promise<LoginStores>, provider: Provider, options: WaysOptions): Codes {
  const byCode = codes(runtime, stores, provider, options)
  const callback = provider.redirectUri === undefined ? undefined : callbackOf(provider.redirectUri)
  if (!options.browser || callback === undefined) return byCode
  let place: Promise<Discovery> | undefined
  let byLink: Codes | undefined
  let latest = byCode

  /** Asked again only after a failure. */
  function findPlace(): Promise<Discovery> {
    place ??= findProvider(runtime, provider).catch((error: unknown) => {
      place = undefined
      throw error
    })
    return place
  }

  async function choose(): Promise<Codes> {
    const found = await findPlace()
    const flow = chooseFlow(found, { browser: true, person: true, authenticated: false, workload: false })
    if (flow !== 'browser') return byCode
    const { clientId, authentication, issuer, resource } = provider
    const client = { issuer, clientId, ...(authentication === undefined ? {} : { authentication }) }
    byLink ??= links(
      runtime,
      stores,
      async () => client,
      { ...found, ...(resource === undefined ? {} : { resource }) },
      { profile: options.profile ?? 'default', callback: callback ?? {}, onEnd: options.onEnd },
    )
    return byLink
  }

  return {
    current: () => latest.current(),
    refused: () => latest.refused(),
    open: async (scope, countersign, insufficient) => {
      latest = await choose()
      return latest.open(scope, countersign, insufficient)
    },
    close: () => {
      byCode.close()
      byLink?.close()
    },
  }
}

/** RFC 8252 section 7.3: the loopback interface of this machine, on any port unless one is named. */
function callbackOf(redirectUri: string): { readonly host: string; readonly port?: number; readonly path: string } {
  const url = URL.canParse(redirectUri) ? new URL(redirectUri) : undefined
  if (url === undefined || url.protocol !== 'http:' || !isLoopbackHost(url.hostname) || url.search !== '' || url.hash !== '') {
    throw new CountersignError('usage', 'the redirect URI of a program on this machine is http://127.0.0.1 with a path', {
      hint: 'Register http://127.0.0.1/callback.',
    })
  }
  return { host: url.hostname, path: url.pathname, ...(url.port === '' ? {} : { port: Number(url.port) }) }
}
