/** GitLab.com and self-managed GitLab 17.9 and later, as documented under "OAuth 2.0 identity provider API". */
import { DEVICE_CODE, REFRESH_TOKEN } from '@countersign/protocol'
import type { Provider, ProviderOptions } from './provider.ts'

export interface GitLabOptions extends ProviderOptions {
  /** Of a self-managed server; gitlab.com unless given. */
  readonly host?: string
}

/** GitLab: an application that is not confidential. Its published metadata leaves the device grant out. */
export function gitlab({ clientId, name = 'GitLab', host = 'gitlab.com' }: GitLabOptions): Provider {
  const issuer = `https://${host}`
  return {
    name,
    clientId,
    issuer,
    metadata: {
      issuer,
      device_authorization_endpoint: `${issuer}/oauth/authorize_device`,
      token_endpoint: `${issuer}/oauth/token`,
      revocation_endpoint: `${issuer}/oauth/revoke`,
      grant_types_supported: [DEVICE_CODE, REFRESH_TOKEN],
    },
    api: [issuer],
    implies: { api: ['read_api'], write_repository: ['read_repository'] },
  }
}
