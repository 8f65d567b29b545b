/** The vault as files: what is on the disk, and what happens to it. */
import { chmod, mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { vaultName } from '@countersign/client'
import type { CountersignError } from '@countersign/protocol'
import { describe, expect, test } from 'vitest'
import { verifies } from '../../../../requirements/verifies.ts'
import { type FileVaultOptions, fileVault } from '../../src/vault/index.ts'
import { makePrivateDirectory } from '../../src/vault/private-directory.ts'
import { credential, KEY, SECRETS, suite, surroundings } from '../support/credential.ts'
import { run } from '../support/run.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const name = vaultName('https://as.example', 'countersign-cli', 'https://mcp.example/', 'default')
const modeOf = async (path: string) => (await stat(path)).mode & 0o777

async function stage(options: Partial<FileVaultOptions> = {}) {
  const directory = join(await temporaryDirectory(), 'a', 'vault')
  const vault = await fileVault({ ...surroundings, directory, ...options })
  const files = async () => (await readdir(directory, { recursive: true })).filter((file) => file !== 'locks').toSorted()
  const path = join(directory, `${Buffer.from(await suite.sha256(name), 'base64url').toString('hex')}.json`)
  return { directory, vault, files, path }
}

test('what is written is read, listed and removed; another vault on the directory sees it too', async () => {
  const { directory, vault, files } = await stage()
  expect(await vault.read(name)).toBeUndefined()
  expect(await vault.list()).toEqual([])
  await vault.write(name, credential())
  await vault.write('other', credential({ generation: 5 }))
  await vault.write(name, credential({ generation: 2 }))
  const again = await fileVault({ ...surroundings, directory })
  expect(await again.read(name)).toEqual(credential({ generation: 2 }))
  const entries = await again.list()
  expect(entries.map((entry) => [entry.name, entry.credential.generation]).toSorted()).toEqual([
    [name, 2],
    ['other', 5],
  ])
  await vault.remove(name)
  await vault.remove(name)
  expect(await again.read(name)).toBeUndefined()
  expect(await files()).toHaveLength(1)
})

test('names of any length and character are kept apart', async () => {
  const { vault } = await stage()
  const names = ['', '.', '../../x', 'a/b', 'A', 'a', 'x'.repeat(5000), 'ü\0\n', '😀']
  for (const [generation, each] of names.entries()) await vault.write(each, credential({ generation }))
  for (const [generation, each] of names.entries()) expect((await vault.read(each))?.generation).toBe(generation)
})

verifies(
  'seed-000-encrypted-at-rest',
  'nothing on the disk holds a token or key, and a credential is found by the digest of its name',
  async () => {
    const { directory, vault, files, path } = await stage()
    await vault.write(name, credential())
    await vault.locked(name, () => vault.write(name, credential({ generation: 2 })))
    const texts = await Promise.all((await files()).map((file) => readFile(join(directory, file))))
    expect(texts).toHaveLength(1)
    for (const secret of Object.values(SECRETS)) {
      for (const form of [secret, ...[0, 1, 2].map((skip) => Buffer.from(secret).subarray(skip).toString('base64url').slice(0, -2))]) {
        for (const text of texts) expect(text.includes(form), form).toBe(false)
      }
    }
    expect(await files()).toEqual([path.slice(directory.length + 1)])
  },
)

verifies('seed-002-keyring-storage', 'files are 0600 in directories of 0700, and wider modes are taken back', async () => {
  const { directory, vault, path } = await stage()
  await vault.write(name, credential())
  const directories = [join(directory, '..'), directory, join(directory, 'locks')]
  expect(await Promise.all([...directories, path].map(modeOf))).toEqual([0o700, 0o700, 0o700, 0o600])
  await chmod(path, 0o644)
  await vault.read(name)
  expect(await modeOf(path)).toBe(0o600)
  await chmod(path, 0o644)
  await vault.write(name, credential())
  expect(await modeOf(path)).toBe(0o600)
  await chmod(directory, 0o755)
  await fileVault({ ...surroundings, directory })
  expect(await modeOf(directory)).toBe(0o700)
})

verifies('seed-002-keyring-storage', 'a directory that others own or can write to is refused and left as it is', async () => {
  const directory = await temporaryDirectory()
  for (const mode of [0o777, 0o770, 0o720, 0o702]) {
    await chmod(directory, mode)
    await expect(fileVault({ ...surroundings, directory })).rejects.toMatchObject({
      code: 'vault_unavailable',
      hint: expect.stringContaining('chmod 700'),
    })
    expect(await modeOf(directory)).toBe(mode)
    expect(await readdir(directory)).toEqual([])
  }
  await chmod(directory, 0o700)
  const { uid } = await stat(directory)
  await expect(makePrivateDirectory(directory, uid + 1)).rejects.toMatchObject({
    code: 'vault_unavailable',
    message: expect.stringMatching(/another user/),
  })
  await makePrivateDirectory(directory, uid)
})

test('a place where no directory can be is a clear error', async () => {
  const file = join(await temporaryDirectory(), 'file')
  await writeFile(file, '')
  await expect(fileVault({ ...surroundings, directory: join(file, 'vault') })).rejects.toMatchObject({
    code: 'vault_unavailable',
    hint: expect.any(String),
  })
})

describe('what does not open', () => {
  const damage: readonly (readonly [string, (text: string) => string])[] = [
    ['cut short', (text) => text.slice(0, 100)],
    ['emptied', () => ''],
    [
      'one character changed',
      (text) => text.replace(/(sealed":".{20})(.)/, (_, before: string, one: string) => before + (one === 'A' ? 'B' : 'A')),
    ],
    ['another name put in', (text) => text.replace('"name":"', '"name":"x')],
    ['of a later format', (text) => text.replace('vault-1', 'vault-2')],
    ['not an object', () => 'null'],
    ['far too long', (text) => text + ' '.repeat(2_000_000)],
  ]

  test.each(damage)('%s: reported on every read, left where it is', async (_how, change) => {
    const { vault, path } = await stage()
    await vault.write(name, credential())
    const damaged = change(await readFile(path, 'utf8'))
    await writeFile(path, damaged)
    for (let round = 0; round < 2; round++) {
      const error = await vault.read(name).catch((reason: unknown) => reason as CountersignError)
      expect(error).toMatchObject({ code: 'vault_corrupt', hint: expect.any(String) })
      expect(JSON.stringify([(error as CountersignError).message, String((error as CountersignError).cause)])).not.toContain('in-the-clear')
    }
    expect(await readFile(path, 'utf8')).toBe(damaged)
  })

  test('it locks out nothing else, and a new sign-in puts it aside and says so', async () => {
    const told: [string, string][] = []
    const { directory, vault, path, files } = await stage({ onCorrupt: (error, at) => told.push([error.code, at]) })
    await vault.write('other', credential({ generation: 5 }))
    await vault.write(name, credential())
    await writeFile(path, 'damaged')
    expect((await vault.read('other'))?.generation).toBe(5)
    expect((await vault.list()).map((entry) => entry.name)).toEqual(['other'])
    expect(told).toEqual([['vault_corrupt', path]])
    await vault.write(name, credential({ generation: 9 }))
    expect((await vault.read(name))?.generation).toBe(9)
    const aside = (await files()).find((file) => file.endsWith('.corrupt')) ?? ''
    expect(await readFile(join(directory, aside), 'utf8')).toBe('damaged')
    expect(told[1]).toEqual(['vault_corrupt', join(directory, aside)])
    // Twice: the first one put aside stays.
    await writeFile(path, 'damaged again')
    await vault.write(name, credential())
    expect((await files()).filter((file) => file.endsWith('.corrupt'))).toHaveLength(2)
    expect(await vault.list()).toHaveLength(2)
  })

  test('without anybody to tell, list rejects', async () => {
    const { vault, path } = await stage()
    await vault.write(name, credential())
    await writeFile(path, 'damaged')
    await expect(vault.list()).rejects.toMatchObject({ code: 'vault_corrupt' })
  })

  test('a file of another name or key does not open under this one', async () => {
    const { directory, vault, path } = await stage()
    await vault.write('other', credential())
    const [other] = (await readdir(directory)).filter((file) => file.endsWith('.json'))
    await writeFile(path, await readFile(join(directory, other ?? '')))
    await expect(vault.read(name)).rejects.toMatchObject({ code: 'vault_corrupt', message: expect.stringMatching(/another sign-in/) })
    const stranger = await fileVault({ ...surroundings, directory, key: async () => ({ ...KEY, keyId: 'two' }) })
    await expect(stranger.read('other')).rejects.toMatchObject({ code: 'vault_corrupt', message: expect.stringMatching(/another key/) })
    const thief = await fileVault({ ...surroundings, directory, key: async () => ({ ...KEY, key: new Uint8Array(32) }) })
    await expect(thief.read('other')).rejects.toMatchObject({ code: 'vault_corrupt' })
  })
})

test('the key is asked for once, when it is needed, and again only after a failure', async () => {
  let asked = 0
  const key = async () => {
    asked += 1
    if (asked === 1) throw new Error('locked')
    return KEY
  }
  const { vault } = await stage({ key })
  await vault.read(name)
  await vault.list()
  expect(asked).toBe(0)
  await expect(vault.write(name, credential())).rejects.toThrow('locked')
  await vault.write(name, credential())
  await vault.read(name)
  expect(asked).toBe(2)
})

test('leftovers of killed writers and waiters are swept after an hour; other files are let be', async () => {
  const { directory, vault } = await stage()
  const old = Date.now() / 1000 - 4000
  await mkdir(join(directory, 'locks'), { recursive: true })
  const keep = ['note.txt', 'locks/a.lock', `${'0'.repeat(64)}.json.new.tmp`]
  const sweep = [`${'0'.repeat(64)}.json.old.tmp`, 'locks/a.lock.0123456789abcdef', 'locks/a.lock.0123456789abcdef.gone']
  for (const file of [...keep, ...sweep]) {
    await writeFile(join(directory, file), '')
    if (!file.includes('.new.')) await utimes(join(directory, file), old, old)
  }
  await vault.write(name, credential())
  const left = await readdir(directory, { recursive: true })
  expect(left).toEqual(expect.arrayContaining(keep))
  expect(left.filter((file) => sweep.includes(file))).toEqual([])
})

describe('the lock of a name', () => {
  test('one at a time, released however the work ends, and then nothing stays behind', async () => {
    const { directory, vault } = await stage()
    const order: string[] = []
    const first = vault.locked(name, async () => {
      await new Promise((resolve) => setImmediate(resolve))
      order.push('first')
      throw new Error('boom')
    })
    await expect(first).rejects.toThrow('boom')
    expect(await vault.locked(name, async () => 'second')).toBe('second')
    expect(await readdir(join(directory, 'locks'))).toEqual([])
  })

  test('an abort ends the wait', async () => {
    const { vault } = await stage()
    const abort = new AbortController()
    await vault.locked(name, async () => {
      const waiting = vault.locked(name, async () => 'never', abort.signal)
      abort.abort()
      await expect(waiting).rejects.toMatchObject({ code: 'aborted' })
    })
  })

  test('a lock that cannot be given back does not hide what the work did', async () => {
    const { directory, vault } = await stage()
    const work = async () => {
      // The lock's file is a directory now: it can neither be read nor removed as a file.
      const [lock = ''] = (await readdir(join(directory, 'locks'))).filter((file) => file.endsWith('.lock'))
      await rm(join(directory, 'locks', lock))
      await mkdir(join(directory, 'locks', lock))
      return 'done'
    }
    expect(await vault.locked(name, work)).toBe('done')
  })
})

test('a writer that is killed leaves the credential it wrote last, or the one before, whole', async () => {
  const { directory, vault } = await stage()
  for (const lines of [1, 2, 7, 20, 40]) {
    await vault.remove('name')
    const writer = run('write', directory, JSON.stringify(credential({ accessToken: 'x'.repeat(20_000) })))
    await writer.until(lines)
    writer.kill()
    expect(await writer.ended).toMatchObject({ signal: 'SIGKILL', errors: '' })
    const told = Number(writer.lines().at(-1))
    const kept = await vault.read('name')
    expect([told, told + 1]).toContain(kept?.generation)
    expect(kept?.accessToken).toHaveLength(20_000)
    expect(await vault.list()).toHaveLength(1)
  }
}, 30_000)
