/** Whether a sign-in can be kept, known before anybody is asked for one. */
import { randomText } from '@countersign/proof'
import type { ClientParts } from '../invocation.ts'

/**
 * Writes and forgets a credential that is none: a keychain that stays locked, a full disk or a directory of somebody else is found out
 * before the person does anything.
 * @throws CountersignError `vault_unavailable`
 */
export async function tryVault({ runtime: { suite, clock }, vault }: ClientParts, issuer: string): Promise<void> {
  const name = `trial ${randomText(suite, 9)}`
  const trial = { version: 1, issuer, clientId: name, scope: [], accessToken: name, tokenType: 'Bearer', generation: 1 } as const
  await vault.write(name, { ...trial, key: await suite.generateKey('ES256'), endpoints: { token: issuer }, obtainedAt: clock.now() })
  await vault.remove(name)
}
