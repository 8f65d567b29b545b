/** What lies in the vault of a place, read with the key of the person it belongs to, and the parts a program of theirs would use it with. */
import { authorizedFetch, type Credential, findEntries, type Runtime, tokensOf, type Vault } from '@countersign/client'
import { nodeSuite, systemClock, systemSleep } from '@countersign/node'
import { openVault } from '@countersign/node/vault'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import type { Place } from './place.ts'

export const runtime: Runtime = { fetch, clock: systemClock(), sleep: systemSleep(), suite: nodeSuite() }

export function vaultOf({ environment }: Pick<Place, 'environment'>): Promise<Vault> {
  return openVault({ env: environment })
}

/** The one sign-in to the resource of this place. @throws Error when there is none, or more than one */
export async function credentialOf(place: Place): Promise<{ readonly name: string; readonly credential: Credential }> {
  const [entry, ...others] = await findEntries(await vaultOf(place), place.resource, 'default')
  if (entry === undefined || others.length > 0) throw new Error('there is not exactly one sign-in in the vault')
  return entry
}

/** Turns the clock on for one sign-in: its access token has expired, and the next use renews it. */
export async function outlive(place: Place): Promise<void> {
  const vault = await vaultOf(place)
  const { name, credential } = await credentialOf(place)
  await vault.write(name, { ...credential, expiresAt: runtime.clock.now() - 1000 })
}

/** The text that a tool of the protected server answers, called by the official MCP client with the sign-in of this place. */
export async function callTool(place: Place, tool: string, given: Record<string, unknown>): Promise<string> {
  const { name } = await credentialOf(place)
  const withToken = authorizedFetch(runtime, tokensOf(runtime, await vaultOf(place)), name)
  const transport = new StreamableHTTPClientTransport(new URL(place.resource), { fetch: (url, init) => withToken(String(url), init) })
  const client = new Client({ name: 'flow', version: '0.1.0' })
  await client.connect(transport)
  try {
    const { content } = await client.callTool({ name: tool, arguments: given })
    return content.map((part) => (part.type === 'text' ? part.text : part.type)).join(' ')
  } finally {
    await client.close()
  }
}
