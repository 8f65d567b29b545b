/** What this machine provides for signing in, opened only by the commands that need it. */
import { memoryPendingLogins, memoryRegistrations, type Runtime } from '@countersign/client'
import { nodeSuite, plainLine, systemClock, systemSleep } from '@countersign/node'
import { type AskPassphrase, keyBesideVault, openVault } from '@countersign/node/vault'
import type { ClientParts, Invocation } from '../invocation.ts'
import { version } from '../version.ts'
import { namedFetch } from './named-fetch.ts'
import { networkOf } from './network.ts'

/** What opening the vault may need: for one with a passphrase, somebody to ask. */
export type Opening = Pick<Invocation, 'client' | 'environment' | 'output' | 'stdin' | 'stderr' | 'signal'>

/**
 * Network, clock, primitives and vault. A credential that does not open is told of and left alone; the others are there all the same.
 * @param insecureStorage the person has asked for a vault that keeps its key beside it
 * @throws CountersignError `vault_unavailable` when credentials cannot be kept here
 */
export async function openClientParts(invocation: Opening, insecureStorage = false): Promise<ClientParts> {
  const { client, environment, output } = invocation
  const onCorrupt = ({ message }: Error, path: string) =>
    output.say(`warning: ${plainLine(message.includes(path) ? message : `${message} (${path})`)}`)
  const runtime = openRuntime(invocation)
  const { vault } = client
  if (vault !== undefined) {
    const { pending = memoryPendingLogins(), registrations = memoryRegistrations() } = client
    return { runtime, vault, pending, registrations }
  }
  // Whether there is somebody to ask is looked at when there is something to ask: opening stdin takes time.
  const askPassphrase: AskPassphrase = async (occasion) => {
    if (!invocation.stdin.isTTY || !invocation.stderr.isTTY) return undefined
    return (await import('./ask-passphrase.ts')).askPassphrase(invocation, occasion)
  }
  const opened = await openVault({ env: environment, onCorrupt, askPassphrase, ...(insecureStorage ? { keyBesideVault } : {}) })
  return { runtime, vault: opened, pending: opened.pending, registrations: opened.registrations }
}

/** Network, clock and primitives, for what needs no vault. */
export function openRuntime(invocation: Pick<Invocation, 'client' | 'environment'>): Runtime {
  const own = () => ({
    fetch: namedFetch(networkOf(invocation), version, process),
    clock: systemClock(),
    sleep: systemSleep(),
    suite: nodeSuite(),
  })
  return invocation.client.runtime ?? own()
}
