/** Asking the keychain: what can be shown without one. */
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { osKeychain } from '../../src/vault/keychain.ts'
import { installedModule } from '../../src/vault/native-keychain.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const get = [{ do: 'get', account: 'x' }] as const

test('without a bus nobody is asked, and no program is started', async () => {
  // With no limit at all, a program could not have answered.
  for (const env of [{}, { DBUS_SESSION_BUS_ADDRESS: '' }, { XDG_RUNTIME_DIR: await temporaryDirectory() }]) {
    await expect(osKeychain(env, 'linux').ask(get, 0)).rejects.toMatchObject({
      code: 'vault_unavailable',
      message: expect.stringMatching(/no D-Bus session/),
    })
  }
})

test.runIf(process.platform === 'linux')('a bus that cannot be reached is a refusal, with what the keychain said', async () => {
  const env = { DBUS_SESSION_BUS_ADDRESS: `unix:path=${join(await temporaryDirectory(), 'none')}` }
  await expect(osKeychain(env, 'linux').ask(get, 10_000)).rejects.toMatchObject({
    code: 'vault_unavailable',
    message: expect.stringMatching(/^the Secret Service keyring refused: ./),
    hint: expect.stringContaining('Unlock'),
  })
})

test.runIf(process.platform === 'linux')('a bus that never answers is given up on', async () => {
  const path = join(await temporaryDirectory(), 'bus')
  let calls = 0
  const bus = createServer((socket) => {
    calls += 1
    socket.on('error', () => undefined)
    socket.resume()
  })
  await new Promise<void>((resolve) => bus.listen(path, resolve))
  onTestFinished(() => void bus.close())
  const env = { XDG_RUNTIME_DIR: join(path, '..'), DBUS_SESSION_BUS_ADDRESS: `unix:path=${path}` }
  // On a busy machine the first tries may end before the bus is called.
  for (let limit = 500; calls === 0; limit *= 2) {
    await expect(osKeychain(env, 'linux').ask(get, limit)).rejects.toMatchObject({
      code: 'vault_unavailable',
      message: `the Secret Service keyring did not answer within ${limit / 1000} seconds`,
    })
  }
})

// What the module offers, kept in a file, with what it was asked for.
const MODULE = `
const { readFileSync, writeFileSync } = require('node:fs')
const file = __filename + '.kept'
const read = () => { try { return JSON.parse(readFileSync(file)) } catch { return { asked: [], kept: {} } } }
exports.Entry = class {
  constructor(...names) { this.names = names; this.is(({ asked }) => asked.push(names)) }
  is(change) { const state = read(); const value = change(state); writeFileSync(file, JSON.stringify(state)); return value }
  setPassword(secret) { this.is(({ kept }) => { kept[this.names[1]] = secret }) }
  getPassword() { return this.is(({ kept }) => kept[this.names[1]] ?? null) }
  deletePassword() { this.is(({ kept }) => { if (!(this.names[1] in kept)) throw new Error('not there'); delete kept[this.names[1]] }) }
}`

test('elsewhere a module is asked: steps are taken in order', async () => {
  const path = join(await temporaryDirectory(), 'module.cjs')
  await writeFile(path, MODULE)
  const keychain = osKeychain({}, 'darwin', () => path)
  const steps = [
    { do: 'get', account: 'a' },
    { do: 'set', account: 'a', secret: 'sécret "1"' },
    { do: 'get', account: 'a' },
    { do: 'set', account: 'b', secret: '2' },
    { do: 'remove', account: 'a' },
    { do: 'get', account: 'a' },
  ] as const
  expect(await keychain.ask(steps, 20_000)).toEqual([undefined, undefined, 'sécret "1"', undefined, undefined, undefined])
  const { asked, kept } = JSON.parse(await readFile(`${path}.kept`, 'utf8')) as { asked: unknown[]; kept: object }
  expect(kept).toEqual({ b: '2' })
  expect(asked[0]).toEqual(['countersign', 'a'])
  await expect(keychain.ask([{ do: 'remove', account: 'a' }], 20_000)).rejects.toMatchObject({
    message: expect.stringMatching(/refused: not there$/),
  })
})

test('a module that is not installed, or that breaks, is a refusal', async () => {
  const crash = join(await temporaryDirectory(), 'crash.cjs')
  await writeFile(crash, 'process.kill(process.pid, "SIGKILL")')
  const missing = osKeychain({}, 'darwin', () => join(crash, '..', 'none.cjs'))
  await expect(missing.ask(get, 20_000)).rejects.toMatchObject({
    code: 'vault_unavailable',
    message: expect.stringMatching(/refused: Cannot find module/),
  })
  await expect(osKeychain({}, 'win32', () => crash).ask(get, 20_000)).rejects.toMatchObject({
    message: expect.stringMatching(/refused: the answer broke off/),
  })
})

test('a module that was not installed is named with what to do', () => {
  expect(() => installedModule('win32', 'mips')).toThrow(
    expect.objectContaining({ code: 'vault_unavailable', hint: expect.stringContaining('@napi-rs/keyring-win32-mips-msvc') }),
  )
})

test('each system has its own', () => {
  expect(['linux', 'darwin', 'win32'].map((platform) => osKeychain({}, platform as NodeJS.Platform).name)).toEqual([
    'Secret Service keyring',
    'macOS Keychain',
    'Windows Credential Manager',
  ])
})
