/** What this machine provides for signing in, opened only by the commands that need it. */
import { nodeSuite, openVault, plainLine, systemClock, systemSleep } from '@countersign/node'
import type { ClientParts, Invocation } from '../invocation.ts'
import { version } from '../version.ts'
import { namedFetch } from './named-fetch.ts'

/**
 * Network, clock, primitives and vault. A credential that does not open is told of and left alone; the others are there all the same.
 * @throws CountersignError `vault_unavailable` when credentials cannot be kept here
 */
export async function openClientParts({
  client,
  environment,
  output,
}: Pick<Invocation, 'client' | 'environment' | 'output'>): Promise<ClientParts> {
  const runtime = client.runtime ?? {
    fetch: namedFetch(fetch, version(), process),
    clock: systemClock(),
    sleep: systemSleep(),
    suite: nodeSuite(),
  }
  const onCorrupt = ({ message }: Error, path: string) =>
    output.say(`warning: ${plainLine(message.includes(path) ? message : `${message} (${path})`)}`)
  return { runtime, vault: client.vault ?? (await openVault({ env: environment, onCorrupt })) }
}
