/** Google, as documented under "OAuth 2.0 for TV and limited-input device applications". */
import { DEVICE_CODE, REFRESH_TOKEN } from '@countersign/protocol'
import { rewriteAnswers, rewriteForms } from './adapt.ts'
import type { Provider, ProviderOptions } from './provider.ts'

export interface GoogleOptions extends ProviderOptions {
  /** Google issues one to clients of the kind "TVs and Limited Input devices" and asks for it, although it says that they cannot keep it. */
  readonly clientSecret: string
}

const ISSUER = 'https://accounts.google.com'
const DEVICE = 'https://oauth2.googleapis.com/device/code'
const TOKEN = 'https://oauth2.googleapis.com/token'

/** What Google calls these scopes in its answers. */
const LONG_NAMES: Readonly<Record<string, string>> = {
  'https://www.googleapis.com/auth/userinfo.email': 'email',
  'https://www.googleapis.com/auth/userinfo.profile': 'profile',
}

/**
 * Google: only the scopes of its list for limited-input devices can be asked for, and a refresh token comes without asking.
 * Its page is named `verification_url`, which the client reads.
 */
export function google({ clientId, clientSecret, name = 'Google' }: GoogleOptions): Provider {
  const secret = rewriteForms([TOKEN], (form) => form.set('client_secret', clientSecret))
  const scopes = rewriteAnswers(TOKEN, ({ scope, ...answer }) =>
    typeof scope === 'string' ? { ...answer, scope: scope.split(' ').map(shortName).join(' ') } : answer,
  )
  return {
    name,
    clientId,
    issuer: ISSUER,
    metadata: {
      issuer: ISSUER,
      device_authorization_endpoint: DEVICE,
      token_endpoint: TOKEN,
      revocation_endpoint: 'https://oauth2.googleapis.com/revoke',
      grant_types_supported: [DEVICE_CODE, REFRESH_TOKEN],
    },
    api: ['https://www.googleapis.com'],
    verificationHosts: ['www.google.com', 'google.com'],
    adapt: (fetch) => secret(scopes(fetch)),
  }
}

function shortName(scope: string): string {
  return LONG_NAMES[scope] ?? scope
}
