/** Where things are kept. */
import { expect, test } from 'vitest'
import { type Environment, keyFilePath, systemdKeyFile, vaultDirectory } from '../../src/vault/places.ts'

const linux = { platform: 'linux', home: '/home/ada' } as const
const mac = { platform: 'darwin', home: '/Users/ada' } as const
const windows = { platform: 'win32', home: 'C:\\Users\\ada' } as const

test.each<[string, Environment, string]>([
  ['nothing is set', {}, '/home/ada/.local/share/countersign'],
  ['XDG_DATA_HOME is', { XDG_DATA_HOME: '/data' }, '/data/countersign'],
  ['XDG_DATA_HOME is relative, so ignored', { XDG_DATA_HOME: 'data' }, '/home/ada/.local/share/countersign'],
  ['COUNTERSIGN_VAULT_DIR is', { COUNTERSIGN_VAULT_DIR: '/vault', XDG_DATA_HOME: '/data' }, '/vault'],
  ['COUNTERSIGN_VAULT_DIR is empty', { COUNTERSIGN_VAULT_DIR: '' }, '/home/ada/.local/share/countersign'],
])('the vault when %s', (_when, env, path) => {
  expect(vaultDirectory(env, linux)).toBe(path)
})

test('the key file is in another directory than the vault, on every system', () => {
  expect(keyFilePath({}, linux)).toBe('/home/ada/.config/countersign/vault.key')
  expect(keyFilePath({ XDG_CONFIG_HOME: '/config' }, linux)).toBe('/config/countersign/vault.key')
  for (const machine of [linux, mac, windows]) expect(keyFilePath({}, machine).startsWith(vaultDirectory({}, machine))).toBe(false)
})

test('macOS and Windows have places of their own', () => {
  expect(vaultDirectory({ XDG_DATA_HOME: '/data' }, mac)).toBe('/Users/ada/Library/Application Support/countersign')
  expect(vaultDirectory({}, windows)).toMatch(/ada.AppData.Local.countersign.Vault$/)
  expect(keyFilePath({}, windows)).toMatch(/ada.AppData.Roaming.countersign.vault\.key$/)
})

test('systemd says where it put what it loaded, or not', () => {
  expect(systemdKeyFile({ CREDENTIALS_DIRECTORY: '/run/credentials/agent.service' })).toBe(
    '/run/credentials/agent.service/countersign-vault-key',
  )
  expect(systemdKeyFile({ CREDENTIALS_DIRECTORY: '' })).toBeUndefined()
  expect(systemdKeyFile({})).toBeUndefined()
})
