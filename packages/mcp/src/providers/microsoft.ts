/** Microsoft Entra ID, as documented under "OAuth 2.0 device authorization grant". */
import { DEVICE_CODE, REFRESH_TOKEN } from '@countersign/protocol'
import { rewriteAnswers } from './adapt.ts'
import type { Provider, ProviderOptions } from './provider.ts'

export interface MicrosoftOptions extends ProviderOptions {
  /** A directory by its id or domain, or one of `common`, `organizations`, `consumers`. */
  readonly tenant: string
}

/**
 * Microsoft Entra ID: a public client with "Allow public client flows". The metadata of the shared tenants names no issuer that could be
 * checked, so the endpoints are the documented ones. Scopes are asked for as `offline_access` and those of one API.
 */
export function microsoft({ clientId, tenant, name = 'Microsoft' }: MicrosoftOptions): Provider {
  const base = `https://login.microsoftonline.com/${encodeURIComponent(tenant)}`
  const issuer = `${base}/v2.0`
  const token = `${base}/oauth2/v2.0/token`
  return {
    name,
    clientId,
    issuer,
    metadata: {
      issuer,
      device_authorization_endpoint: `${base}/oauth2/v2.0/devicecode`,
      token_endpoint: token,
      grant_types_supported: [DEVICE_CODE, REFRESH_TOKEN],
    },
    api: ['https://graph.microsoft.com'],
    verificationHosts: ['microsoft.com', 'www.microsoft.com', 'login.microsoft.com'],
    scope: ['offline_access'],
    adapt: rewriteAnswers(token, ({ scope, ...answer }) => {
      // RFC 8628 section 3.5 says access_denied, and expired_token is said alike by both.
      if (answer['error'] === 'authorization_declined') return { ...answer, error: 'access_denied' }
      // It lists whatever was agreed to for the API so far, and never offline_access. Without the list it means what was asked for.
      return 'access_token' in answer || scope === undefined ? answer : { ...answer, scope }
    }),
  }
}
