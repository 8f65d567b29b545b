/**
 * The keychain of the operating system, asked from a program of its own that can be stopped.
 * In this program a keyring that waits for somebody to unlock it would hold up everything, the way out included: the native module calls
 * D-Bus on the main thread, and a call that hangs on another one keeps the program from ending.
 */
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { decodeBase64url, encodeBase64url, randomText } from '@countersign/proof'
import { CountersignError, type Entropy } from '@countersign/protocol'
import { nodeSuite } from '../node-suite.ts'
import { KEY_BYTES } from './key-file.ts'
import type { Environment } from './places.ts'
import { unavailable } from './private-directory.ts'

export type KeychainStep =
  | { readonly do: 'set'; readonly account: string; readonly secret: string }
  | { readonly do: 'get'; readonly account: string }
  | { readonly do: 'remove'; readonly account: string }

export interface Keychain {
  /** What people call it. */
  readonly name: string
  /**
   * Takes the steps in order; a `get` answers with the secret, or `undefined` when there is none, and so does every other step.
   * @throws CountersignError `vault_unavailable` when there is no keychain, when it refuses, or when it does not answer within the limit
   */
  ask(steps: readonly KeychainStep[], limit: number): Promise<readonly (string | undefined)[]>
}

// Pinned to the Secret Service: left to itself, the module falls back to the kernel's keyring, which forgets and which others can read.
const PROGRAM = `
let text = ''
process.stdin.on('data', (chunk) => { text += chunk }).on('end', () => {
  const { path, steps } = JSON.parse(text)
  let answer
  try {
    const { Entry } = require(path)
    answer = { found: steps.map((step) => {
      const entry = new Entry('countersign', step.account, { linux: { store: 'secret-service' } })
      if (step.do === 'set') entry.setPassword(step.secret)
      if (step.do === 'remove') entry.deletePassword()
      return step.do === 'get' ? entry.getPassword() : null
    }) }
  } catch (error) {
    answer = { refused: String(error.message) }
  }
  process.stdout.write(JSON.stringify(answer))
})`

const HINT = 'Unlock the keychain, or sign in on the desktop. COUNTERSIGN_VAULT_DIR and COUNTERSIGN_KEY_FILE name a vault with a key file.'

/** The keychain that `env` leads to; loads nothing until it is asked. `modulePath` finds @napi-rs/keyring. */
export function osKeychain(env: Environment, platform: NodeJS.Platform, modulePath: () => string = installedModule): Keychain {
  const name = { darwin: 'macOS Keychain', win32: 'Windows Credential Manager' }[platform as string] ?? 'Secret Service keyring'
  return {
    name,
    ask: async (steps, limit) => {
      // Without a bus there is nobody to ask: told at once, where the module would take its time.
      if (platform === 'linux' && !hasBus(env)) throw unavailable('there is no D-Bus session, so no keyring', HINT)
      const { output, isLate } = await run(JSON.stringify({ path: modulePath(), steps }), env, limit)
      if (isLate) throw unavailable(`the ${name} did not answer within ${limit / 1000} seconds`, HINT)
      const { found, refused } = readAnswer(output)
      if (found === undefined) throw unavailable(`the ${name} refused: ${refused ?? 'no reason given'}`, HINT)
      return found.map((secret) => secret ?? undefined)
    },
  }
}

const PROBE_LIMIT = 3000

/** Why a keychain cannot be relied on, if so: one that is locked may take what it is given without a word, and return nothing. */
export async function keychainFault(keychain: Keychain, entropy: Entropy): Promise<string | undefined> {
  const [account, secret] = [randomText(entropy, 12), randomText(entropy, 12)]
  try {
    const trial = await keychain.ask(
      [
        { do: 'set', account, secret },
        { do: 'get', account },
        { do: 'remove', account },
      ],
      PROBE_LIMIT,
    )
    return trial[1] === secret ? undefined : `the ${keychain.name} did not keep what it was given`
  } catch (error) {
    if (error instanceof CountersignError) return error.message
    throw error
  }
}

/** A trial of the keychain that `env` leads to; `fault` says why it cannot be relied on, if so. */
export async function probeKeychain(env: Environment): Promise<{ readonly name: string; readonly fault?: string }> {
  const keychain = osKeychain(env, process.platform)
  const fault = await keychainFault(keychain, nodeSuite())
  return { name: keychain.name, ...(fault === undefined ? {} : { fault }) }
}

/** Puts a key into it. */
export async function keepKey(keychain: Keychain, keyId: string, key: Uint8Array): Promise<void> {
  await keychain.ask([{ do: 'set', account: accountOf(keyId), secret: encodeBase64url(key) }], PROBE_LIMIT)
}

/** The key that was put into it; `patience` in milliseconds. @throws CountersignError `vault_unavailable` */
export async function keyInKeychain(keychain: Keychain, keyId: string, patience: number): Promise<Uint8Array> {
  const [secret] = await keychain.ask([{ do: 'get', account: accountOf(keyId) }], patience)
  const key = decodeBase64url(secret ?? '')
  if (key?.length === KEY_BYTES) return key
  throw unavailable(
    `the key of this vault is not in the ${keychain.name}`,
    'Unlock it, or restore it; else move the vault away and sign in again.',
  )
}

export async function forgetKey(keychain: Keychain, keyId: string): Promise<void> {
  await keychain.ask([{ do: 'remove', account: accountOf(keyId) }], PROBE_LIMIT)
}

function accountOf(keyId: string): string {
  return `vault key ${keyId}`
}

interface Answer {
  readonly found?: readonly (string | null)[]
  readonly refused?: string
}

function readAnswer(text: string): Answer {
  try {
    return JSON.parse(text) as Answer
  } catch {
    return { refused: 'the answer broke off' }
  }
}

function hasBus(env: Environment): boolean {
  const { DBUS_SESSION_BUS_ADDRESS: address, XDG_RUNTIME_DIR: runtime } = env
  return (address !== undefined && address !== '') || (runtime !== undefined && runtime !== '' && existsSync(join(runtime, 'bus')))
}

function installedModule(): string {
  try {
    return createRequire(import.meta.url).resolve('@napi-rs/keyring')
  } catch (cause) {
    throw unavailable('the keychain module is not installed', 'Install @napi-rs/keyring, or use a key file.', cause)
  }
}

/** What the program says to this input; it is ended when it takes longer than the limit. */
async function run(input: string, env: Environment, limit: number): Promise<{ readonly output: string; readonly isLate: boolean }> {
  // Loaded here: a vault with another source has no use for it.
  const { spawn } = await import('node:child_process')
  return new Promise((resolve, reject) => {
    // Secrets go through pipes: arguments and variables are for all to see. What slows down or alters the start of Node is left out.
    const { NODE_OPTIONS: _options, NODE_EXTRA_CA_CERTS: _certificates, ...rest } = env
    const child = spawn(process.execPath, ['-e', PROGRAM], { stdio: ['pipe', 'pipe', 'ignore'], env: rest, windowsHide: true })
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      child.kill('SIGKILL')
    }, limit)
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk
    })
    child.on('error', (cause) => reject(unavailable('the keychain cannot be asked: no program can be started', HINT, cause)))
    child.on('close', () => {
      clearTimeout(timer)
      resolve({ output, isLate: isLate && output === '' })
    })
    // It may be gone before it has read: 'close' tells.
    child.stdin.on('error', () => undefined)
    child.stdin.end(input)
  })
}
