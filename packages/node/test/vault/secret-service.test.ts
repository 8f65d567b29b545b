/** The vault with a real keyring: GNOME Keyring on a bus of its own. */
import { readdir, readFile, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { verifies } from '../../../../requirements/verifies.ts'
import { secretService } from '../../../../tests/support/secret-service.ts'
import { openVault } from '../../src/vault/index.ts'
import { type KeychainStep, osKeychain } from '../../src/vault/keychain.ts'
import { askNative } from '../../src/vault/native-keychain.ts'
import type { Environment } from '../../src/vault/places.ts'
import { credential } from '../support/credential.ts'
import { run } from '../support/run.ts'
import { temporaryDirectory } from '../support/temporary.ts'

async function stage(state: 'unlocked' | 'locked') {
  const service = await secretService(state)
  const home = await temporaryDirectory()
  const directory = join(home, 'vault')
  const env = { ...service.env, XDG_CONFIG_HOME: join(home, 'config') }
  const keyFiles = () => readdir(env.XDG_CONFIG_HOME).catch(() => [])
  return { ...service, env, directory, open: () => openVault({ env, directory }), keyFiles }
}

describe.runIf(process.platform === 'linux')('a keyring that is unlocked', () => {
  verifies('seed-002-keyring-storage', 'keeps the key, and other programs find it there', async () => {
    const { env, directory, open, keyFiles } = await stage('unlocked')
    const vault = await open()
    expect(vault.description).toMatchObject({ kind: 'keychain', protection: 'encrypted files; their key is in the Secret Service keyring' })
    await vault.write('name', credential())
    expect(await keyFiles()).toEqual([])
    const other = run('read', directory, JSON.stringify(env))
    expect(await other.ended).toMatchObject({ code: 0, errors: '' })
    expect(JSON.parse(other.lines()[0] ?? '')).toEqual(credential())
  })

  test('holds nothing but the key afterwards: the trial is gone, and no token was put into it', async () => {
    const { env, directory, open } = await stage('unlocked')
    await (await open()).write('name', credential())
    const { keyId } = JSON.parse(await readFile(join(directory, 'key-source.json'), 'utf8')) as { keyId: string }
    const [key] = await osKeychain(env, 'linux').ask([{ do: 'get', account: `vault key ${keyId}` }], 10_000)
    expect(Buffer.from(key ?? '', 'base64url')).toHaveLength(32)
    const keyring = await readFile(join(env.XDG_DATA_HOME, 'keyrings', 'login.keyring'))
    // Names of entries are digested there; a second one would show as a second item.
    expect(keyring.length).toBeLessThan(1000)
  })
})

describe.runIf(process.platform === 'linux')('what is kept in a keyring', () => {
  const ask = (env: Environment, ...steps: KeychainStep[]) => osKeychain(env, 'linux').ask(steps, 20_000)
  const account = 'vault key "é"'

  /** What earlier releases asked, in a program of its own: it holds up the one that loads it. */
  function earlier(env: Environment, ...steps: KeychainStep[]) {
    return askNative(createRequire(import.meta.url).resolve('@napi-rs/keyring'), steps, env, 20_000)
  }

  test('by an earlier release is found, replaced and removed', async () => {
    const { env } = await stage('unlocked')
    await earlier(env, { do: 'set', account, secret: 'kept before' })
    expect(await ask(env, { do: 'get', account })).toEqual(['kept before'])
    await ask(env, { do: 'set', account, secret: 'kept now' })
    // Two items of one name would be an error there.
    expect(await earlier(env, { do: 'get', account })).toEqual({ found: ['kept now'] })
    expect(await ask(env, { do: 'remove', account }, { do: 'get', account })).toEqual([undefined, undefined])
  })

  test('outlasts the keyring, in its own words, whatever the length', async () => {
    const { env, restart } = await stage('unlocked')
    const secrets = ['', 'sécret "1"', 'x'.repeat(16), 'y'.repeat(5000)]
    await ask(env, ...secrets.map((secret, at) => ({ do: 'set', account: `${at}`, secret }) as const))
    await restart('unlocked')
    expect(await ask(env, ...secrets.map((_, at) => ({ do: 'get', account: `${at}` }) as const))).toEqual(secrets)
  })

  test('is not there under another name, and is removed once', async () => {
    const { env } = await stage('unlocked')
    await ask(env, { do: 'set', account, secret: 'kept' })
    expect(await ask(env, { do: 'get', account: `${account} ` }, { do: 'remove', account: 'other' }, { do: 'get', account })).toEqual([
      undefined,
      undefined,
      'kept',
    ])
  })

  test('is reached at the socket that systemd provides, too', async () => {
    const { env } = await stage('unlocked')
    const { DBUS_SESSION_BUS_ADDRESS: address, ...rest } = env
    await symlink(/path=([^,]+)/.exec(address)?.[1] ?? '', join(env.XDG_RUNTIME_DIR, 'bus'))
    expect(await ask(rest, { do: 'set', account, secret: 'kept' }, { do: 'get', account })).toEqual([undefined, 'kept'])
  })
})

describe.runIf(process.platform === 'linux')('a keyring that nobody has unlocked', () => {
  test('does not pass the trial, though it takes what it is given; the reason is told', async () => {
    const { open, keyFiles } = await stage('locked')
    const vault = await open()
    expect(vault.description.kind).toBe('file')
    expect(vault.description.protection).toMatch(/keychain: the Secret Service keyring (?:refused|did not)/)
    expect(await keyFiles()).toHaveLength(1)
  })

  test('and that holds the key of a vault keeps the vault shut, and nothing weaker takes its place', async () => {
    const { restart, open, keyFiles } = await stage('unlocked')
    await (await open()).write('name', credential())
    await restart('locked')
    const shut = await open()
    await expect(shut.read('name')).rejects.toMatchObject({ code: 'vault_unavailable' })
    await expect(shut.write('name', credential({ generation: 2 }))).rejects.toMatchObject({ code: 'vault_unavailable' })
    expect(await keyFiles()).toEqual([])
    await restart('unlocked')
    expect(await (await open()).read('name')).toEqual(credential())
  })
})
