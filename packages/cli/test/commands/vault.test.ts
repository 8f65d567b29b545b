/** The commands with the vault that people have: sealed files. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Credential, vaultName } from '@countersign/client'
import { nodeSuite, openVault, systemClock } from '@countersign/node'
import { expect, test } from 'vitest'
import { countersign, ownDirectory } from '../command.ts'

const ISSUER = 'https://auth.example'

/** A vault with a credential for each resource, as a sign-in would have left it. */
async function vaultFor(resources: readonly string[]) {
  const directory = join(ownDirectory(), 'vault')
  const environment = { COUNTERSIGN_VAULT_DIR: directory, COUNTERSIGN_KEY_FILE: join(directory, '..', 'vault.key') }
  const vault = await openVault({ env: environment })
  const key = await nodeSuite().generateKey('ES256')
  const now = systemClock().now()
  const common = { version: 1, issuer: ISSUER, clientId: 'countersign-cli', scope: ['notes:read'], tokenType: 'DPoP', key } as const
  for (const resource of resources) {
    const life = { obtainedAt: now, expiresAt: now + 900_000, generation: 1, endpoints: { token: `${ISSUER}/token` } }
    const credential: Credential = { ...common, ...life, resource, accessToken: `token for ${resource}` }
    await vault.write(vaultName(ISSUER, 'countersign-cli', resource, 'default'), credential)
  }
  const files = () => readdirSync(directory).filter((name) => /^[0-9a-f]{64}\.json$/.test(name))
  return { directory, environment, files }
}

test('a token of the vault is printed by another process than the one that kept it, and the files do not show it', async () => {
  const { directory, environment, files } = await vaultFor(['https://notes.example/mcp'])
  const { code, stdout } = await countersign(['token', 'https://notes.example/mcp'], { environment })
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'token for https://notes.example/mcp\n' })
  for (const file of files()) expect(readFileSync(join(directory, file), 'utf8')).not.toContain('token for')
})

test('a damaged credential is told of and left where it is; the others are there all the same', async () => {
  const { directory, environment, files } = await vaultFor(['https://one.example/', 'https://two.example/'])
  const [damaged = ''] = files()
  const path = join(directory, damaged)
  writeFileSync(path, readFileSync(path, 'utf8').slice(0, 200))

  const listed = await countersign(['status', '--json'], { environment })
  expect(listed.code).toBe(0)
  expect(listed.stderr).toBe(`warning: '${path}' is damaged\n`)
  expect((JSON.parse(listed.stdout) as { sign_ins: unknown[] }).sign_ins).toHaveLength(1)

  const ended = await countersign(['logout', '--all', '--json'], { environment })
  expect(ended.code).toBe(0)
  expect(files()).toEqual([damaged])
})
