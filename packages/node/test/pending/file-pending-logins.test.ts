/** Sign-ins under way as files: the contract, what is on the disk, and what happens to what does not open. */
import { readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { verifies } from '../../../../requirements/verifies.ts'
import { pendingContract } from '../../../client/test/support/pending-contract.ts'
import { pendingLogin } from '../../../client/test/support/pending-login.ts'
import { filePendingLogins } from '../../src/vault/index.ts'
import { KEY, surroundings } from '../support/credential.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const stage = async () => {
  const directory = join(await temporaryDirectory(), 'pending')
  return { directory, pending: filePendingLogins({ ...surroundings, directory }) }
}

pendingContract(async () => (await stage()).pending)

verifies(
  'seed-000-encrypted-at-rest',
  'no device code and no key is on the disk in the clear, and nobody else can read the files',
  async () => {
    const { directory, pending } = await stage()
    const current = await pendingLogin()
    await pending.locked('a', () => pending.write('a', { version: 1, current, endings: [] }))
    const files = await readdir(directory)
    expect(files).toHaveLength(1)
    for (const file of files) {
      const text = await readFile(join(directory, file), 'utf8')
      for (const secret of [current.deviceCode, current.key.d, current.invitation.userCode]) expect(text).not.toContain(secret)
      expect((await stat(join(directory, file))).mode & 0o777).toBe(0o600)
    }
    expect((await stat(directory)).mode & 0o777).toBe(0o700)
  },
)

test('what was damaged, or sealed with another key, counts as absent and gives way to the next one', async () => {
  const { directory, pending } = await stage()
  const record = { version: 1, current: await pendingLogin(), endings: [] } as const
  const other = filePendingLogins({ ...surroundings, directory, key: async () => ({ ...KEY, key: new Uint8Array(32).fill(9) }) })
  const renamed = filePendingLogins({ ...surroundings, directory, key: async () => ({ ...KEY, keyId: 'two' }) })
  await pending.write('a', record)
  expect([await other.read('a'), await renamed.list(), await pending.read('a')]).toEqual([undefined, [], record])
  const [file = ''] = await readdir(directory)
  const whole = await readFile(join(directory, file), 'utf8')
  for (const text of ['', '{', 'null', '{"format":"countersign-pending-logins-1"}', whole.replace('"a"', '"b"')]) {
    await writeFile(join(directory, file), text)
    expect(await pending.read('a')).toBeUndefined()
  }
  await pending.write('a', record)
  expect(await pending.read('a')).toEqual(record)
})

test('what ended days ago is swept away', async () => {
  const { directory, pending } = await stage()
  await pending.write('old', { version: 1, endings: [] })
  const [file = ''] = await readdir(directory)
  await utimes(join(directory, file), new Date(0), new Date(0))
  await pending.write('new', { version: 1, endings: [] })
  expect((await pending.list()).map(({ name }) => name)).toEqual(['new'])
})
