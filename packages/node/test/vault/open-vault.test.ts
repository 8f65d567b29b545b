/** The vault of a person: which key it has, and that it keeps to it. */
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CountersignError } from '@countersign/protocol'
import { describe, expect, test } from 'vitest'
import { verifies } from '../../../../requirements/verifies.ts'
import { type Keychain, type KeychainStep, openVault } from '../../src/vault/index.ts'
import { credential, SECRETS } from '../support/credential.ts'
import { temporaryDirectory } from '../support/temporary.ts'

/** A keychain that keeps secrets in a map, until it is told to behave otherwise. */
function fakeKeychain() {
  const kept = new Map<string, string>()
  const asked: KeychainStep[][] = []
  let answer: 'well' | 'refused' | 'forgetful' = 'well'
  const keychain: Keychain = {
    name: 'Fake Keychain',
    ask: async (steps) => {
      asked.push([...steps])
      if (answer === 'refused') throw new CountersignError('vault_unavailable', 'the Fake Keychain is locked')
      return steps.map((step) => {
        if (step.do === 'set' && answer === 'well') kept.set(step.account, step.secret)
        if (step.do === 'remove') kept.delete(step.account)
        return step.do === 'get' ? kept.get(step.account) : undefined
      })
    },
  }
  return { keychain, kept, asked, be: (next: typeof answer) => void (answer = next) }
}

async function stage() {
  const home = await temporaryDirectory()
  const env = { XDG_DATA_HOME: join(home, 'data'), XDG_CONFIG_HOME: join(home, 'config') }
  const directory = join(home, 'data', 'countersign')
  return { home, env, directory, keyFile: join(home, 'config', 'countersign', 'vault.key'), ...fakeKeychain() }
}

const linux = process.platform === 'linux'
const unavailable = { code: 'vault_unavailable', hint: expect.any(String) }

describe('with a keychain', () => {
  test('the key is there and nowhere else, the trial leaves nothing behind, and the next program finds it', async () => {
    const { env, directory, keychain, kept, asked, home } = await stage()
    const vault = await openVault({ env, directory, keychain })
    expect(vault.description).toEqual({ kind: 'keychain', where: directory, protection: expect.stringContaining('Fake Keychain') })
    await vault.write('name', credential())
    expect(asked[0]?.map((step) => step.do)).toEqual(['set', 'get', 'remove'])
    expect(kept.size).toBe(1)
    const [secret = ''] = kept.values()
    for (const file of await readdir(home, { recursive: true })) {
      const path = join(home, file)
      if ((await stat(path)).isFile()) expect(await readFile(path, 'utf8')).not.toContain(secret)
    }
    expect(await (await openVault({ env, directory, keychain })).read('name')).toEqual(credential())
  })

  test('once it is chosen there is no other: away, locked or emptied, the vault stays shut and no key file appears', async () => {
    const { env, directory, keychain, kept, be, keyFile } = await stage()
    await (await openVault({ env, directory, keychain })).write('name', credential())
    for (const state of ['refused', 'forgetful'] as const) {
      be(state)
      if (state === 'forgetful') kept.clear()
      const vault = await openVault({ env, directory, keychain })
      await expect(vault.read('name')).rejects.toMatchObject(state === 'refused' ? { code: 'vault_unavailable' } : unavailable)
      await expect(vault.write('other', credential())).rejects.toMatchObject({ code: 'vault_unavailable' })
    }
    await expect(stat(keyFile)).rejects.toMatchObject({ code: 'ENOENT' })
  })

  test('a key file that is named later is not taken for it', async () => {
    const { env, directory, keychain } = await stage()
    await openVault({ env, directory, keychain })
    await expect(openVault({ env: { ...env, COUNTERSIGN_KEY_FILE: '/x' }, directory, keychain })).rejects.toMatchObject(unavailable)
  })

  test('another key in its place is told from damage, and nothing is touched', async () => {
    const { env, directory, keychain, kept } = await stage()
    await (await openVault({ env, directory, keychain })).write('name', credential())
    const [[account = '', secret = ''] = []] = kept
    kept.set(account, Buffer.from(new Uint8Array(32)).toString('base64url'))
    const files = await readdir(directory, { recursive: true })
    const vault = await openVault({ env, directory, keychain })
    await expect(vault.read('name')).rejects.toMatchObject({ ...unavailable, message: expect.stringMatching(/not the one/) })
    await expect(vault.write('name', credential())).rejects.toMatchObject(unavailable)
    expect(await readdir(directory, { recursive: true })).toEqual(files)
    kept.set(account, secret)
    expect(await vault.read('name')).toEqual(credential())
  })

  test('of programs that open it for the first time at once, all have the same key and one entry is left', async () => {
    const { env, directory, keychain, kept } = await stage()
    const vaults = await Promise.all(Array.from({ length: 8 }, () => openVault({ env, directory, keychain })))
    for (const [index, vault] of vaults.entries()) await vault.write(String(index), credential({ generation: index }))
    for (const vault of vaults) expect(await vault.list()).toHaveLength(8)
    expect(kept.size).toBe(1)
  })
})

describe('without a keychain', () => {
  test.runIf(linux)('on a machine without D-Bus there is a key file at once, and the description says what that is worth', async () => {
    const { env, directory, keyFile } = await stage()
    const vault = await openVault({ env })
    expect(vault.description).toMatchObject({ kind: 'file', where: directory })
    expect(vault.description.protection).toContain(keyFile)
    expect(vault.description.protection).toContain('nothing against a person or program that can read both')
    expect(vault.description.protection).toContain('no D-Bus session')
    expect((await stat(keyFile)).mode & 0o777).toBe(0o600)
    await vault.write('name', credential())
    expect(await (await openVault({ env })).read('name')).toEqual(credential())
  })

  verifies('seed-002-keyring-storage', 'a keychain that fails its trial leaves encrypted 0600 files, never plain ones', async () => {
    for (const state of ['refused', 'forgetful'] as const) {
      const { env, home, directory, keychain, kept, be, keyFile } = await stage()
      be(state)
      const vault = await openVault({ env, directory, keychain })
      expect(vault.description.kind).toBe('file')
      await vault.write('name', credential())
      expect(kept.size).toBe(0)
      for (const file of await readdir(home, { recursive: true })) {
        const path = join(home, file)
        const found = await stat(path)
        if (found.isDirectory()) continue
        expect(found.mode & 0o777, file).toBe(0o600)
        for (const secret of Object.values(SECRETS)) expect(await readFile(path, 'utf8')).not.toContain(secret)
      }
      // Chosen is chosen: a keychain that comes back later is not asked.
      be('well')
      expect((await openVault({ env, directory, keychain })).description.protection).toContain(keyFile)
      expect(kept.size).toBe(0)
    }
  })

  test('a key file that is named is used, made when it is missing, and no keychain is asked', async () => {
    const { env, home, directory, keychain, asked } = await stage()
    const named = { ...env, COUNTERSIGN_KEY_FILE: join(home, 'elsewhere', 'key') }
    await (await openVault({ env: named, directory, keychain })).write('name', credential())
    expect(asked).toEqual([])
    // Remembered: the variable is not needed again; and the same key may move.
    expect(await (await openVault({ env, directory, keychain })).read('name')).toEqual(credential())
    await mkdir(join(home, 'moved'))
    const text = await readFile(named.COUNTERSIGN_KEY_FILE)
    await writeFile(join(home, 'moved', 'key'), text, { mode: 0o600 })
    await rm(named.COUNTERSIGN_KEY_FILE)
    const moved = { ...env, COUNTERSIGN_KEY_FILE: join(home, 'moved', 'key') }
    expect(await (await openVault({ env: moved, directory, keychain })).read('name')).toEqual(credential())
    // Gone is gone: it is not made again.
    await expect((await openVault({ env, directory, keychain })).read('name')).rejects.toMatchObject({
      ...unavailable,
      message: expect.stringMatching(/missing/),
    })
    await expect(stat(named.COUNTERSIGN_KEY_FILE)).rejects.toMatchObject({ code: 'ENOENT' })
  })

  test('two vaults may share a key file, and programs that make it at once do', async () => {
    const { env, home, keychain, be } = await stage()
    be('refused')
    const places = ['one', 'one', 'two', 'two'].map((name) => join(home, name))
    const vaults = await Promise.all(places.map((directory) => openVault({ env, directory, keychain })))
    for (const [index, vault] of vaults.entries()) await vault.write(String(index), credential({ generation: index }))
    for (const vault of vaults) expect(await vault.list()).toHaveLength(2)
  })
})

describe('the record of the choice', () => {
  test.each([
    ['damaged', async (pin: string) => writeFile(pin, '{')],
    ['of an unknown source', async (pin: string) => writeFile(pin, (await readFile(pin, 'utf8')).replace('key-file', 'plain'))],
    ['removed', async (pin: string) => rm(pin)],
  ])('%s: a vault with credentials stays shut', async (_how, change) => {
    const { env, directory, keychain, be } = await stage()
    be('refused')
    await (await openVault({ env, directory, keychain })).write('name', credential())
    const pin = join(directory, 'key-source.json')
    await change(pin)
    await expect(openVault({ env, directory, keychain })).rejects.toMatchObject(unavailable)
  })

  test('it holds no key', async () => {
    const { env, directory, keychain, be, keyFile } = await stage()
    be('refused')
    await openVault({ env, directory, keychain })
    const pin = join(directory, 'key-source.json')
    expect(await readFile(pin, 'utf8')).not.toContain((await readFile(keyFile, 'utf8')).trim())
    expect((await stat(pin)).mode & 0o777).toBe(0o600)
  })
})

test('in memory nothing is asked and nothing is written', async () => {
  const { env, home, keychain, asked } = await stage()
  const vault = await openVault({ env, keychain, memory: true })
  await vault.write('name', credential())
  expect(vault.description.kind).toBe('memory')
  expect(asked).toEqual([])
  expect(await readdir(home)).toEqual([])
})
