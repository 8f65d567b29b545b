/** Where the key of a vault can come from besides a keychain and a file, and that a vault keeps to what it was made with. */
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CountersignError } from '@countersign/protocol'
import { describe, expect, test } from 'vitest'
import { verifies } from '../../../../requirements/verifies.ts'
import { keyBesideVault, type Keychain, openVault, type OpenVaultOptions } from '../../src/vault/index.ts'
import { keyFromCommand } from '../../src/vault/key-command.ts'
import { keyFromPassphrase } from '../../src/vault/key-passphrase.ts'
import { credential, SECRETS } from '../support/credential.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const KEY = Buffer.alloc(32, 7)
const noKeychain: Keychain = {
  name: 'Fake Keychain',
  ask: async () => {
    throw new CountersignError('vault_unavailable', 'the Fake Keychain is locked')
  },
}

async function stage() {
  const home = await temporaryDirectory()
  const directory = join(home, 'vault')
  const base = { XDG_CONFIG_HOME: join(home, 'config') }
  const open = (env: Readonly<Record<string, string>>, more: Partial<OpenVaultOptions> = {}) =>
    openVault({ env: { ...base, ...env }, directory, keychain: noKeychain, ...more })
  const pin = async () => JSON.parse(await readFile(join(directory, 'key-source.json'), 'utf8')) as Record<string, unknown>
  const keyFiles = () => readdir(base.XDG_CONFIG_HOME).catch(() => [])
  return { home, directory, open, pin, keyFiles }
}

const unavailable = (message: RegExp) => ({
  code: 'vault_unavailable',
  message: expect.stringMatching(message) as string,
  hint: expect.any(String) as string,
})
const node = (script: string) => JSON.stringify([process.execPath, '-e', script])

describe('a credential from systemd', () => {
  async function loaded(home: string, mode = 0o400) {
    const directory = join(home, 'credentials')
    await mkdir(directory)
    await writeFile(join(directory, 'countersign-vault-key'), KEY)
    await chmod(join(directory, 'countersign-vault-key'), mode)
    return { CREDENTIALS_DIRECTORY: directory }
  }

  verifies('seed-002-keyring-storage', 'comes before a key file, and afterwards there is no other', async () => {
    const { home, open, pin, keyFiles } = await stage()
    // 0440: how systemd shows that one more user may read it.
    const env = await loaded(home, 0o440)
    const vault = await open(env)
    expect(vault.description).toMatchObject({ kind: 'systemd', protection: expect.stringContaining('systemd') as string })
    await vault.write('name', credential())
    expect(await pin()).toMatchObject({ source: 'systemd' })
    expect(await keyFiles()).toEqual([])
    expect(await (await open(env)).read('name')).toEqual(credential())
    await expect((await open({})).read('name')).rejects.toMatchObject(unavailable(/systemd has handed no credentials/))
  })

  test('one that anybody could read is refused', async () => {
    const { home, open } = await stage()
    await expect(open(await loaded(home, 0o444))).rejects.toMatchObject(unavailable(/others can get at/))
  })

  test('asked for and not there, nothing else is taken', async () => {
    const { open, keyFiles } = await stage()
    await expect(open({ COUNTERSIGN_KEY_SOURCE: 'systemd' })).rejects.toMatchObject(unavailable(/systemd has handed no/))
    expect(await keyFiles()).toEqual([])
  })
})

describe('a command', () => {
  const good = node(`process.stdout.write('${KEY.toString('base64')}\\n')`)

  test('gives the key; it is remembered, and may be named anew', async () => {
    const { open, pin } = await stage()
    const vault = await open({ COUNTERSIGN_KEY_COMMAND: good })
    expect(vault.description).toMatchObject({ kind: 'command' })
    expect(vault.description.protection).not.toContain('-e')
    await vault.write('name', credential())
    expect(await pin()).toMatchObject({ source: 'command', command: JSON.parse(good) as string[] })
    expect(await (await open({})).read('name')).toEqual(credential())
    const hex = node(`process.stdout.write('${KEY.toString('hex')}')`)
    expect(await (await open({ COUNTERSIGN_KEY_COMMAND: hex })).read('name')).toEqual(credential())
    const other = node(`process.stdout.write('${Buffer.alloc(32, 8).toString('hex')}')`)
    await expect((await open({ COUNTERSIGN_KEY_COMMAND: other })).read('name')).rejects.toMatchObject(unavailable(/not the one/))
  })

  test.each([
    [node('process.exit(3)'), /ended with 3/],
    [node(`process.stdout.write('${SECRETS.accessToken}')`), /wrote no key/],
    [node(`process.stdout.write('${SECRETS.accessToken}'.repeat(20))`), /wrote more than a key/],
    ['/nowhere/to/be/found key', /there is no such program/],
    ['pass show key | head -1', /not a program and its arguments/],
    ['pass show $KEY', /not a program and its arguments/],
    ['["pass", 1]', /not a program and its arguments/],
    ['[]', /not a program and its arguments/],
  ])('%s is refused; nothing else is taken, and nothing it wrote is repeated', async (command, message) => {
    const { open, keyFiles } = await stage()
    const error: unknown = await open({ COUNTERSIGN_KEY_COMMAND: command }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject(unavailable(message))
    expect(JSON.stringify(error) + String(error)).not.toContain(SECRETS.accessToken)
    expect(await keyFiles()).toEqual([])
  })

  test('one that does not end is given up on', async () => {
    await expect(keyFromCommand([process.execPath, '-e', 'setInterval(() => {}, 1e6)'], 50)).rejects.toMatchObject(
      unavailable(/took longer/),
    )
  })
})

describe('a passphrase', () => {
  const asked = { COUNTERSIGN_KEY_SOURCE: 'passphrase' }
  const typed = (passphrase: string) => ({ askPassphrase: async () => passphrase })

  test('opens the vault for who knows it; what it costs to guess is written down, and it is not', async () => {
    const { directory, open, pin } = await stage()
    const occasions: string[] = []
    const askPassphrase = async (occasion: string) => {
      occasions.push(occasion)
      return 'correct horse'
    }
    const vault = await open(asked, { askPassphrase })
    await vault.write('name', credential())
    expect(await pin()).toMatchObject({ source: 'passphrase', scrypt: { N: 131_072, r: 8, p: 1 } })
    expect(await readFile(join(directory, 'key-source.json'), 'utf8')).not.toContain('correct')
    const again = await open({}, { askPassphrase })
    expect([await again.read('name'), await again.read('name')]).toEqual([credential(), credential()])
    expect(occasions).toEqual(['new', 'known'])
    await expect((await open({}, typed('wrong horse'))).read('name')).rejects.toMatchObject(unavailable(/not the passphrase/))
    await expect((await open({})).read('name')).rejects.toMatchObject(unavailable(/nobody to ask/))
  })

  test('comes from a private file where nobody can be asked, line break or not', async () => {
    const { home, open } = await stage()
    const file = join(home, 'passphrase')
    await writeFile(file, 'correct horse\n', { mode: 0o600 })
    await (await open({ COUNTERSIGN_PASSPHRASE_FILE: file })).write('name', credential())
    expect(await (await open({}, typed('correct horse'))).read('name')).toEqual(credential())
    await chmod(file, 0o644)
    await expect((await open({ COUNTERSIGN_PASSPHRASE_FILE: file })).read('name')).rejects.toMatchObject(unavailable(/others can get at/))
  })

  test('one that is easily guessed is not taken', async () => {
    const { open } = await stage()
    await expect(open(asked, typed('horse'))).rejects.toMatchObject(unavailable(/fewer than 8/))
  })

  test('the same letters are the same passphrase, however they are typed', async () => {
    const parameters = { N: 32_768, r: 8, p: 1, salt: 'AAAAAAAAAAAAAAAAAAAAAA' }
    expect(await keyFromPassphrase('caf\u00e9 au lait', parameters)).toEqual(await keyFromPassphrase('cafe\u0301 au lait', parameters))
  })

  test.each([
    ['cheaper', { N: 1024 }],
    ['dearer than any machine', { N: 2 ** 30 }],
    ['no power of two', { N: 100_000 }],
    ['without salt', { salt: '' }],
  ])('a record made %s shuts the vault', async (_how, change) => {
    const { directory, open, pin } = await stage()
    await open(asked, typed('correct horse'))
    const record = await pin()
    await writeFile(
      join(directory, 'key-source.json'),
      JSON.stringify({ ...record, scrypt: { ...(record['scrypt'] as object), ...change } }),
    )
    await expect(open({}, typed('correct horse'))).rejects.toMatchObject(unavailable(/not readable/))
  })
})

describe('what is asked for', () => {
  test('is what is taken: without a keychain none is replaced by a file', async () => {
    const { open, keyFiles } = await stage()
    await expect(open({ COUNTERSIGN_KEY_SOURCE: 'keychain' })).rejects.toMatchObject(
      unavailable(/cannot be kept in the keychain: .*locked/),
    )
    expect(await keyFiles()).toEqual([])
  })

  test.each([
    [{ COUNTERSIGN_KEY_SOURCE: 'plain' }, /there is no source "plain"/],
    [
      { COUNTERSIGN_KEY_SOURCE: 'keychain', COUNTERSIGN_KEY_FILE: '/key' },
      /COUNTERSIGN_KEY_FILE and COUNTERSIGN_KEY_SOURCE name different/,
    ],
    [{ COUNTERSIGN_KEY_COMMAND: 'x', COUNTERSIGN_KEY_FILE: '/key' }, /name different sources/],
    [{ COUNTERSIGN_KEY_SOURCE: 'command' }, /there is no command/],
  ])('%j contradicts itself or means nothing', async (env, message) => {
    const { open } = await stage()
    await expect(open(env)).rejects.toMatchObject(unavailable(message))
  })

  test('a vault that has chosen is not opened another way', async () => {
    const { home, open } = await stage()
    const file = { COUNTERSIGN_KEY_FILE: join(home, 'key') }
    await open(file)
    for (const env of [{ COUNTERSIGN_KEY_SOURCE: 'keychain' }, { COUNTERSIGN_KEY_COMMAND: 'x' }, { COUNTERSIGN_PASSPHRASE_FILE: '/p' }]) {
      await expect(open(env)).rejects.toMatchObject(unavailable(/is in a file, and the environment asks for one/))
    }
    expect((await open({ ...file, COUNTERSIGN_KEY_SOURCE: 'key-file' })).description.kind).toBe('file')
  })

  test('in memory nothing is written', async () => {
    const { home, open } = await stage()
    const vault = await open({ COUNTERSIGN_KEY_SOURCE: 'memory' })
    await vault.write('name', credential())
    expect({ kind: vault.description.kind, files: await readdir(home) }).toEqual({ kind: 'memory', files: [] })
  })
})

describe('a key beside the vault, as good as plain text', () => {
  test('only who asks for it by the symbol gets it: no variable does, and nothing that JSON can hold', async () => {
    const { open, pin } = await stage()
    for (const source of ['beside', 'plaintext', 'none']) {
      await expect(open({ COUNTERSIGN_KEY_SOURCE: source })).rejects.toMatchObject(unavailable(/there is no source/))
    }
    for (const value of [true, 'keyBesideVault', {}]) {
      const other = await stage()
      await other.open({}, { keyBesideVault: value } as unknown as OpenVaultOptions)
      expect(await other.pin()).toMatchObject({ source: 'key-file' })
    }
    const vault = await open({}, { keyBesideVault })
    expect(vault.description).toMatchObject({ kind: 'beside', protection: expect.stringMatching(/^as good as plain text/) as string })
    expect(await pin()).toMatchObject({ source: 'beside' })
  })

  test('it is written down and kept to: other programs need no symbol, and nothing goes elsewhere', async () => {
    const { directory, open, keyFiles } = await stage()
    const vault = await open({}, { keyBesideVault })
    await vault.write('name', credential())
    expect(await readdir(directory)).toContain('vault.key')
    expect(await keyFiles()).toEqual([])
    const again = await open({})
    expect(await again.read('name')).toEqual(credential())
    expect(again.description.kind).toBe('beside')
    expect(await again.list()).toHaveLength(1)
  })

  test('a vault with a better key does not become one, and the two wishes exclude each other', async () => {
    const { home, open, pin } = await stage()
    await (await open({})).write('name', credential())
    await expect(open({}, { keyBesideVault })).rejects.toMatchObject(
      unavailable(/the key of this vault is in a file, and insecure storage was asked for/),
    )
    expect(await pin()).toMatchObject({ source: 'key-file' })
    const other = await stage()
    const env = { COUNTERSIGN_KEY_FILE: join(home, 'key') }
    await expect(other.open(env, { keyBesideVault })).rejects.toMatchObject(unavailable(/insecure storage was asked for/))
  })

  test('and neither does it become better by itself: a wish for another source is refused', async () => {
    const { home, open } = await stage()
    await (await open({}, { keyBesideVault })).write('name', credential())
    await expect(open({ COUNTERSIGN_KEY_FILE: join(home, 'key') })).rejects.toMatchObject(unavailable(/beside it \(insecure storage\)/))
  })
})
