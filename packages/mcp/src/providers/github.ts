/** GitHub and GitHub Enterprise Server, as documented under "Authorizing OAuth apps: device flow". */
import { DEVICE_CODE, REFRESH_TOKEN } from '@countersign/protocol'
import { rewriteAnswers } from './adapt.ts'
import type { Provider, ProviderOptions } from './provider.ts'

export interface GitHubOptions extends ProviderOptions {
  /** Of an Enterprise Server, such as `github.example.com`; github.com unless given. */
  readonly host?: string
}

/**
 * GitHub: an OAuth app or a GitHub App with "Enable Device Flow" ticked. It publishes no metadata for the device grant.
 * Its errors come with status 200, which the client reads as errors all the same.
 */
export function github({ clientId, name = 'GitHub', host = 'github.com' }: GitHubOptions): Provider {
  const issuer = `https://${host}/login/oauth`
  const token = `${issuer}/access_token`
  return {
    name,
    clientId,
    issuer,
    metadata: {
      issuer,
      device_authorization_endpoint: `https://${host}/login/device/code`,
      token_endpoint: token,
      grant_types_supported: [DEVICE_CODE, REFRESH_TOKEN],
    },
    api: [host === 'github.com' ? 'https://api.github.com' : `https://${host}`],
    implies: IMPLIED,
    adapt: rewriteAnswers(token, ({ scope, ...answer }) => {
      // RFC 6749 section 3.3 separates with spaces. GitHub Apps have permissions instead of scopes and answer an empty one.
      if (typeof scope !== 'string' || scope === '') return answer
      return { ...answer, scope: scope.split(/[\s,]+/).join(' ') }
    }),
  }
}

/** GitHub leaves out of a grant what another scope of it includes. */
const IMPLIED = {
  repo: ['repo:status', 'repo_deployment', 'public_repo', 'repo:invite', 'security_events'],
  user: ['read:user', 'user:email', 'user:follow'],
  'admin:org': ['write:org', 'read:org', 'manage_runners:org'],
  'write:org': ['read:org'],
  'admin:repo_hook': ['write:repo_hook', 'read:repo_hook'],
  'write:repo_hook': ['read:repo_hook'],
  'admin:public_key': ['write:public_key', 'read:public_key'],
  'write:public_key': ['read:public_key'],
  'admin:gpg_key': ['write:gpg_key', 'read:gpg_key'],
  'write:gpg_key': ['read:gpg_key'],
  'write:packages': ['read:packages'],
  project: ['read:project'],
} as const
