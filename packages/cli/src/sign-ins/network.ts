/** The network of this machine: by way of a proxy, or with more authorities, where the environment says so. */
import type { Fetch } from '@countersign/protocol'
import type { Environment, Invocation } from '../invocation.ts'

const SPECIAL = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy', 'SSL_CERT_FILE']

/** Whether servers are reached without a proxy and with the usual authorities. */
export function isDirect(environment: Environment): boolean {
  return SPECIAL.every((name) => (environment[name] ?? '') === '')
}

/** What knows about proxies is loaded only where there is one. */
export function networkOf({ environment }: Pick<Invocation, 'environment'>): Fetch {
  if (isDirect(environment)) return fetch
  let made: Promise<Fetch> | undefined
  return async (input, init) => {
    made ??= import('@countersign/node/sign-in').then(({ outboundFetch }) => outboundFetch(environment))
    return (await made)(input, init)
  }
}
