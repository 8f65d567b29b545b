/** A vault of files with credentials in it, as sign-ins would have left them, and the variables that lead a program to it. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Credential, vaultName } from '@countersign/client'
import { nodeSuite, systemClock } from '@countersign/node'
import { openVault } from '@countersign/node/vault'
import { ownDirectory } from '../command.ts'

const ISSUER = 'https://auth.example'

export interface Kept extends Partial<Omit<Credential, 'resource'>> {
  readonly profile?: string
  readonly resource: string | undefined
}

export async function keptVault(...wanted: readonly Kept[]) {
  const directory = join(ownDirectory(), 'vault')
  const environment = { COUNTERSIGN_VAULT_DIR: directory, COUNTERSIGN_KEY_FILE: join(directory, '..', 'vault.key') }
  const vault = await openVault({ env: environment })
  const key = await nodeSuite().generateKey('ES256')
  const now = systemClock().now()
  const names: string[] = []
  for (const { profile = 'default', resource, ...more } of wanted) {
    const credential: Credential = {
      version: 1,
      issuer: ISSUER,
      clientId: 'countersign-cli',
      scope: ['notes:read'],
      tokenType: 'DPoP',
      key,
      obtainedAt: now - 60_000,
      expiresAt: now + 900_000,
      generation: 1,
      endpoints: { token: `${ISSUER}/token` },
      accessToken: `token for ${resource ?? ISSUER}`,
      ...(resource === undefined ? {} : { resource }),
      ...more,
    }
    const name = vaultName(credential.issuer, credential.clientId, resource, profile)
    await vault.write(name, credential)
    names.push(name)
  }
  const files = () => readdirSync(directory).filter((name) => /^[0-9a-f]{64}\.json$/.test(name))
  return { directory, environment, files, vault, names }
}
