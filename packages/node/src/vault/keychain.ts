/**
 * The keychain of the operating system: tried before it is relied on, and given up on when it does not answer. On Linux it is asked over
 * D-Bus, elsewhere through a module of the operating system's (docs/adr/0014-keyring-over-d-bus.md).
 */
import { decodeBase64url, encodeBase64url, randomText } from '@countersign/proof'
import { CountersignError, type Entropy } from '@countersign/protocol'
import { nodeSuite } from '../node-suite.ts'
import { busSockets } from './bus-address.ts'
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

const HINT = 'Unlock the keychain, or sign in on the desktop. COUNTERSIGN_VAULT_DIR and COUNTERSIGN_KEY_FILE name a vault with a key file.'

/** What a keychain answered: what was found, or why it refused, or that it is late and at what. */
export type KeychainAnswer =
  | { readonly found: readonly (string | null | undefined)[] }
  | { readonly refused: string }
  | { readonly late: string }

/** The keychain that `env` leads to; loads nothing until it is asked. `modulePath` finds the module of macOS or Windows. */
export function osKeychain(env: Environment, platform: NodeJS.Platform, modulePath?: () => string): Keychain {
  const native = { darwin: 'macOS Keychain', win32: 'Windows Credential Manager' }[platform as string]
  const name = native ?? 'Secret Service keyring'
  return {
    name,
    ask: async (steps, limit) => {
      const answer = native === undefined ? await askBus(env, steps, limit) : await askModule(env, platform, steps, limit, modulePath)
      if ('late' in answer) throw unavailable(`the ${name} ${answer.late} within ${limit / 1000} seconds`, HINT)
      if ('refused' in answer) throw unavailable(`the ${name} refused: ${answer.refused}`, HINT)
      return answer.found.map((secret) => secret ?? undefined)
    },
  }
}

async function askBus(env: Environment, steps: readonly KeychainStep[], limit: number): Promise<KeychainAnswer> {
  // Without a bus there is nobody to ask.
  const sockets = busSockets(env)
  if (sockets.length === 0) throw unavailable('there is no D-Bus session, so no keyring', HINT)
  const { askWithin } = await import('./linux-keyring.ts')
  return askWithin(sockets, steps, limit)
}

async function askModule(
  env: Environment,
  platform: NodeJS.Platform,
  steps: readonly KeychainStep[],
  limit: number,
  modulePath?: () => string,
) {
  const { askNative, installedModule } = await import('./native-keychain.ts')
  return askNative((modulePath ?? (() => installedModule(platform)))(), steps, env, limit)
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
