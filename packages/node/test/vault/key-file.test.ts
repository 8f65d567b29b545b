/** A key in a file. */
import { chmod, chown, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { verifies } from '../../../../requirements/verifies.ts'
import { createKeyFile, readKeyFile } from '../../src/vault/key-file.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const KEY = Uint8Array.from({ length: 32 }, (_, index) => 255 - index)

async function fileWith(content: string | Uint8Array, mode = 0o600): Promise<string> {
  const path = join(await temporaryDirectory(), 'key')
  await writeFile(path, content)
  await chmod(path, mode)
  return path
}

test.each([
  ['bytes as they are', KEY],
  ['base64url', `${Buffer.from(KEY).toString('base64url')}\n`],
  ['base64', `${Buffer.from(KEY).toString('base64')}\r\n`],
  ['hexadecimal', Buffer.from(KEY).toString('hex').toUpperCase()],
])('a key is read as %s', async (_form, content) => {
  expect(await readKeyFile(await fileWith(content))).toEqual(KEY)
})

test.each([
  ['nothing', ''],
  ['too few bytes', KEY.slice(1)],
  ['too many', `${Buffer.from([...KEY, 1]).toString('base64')}`],
  ['a password', 'correct horse battery staple'],
  ['something long', 'A'.repeat(300)],
])('%s is no key', async (_what, content) => {
  await expect(readKeyFile(await fileWith(content))).rejects.toMatchObject({ code: 'vault_unavailable', hint: expect.any(String) })
})

verifies('seed-002-keyring-storage', 'a key file that others can get at, or that is not ours, is refused', async () => {
  for (const mode of [0o640, 0o604, 0o620, 0o666]) {
    await expect(readKeyFile(await fileWith(KEY, mode))).rejects.toMatchObject({
      code: 'vault_unavailable',
      hint: expect.stringContaining('chmod 600'),
    })
  }
  const path = await fileWith(KEY, 0o400)
  expect(await readKeyFile(path)).toEqual(KEY)
  const { uid } = await stat(path)
  // Root's keys are believed, so they need another owner here.
  if (uid === 0) await chown(path, 7, 7)
  await expect(readKeyFile(path, { user: uid + 1 })).rejects.toMatchObject({
    code: 'vault_unavailable',
    message: expect.stringContaining('another user'),
  })
})

test('a key file is made private, and one that is there stays', async () => {
  const path = join(await temporaryDirectory(), 'new', 'place', 'key')
  expect(await readKeyFile(path)).toBeUndefined()
  await createKeyFile(path, KEY, 'a')
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  expect((await stat(join(path, '..'))).mode & 0o777).toBe(0o700)
  const text = await readFile(path, 'utf8')
  await createKeyFile(path, new Uint8Array(32), 'b')
  expect(await readFile(path, 'utf8')).toBe(text)
  expect(await readKeyFile(path)).toEqual(KEY)
})
