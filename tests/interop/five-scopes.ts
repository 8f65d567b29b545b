/**
 * A protected MCP server over Streamable HTTP with five scopes, some of which include others, at an authority of ours: both on real ports.
 * The tools need from none to two of them, so a sign-in that begins small steps up several times, and by union.
 */
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { AuthorityOptions, Resource } from '@countersign/authority'
import { createGuard, type Guard, type GuardOptions, mcpChallengeInScheme, mcpRequireScope } from '@countersign/guard'
import { nodeSuite, systemClock } from '@countersign/node'
import { mcpMiddleware } from '@countersign/node/guard'
import { type NodeIncomingMessageLike, toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, McpServer, type McpServerFactory } from '@modelcontextprotocol/server'
import { onTestFinished } from 'vitest'
import { z } from 'zod'
import { startAuthority } from './live-authority.ts'

const FIVE_SCOPES = {
  'books:read': 'Search the books',
  'books:write': 'Add books, and search them',
  'loans:read': 'See your loans',
  'loans:write': 'Borrow books, and see your loans',
  'library:admin': 'Do everything in the library',
} as const

/** What each scope includes besides itself. */
const FIVE_SCOPES_IMPLY = {
  'books:write': ['books:read'],
  'loans:write': ['loans:read'],
  'library:admin': ['books:write', 'loans:write'],
} as const

/** What each tool needs; the scopes of one tool come in one challenge. */
const FIVE_SCOPES_TOOLS = {
  whoami: [],
  search_books: ['books:read'],
  add_book: ['books:write'],
  list_loans: ['loans:read'],
  borrow: ['books:read', 'loans:write'],
  close_library: ['library:admin'],
} as const satisfies Readonly<Record<string, readonly (keyof typeof FIVE_SCOPES)[]>>

export interface FiveScopesOptions {
  readonly guard?: Partial<GuardOptions>
  readonly authority?: Partial<AuthorityOptions>
  /** Sees every request that reaches the server, the refused ones too. */
  readonly seen?: (request: IncomingMessage) => void
}

/** Ends with the test. `url` is the MCP server's, and so the identifier of the resource; `ran` lists the tools that ran. */
export async function startFiveScopes({ guard: more = {}, authority = {}, seen }: FiveScopesOptions = {}) {
  const resources: Resource[] = []
  const live = await startAuthority({ resources, ...authority })
  const http = createServer()
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`
  resources.push({ resource: url, name: 'Library', scopes: FIVE_SCOPES })
  const guard = createGuard({
    resource: url,
    resourceName: 'Library',
    authorizationServers: [live.issuer],
    scopes: Object.keys(FIVE_SCOPES),
    initialScope: ['books:read'],
    implies: FIVE_SCOPES_IMPLY,
    suite: nodeSuite(),
    clock: systemClock(),
    fetch: (input, init) => fetch(input, init),
    ...more,
  })
  const ran: string[] = []
  const mcp = createMcpHandler(libraryTools(guard, ran))
  const serve = toNodeHandler(mcpChallengeInScheme(mcp))
  const gate = mcpMiddleware(guard)
  http.on('request', (request, response) => {
    seen?.(request)
    gate(request, response, () => void serve(request as NodeIncomingMessageLike, response))
  })
  onTestFinished(async () => {
    await mcp.close()
    http.closeAllConnections()
    await new Promise((resolve) => http.close(resolve))
  })
  return { ...live, url, guard, ran }
}

function libraryTools(guard: Guard, ran: string[]): McpServerFactory {
  return ({ authInfo }) => {
    const server = new McpServer({ name: 'library', version: '1.0.0' })
    for (const [name, required] of Object.entries(FIVE_SCOPES_TOOLS)) {
      const [first, ...others] = required
      server.registerTool(
        name,
        {
          description: `Needs ${required.join(' and ') || 'no scope'}.`,
          inputSchema: z.object({ title: z.string().optional() }),
          ...(first === undefined ? {} : { scopeChallenge: mcpRequireScope(guard, first, ...others) }),
        },
        ({ title }) => {
          ran.push(name)
          return { content: [{ type: 'text', text: `${name}${title === undefined ? '' : ` ${title}`}: ${authInfo?.scopes.join(' ')}` }] }
        },
      )
    }
    return server
  }
}
