/** Which authorization server `countersign wrap` signs in with. */
import { auth0, github, gitlab, google, issuer, keycloak, microsoft, okta, type Provider } from '@countersign/mcp'
import { CountersignError } from '@countersign/protocol'
import type { WrapCommandOptions } from '../commands/wrap-options.ts'

const PROVIDERS = ['github', 'gitlab', 'google', 'microsoft', 'auth0', 'okta', 'keycloak'] as const
export type ProviderName = (typeof PROVIDERS)[number]

/**
 * @param clientSecret from a file or the environment; only Google asks for one
 * @throws CountersignError `usage` when something is missing
 */
export function providerOf(options: WrapCommandOptions, clientSecret: string | undefined): Provider {
  const { provider, host, tenant, resource, verificationHost } = options
  if ((provider === undefined) === (options.issuer === undefined)) {
    throw usage('which authorization server?', `Give either --provider (${PROVIDERS.join(', ')}) or --issuer URL.`)
  }
  const hosts = verificationHost === undefined ? {} : { verificationHosts: verificationHost }
  if (options.issuer !== undefined) {
    if (!URL.canParse(options.issuer)) throw usage(`--issuer: not a URL: ${options.issuer}`, 'Give the whole address, with https://.')
    return issuer(options.issuer, {
      clientId: options.clientId ?? 'countersign-cli',
      ...(resource === undefined ? {} : { resource }),
      ...hosts,
    })
  }
  const clientId = needed('--client-id', options.clientId, 'the id of a client that is registered there and may use the device grant')
  const ours = (): Provider => {
    switch (provider) {
      case 'github':
        return github({ clientId, ...(host === undefined ? {} : { host }) })
      case 'gitlab':
        return gitlab({ clientId, ...(host === undefined ? {} : { host }) })
      case 'google':
        return google({ clientId, clientSecret: needed('--client-secret-file', clientSecret, 'Google issues a secret to such clients') })
      case 'microsoft':
        return microsoft({ clientId, tenant: needed('--tenant', tenant, 'a directory, or common, organizations, consumers') })
      case 'auth0':
        return auth0({
          clientId,
          domain: needed('--host', host, 'like example.eu.auth0.com'),
          ...(resource === undefined ? {} : { audience: resource }),
        })
      case 'okta':
        return okta({
          clientId,
          domain: needed('--host', host, 'like example.okta.com'),
          ...(tenant === undefined ? {} : { authorizationServer: tenant }),
        })
      default:
        return keycloak({
          clientId,
          url: needed('--host', host, 'like https://id.example.com'),
          realm: needed('--tenant', tenant, 'the realm'),
        })
    }
  }
  return { ...ours(), ...hosts }
}

function needed(flag: string, value: string | undefined, hint: string): string {
  if (value === undefined || value === '') throw usage(`${flag} is missing`, hint)
  return value
}

function usage(message: string, hint: string): CountersignError {
  return new CountersignError('usage', message, { hint })
}
