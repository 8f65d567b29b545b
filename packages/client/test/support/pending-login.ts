/** A sign-in under way, as `openLogin` would have put it down. */
import type { PendingLogin } from '@countersign/client'
import { deviceAnswer, ISSUER, RESOURCE, REVOKE, TOKEN } from './authority.ts'
import { START } from './fake-time.ts'
import { signingSuite } from './signing-suite.ts'

export async function pendingLogin(more: Partial<PendingLogin> = {}): Promise<PendingLogin> {
  return {
    id: 'a-code',
    issuer: ISSUER,
    clientId: 'cli',
    resource: RESOURCE,
    scope: ['read'],
    bound: true,
    key: await signingSuite().generateKey('ES256'),
    endpoints: { token: TOKEN, revocation: REVOKE },
    deviceCode: deviceAnswer.device_code,
    interval: 5,
    invitation: {
      userCode: deviceAnswer.user_code,
      verificationUri: deviceAnswer.verification_uri,
      verificationHost: 'as.example',
      foreign: false,
      expiresAt: START + 300_000,
    },
    poll: { interval: 5, deadline: START + 300_000, failures: 0, due: START + 5500, gap: 5500 },
    polls: 0,
    ...more,
  }
}
