/** The vault is gone between the question and the answer: what the server gave is not left alive where nobody has it, and the person hears the truth. */
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { hostileAuthority, PATHS, SECRETS } from '../../../../tests/support/hostile-authority.ts'
import { countersign, ownDirectory } from '../command.ts'

async function loseTheVault(flags: readonly string[]) {
  const home = ownDirectory()
  const vault = join(home, 'vault')
  const server = await hostileAuthority((origin) => ({
    token: () => {
      // A disk that was pulled out, or a directory that somebody has put something else in the place of.
      renameSync(vault, join(home, 'away'))
      writeFileSync(vault, '')
      return { body: { access_token: SECRETS[1], refresh_token: SECRETS[2], token_type: 'Bearer', expires_in: 900 } }
    },
    revoke: { revoked: `${origin}${PATHS.revoke}` },
  }))
  const environment = { COUNTERSIGN_VAULT_DIR: vault, COUNTERSIGN_KEY_FILE: join(home, 'key') }
  const ended = await countersign(['login', server.origin, ...flags], { environment })
  return { ...ended, server, home, vault }
}

test('a login whose credential cannot be written revokes it, says why and what to do, and ends with 1', async () => {
  const { code, stdout, stderr, server, vault } = await loseTheVault([])
  expect(code).toBe(1)
  expect(stderr).toContain(`cannot use '${vault}`)
  expect(stderr).toMatch(/\nhint: Check that it exists, that it is yours and that there is room\.\nmore: .*#vault_unavailable\n$/)
  expect(stderr).not.toContain('Signed in')
  for (const secret of SECRETS) expect(stdout + stderr).not.toContain(secret)
  expect(server.to('revoke').map(({ body }) => new URLSearchParams(body).get('token'))).toEqual([SECRETS[2]])
})

test('with --json the last object is the error', async () => {
  const { code, stdout } = await loseTheVault(['--json'])
  expect(code).toBe(1)
  expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({ error: { code: 'vault_unavailable' } })
})
