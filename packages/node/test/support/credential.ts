/** A credential as a sign-in would have left it, with secrets that are easy to look for. */
import type { Credential } from '@countersign/client'
import { nodeSuite, systemClock, systemSleep } from '../../src/index.ts'

export const SECRETS = {
  accessToken: 'access-token-in-the-clear',
  refreshToken: 'refresh-token-in-the-clear',
  d: 'RklYVFVSRS1wcml2YXRlLWtleS1pbi10aGUtY2xlYXI',
}

export function credential(more: Partial<Credential> = {}): Credential {
  return {
    version: 1,
    issuer: 'https://as.example',
    clientId: 'countersign-cli',
    scope: ['read'],
    accessToken: SECRETS.accessToken,
    tokenType: 'DPoP',
    refreshToken: SECRETS.refreshToken,
    key: { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo', d: SECRETS.d },
    endpoints: { token: 'https://as.example/token' },
    generation: 1,
    obtainedAt: 1_800_000_000_000,
    ...more,
  }
}

export const suite = nodeSuite()
export const KEY = { key: new Uint8Array(32).fill(7), keyId: 'one' }

/** What a file vault needs besides its directory. */
export const surroundings = {
  suite,
  clock: systemClock(),
  sleep: systemSleep(),
  key: async () => KEY,
  description: { kind: 'file', protection: 'none to speak of' },
} as const
