/** One tool call by the official MCP client, with the tokens that `countersign login` left in the vault. */
import { authorizedFetch, findEntries, tokensOf } from '@countersign/client'
import { nodeSuite, systemClock, systemSleep } from '@countersign/node'
import { openVault } from '@countersign/node/vault'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'

/** The text that the tool answers. @throws CountersignError `not_signed_in` when nobody signed in there */
export async function callTool(resource: string, tool: string, given: Record<string, unknown>): Promise<string> {
  const runtime = { fetch, clock: systemClock(), sleep: systemSleep(), suite: nodeSuite() }
  const vault = await openVault({ env: process.env })
  const [entry] = await findEntries(vault, resource, 'default')
  const tokens = tokensOf(runtime, vault)
  // The token is bound to a key: every request carries a proof of its own, which this fetch makes.
  const withToken = authorizedFetch(runtime, tokens, entry?.name ?? '')
  const transport = new StreamableHTTPClientTransport(new URL(resource), { fetch: (url, init) => withToken(String(url), init) })
  const client = new Client({ name: 'first-login', version: '0.1.0' })
  await client.connect(transport)
  try {
    const { content } = await client.callTool({ name: tool, arguments: given })
    return content.map((part) => (part.type === 'text' ? part.text : part.type)).join(' ')
  } finally {
    await client.close()
  }
}
