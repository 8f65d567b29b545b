/** A credential as a sign-in would have left it. */
import type { Credential } from '@countersign/client'
import { ISSUER, RESOURCE, REVOKE, TOKEN, USERINFO } from './authority.ts'
import { START } from './fake-time.ts'
import { signingSuite } from './signing-suite.ts'

export async function credential(more: Partial<Credential> = {}): Promise<Credential> {
  return {
    version: 1,
    issuer: ISSUER,
    clientId: 'cli',
    resource: RESOURCE,
    scope: ['read'],
    accessToken: 'at-1',
    tokenType: 'DPoP',
    expiresAt: START + 900_000,
    refreshToken: 'rt-1',
    key: await signingSuite().generateKey('ES256'),
    endpoints: { token: TOKEN, revocation: REVOKE, userinfo: USERINFO },
    generation: 1,
    obtainedAt: START,
    ...more,
  }
}
