/**
 * The client identity that a host hands down (SEP-2059 section 6): the URL of its metadata document, in a variable of the environment.
 * Any local program can claim any host's URL, so it is taken only when the author asked for it, is nothing but a name, and never says
 * which authorization server to use. The document is for the authorization server to fetch.
 */
import { CountersignError, isSecureUrl } from '@countersign/protocol'

export const HOST_CLIENT = 'MCP_OAUTH_CLIENT_ID'

/** `accept`: from any host. A list: the URLs that are taken. */
export type HostClient = 'refuse' | 'accept' | readonly string[]

/** The client id to use instead of the configured one, or `undefined`. @throws CountersignError `usage` when it is none */
export function hostClientId(environment: Readonly<Record<string, string | undefined>>, policy: HostClient): string | undefined {
  const given = environment[HOST_CLIENT]
  if (policy === 'refuse' || given === undefined || given === '') return undefined
  // RFC 8252 aside, a client identifier document is on https and has a path; loopback is no exception.
  const url = URL.canParse(given) ? new URL(given) : undefined
  const usable =
    url?.protocol === 'https:' && isSecureUrl(url) && url.pathname !== '/' && url.hash === '' && url.username === '' && url.password === ''
  if (!usable) throw new CountersignError('usage', `${HOST_CLIENT} is not the https address of a client metadata document`)
  if (policy !== 'accept' && !policy.includes(given)) {
    throw new CountersignError('usage', `${HOST_CLIENT} names a client that this server does not take: ${url.host}`)
  }
  return given
}
