/** Providers whose servers each have a name of their own and publish usable metadata (OpenID Connect Discovery 1.0). */
import { rewriteForms } from './adapt.ts'
import type { Provider, ProviderOptions } from './provider.ts'

export interface Auth0Options extends ProviderOptions {
  /** Of the tenant, such as `example.eu.auth0.com` or its custom domain. */
  readonly domain: string
  /** The identifier of the API; without it Auth0 issues tokens that only its own userinfo endpoint takes. */
  readonly audience?: string
}

/** Auth0: a native application with the grants Device Code and Refresh Token. It has `audience` where the standard has `resource`. */
export function auth0({ clientId, domain, audience, name = 'Auth0' }: Auth0Options): Provider {
  const issuer = `https://${domain}/`
  return {
    name,
    clientId,
    issuer,
    scope: ['offline_access'],
    ...(audience === undefined ? {} : { adapt: rewriteForms([`${issuer}oauth/device/code`], (form) => form.set('audience', audience)) }),
  }
}

export interface OktaOptions extends ProviderOptions {
  /** Of the organisation, such as `example.okta.com`. */
  readonly domain: string
  /** The id of a custom authorization server; `default` unless given, and `null` for the organisation's own. */
  readonly authorizationServer?: string | null
}

/** Okta: a native application with the grants Device Authorization and Refresh Token, allowed by the policy of the server. */
export function okta({ clientId, domain, authorizationServer = 'default', name = 'Okta' }: OktaOptions): Provider {
  const path = authorizationServer === null ? '' : `/oauth2/${encodeURIComponent(authorizationServer)}`
  return { name, clientId, issuer: `https://${domain}${path}`, scope: ['offline_access'] }
}

export interface KeycloakOptions extends ProviderOptions {
  /** Where Keycloak is, such as `https://id.example.com`, with its path when it has one. */
  readonly url: string
  readonly realm: string
}

/** Keycloak: a public client with "OAuth 2.0 Device Authorization Grant" turned on. */
export function keycloak({ clientId, url, realm, name = 'Keycloak' }: KeycloakOptions): Provider {
  return { name, clientId, issuer: `${url.replace(/\/+$/, '')}/realms/${encodeURIComponent(realm)}` }
}
