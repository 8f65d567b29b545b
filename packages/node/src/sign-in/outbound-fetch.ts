/**
 * The network as this machine is set up: proxies by HTTPS_PROXY, HTTP_PROXY and NO_PROXY, and more certificate authorities by SSL_CERT_FILE
 * (NODE_EXTRA_CA_CERTS is read by Node.js itself). Node.js 20 knows none of these by itself; the package that does is loaded only when one is set.
 */
import { readFile } from 'node:fs/promises'
import { rootCertificates } from 'node:tls'
import { CountersignError, type Fetch } from '@countersign/protocol'
import type { Environment } from '../vault/places.ts'

const PROXY = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'] as const

/** A fetch that goes the way the environment says. The returned function throws CountersignError `usage` for a proxy or a file that is none. */
export function outboundFetch(env: Environment, plain: Fetch = fetch): Fetch {
  const isSet = (name: string) => (env[name] ?? '') !== ''
  if (!PROXY.some(isSet) && !isSet('SSL_CERT_FILE')) return plain
  let made: Promise<Fetch> | undefined
  return async (input, init) => {
    made ??= throughUndici(env)
    return (await made)(input, init)
  }
}

async function throughUndici(env: Environment): Promise<Fetch> {
  const { EnvHttpProxyAgent, fetch: send } = await import('undici')
  const ca = await moreAuthorities(env['SSL_CERT_FILE'])
  const secure = ca === undefined ? {} : { connect: { ca }, requestTls: { ca }, proxyTls: { ca } }
  const [httpsProxy, httpProxy, noProxy] = (['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY'] as const).map(
    (name) => env[name.toLowerCase()] ?? env[name],
  )
  try {
    const dispatcher = new EnvHttpProxyAgent({
      ...secure,
      ...(httpProxy === undefined || httpProxy === '' ? {} : { httpProxy }),
      ...(httpsProxy === undefined || httpsProxy === '' ? {} : { httpsProxy }),
      // This machine is never reached through a proxy: a sign-in under test, or the agent of a platform.
      noProxy: [noProxy ?? '', 'localhost', '127.0.0.1', '[::1]'].filter((part) => part !== '').join(','),
    })
    // The two type the same members differently; at run time they are one.
    return (input, init) => send(input, { ...init, dispatcher } as Parameters<typeof send>[1]) as unknown as Promise<Response>
  } catch (cause) {
    throw new CountersignError('usage', 'the proxy in the environment is no address of a proxy', {
      hint: 'Set HTTPS_PROXY to something like http://proxy.example:3128, or unset it.',
      cause,
    })
  }
}

async function moreAuthorities(path: string | undefined): Promise<string[] | undefined> {
  if (path === undefined || path === '') return undefined
  try {
    return [...rootCertificates, await readFile(path, 'utf8')]
  } catch (cause) {
    throw new CountersignError('usage', `SSL_CERT_FILE: cannot read '${path}'`, { hint: 'Name a PEM file, or unset it.', cause })
  }
}
