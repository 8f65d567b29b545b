/**
 * A protected MCP server. Three parts: the guard knows who may come in, the MCP SDK speaks the protocol, the tools do the work.
 * Nothing here handles a password, a code or a refresh token: people sign in at the issuer.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createGuard, type GuardOptions, mcpChallengeInScheme } from '@countersign/guard'
import { nodeSuite, systemClock } from '@countersign/node'
import { mcpMiddleware } from '@countersign/node/guard'
import { type NodeIncomingMessageLike, toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler } from '@modelcontextprotocol/server'
import { notesInMemory } from './notes.ts'
import { notesTools, READ, WRITE } from './tools.ts'

export interface NotesServerOptions {
  /** Whose tokens are taken. */
  readonly issuer: string
  /** 0 finds a free port. */
  readonly port: number
  /** The public URL, when there is a proxy in front; the local one when not set. */
  readonly resource?: string
  /** `require` refuses tokens that are not bound to a key. */
  readonly dpop?: GuardOptions['dpop']
}

export interface NotesServer {
  /** Where it listens. */
  readonly url: string
  close(): Promise<void>
}

const PATH = '/mcp'

/** Starts listening on loopback. @throws CountersignError `configuration_invalid` */
export async function startNotesServer({ issuer, port, resource, dpop = 'accept' }: NotesServerOptions): Promise<NotesServer> {
  const http = createServer()
  // MCP Streamable HTTP, security: a server for this machine listens on this machine.
  await new Promise<void>((resolve, reject) => http.once('error', reject).listen(port, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}${PATH}`
  try {
    const guard = createGuard({
      resource: resource ?? url,
      resourceName: 'Notes',
      authorizationServers: [issuer],
      scopes: [READ, WRITE],
      // Enough to begin with; writing asks for more when it comes to that.
      initialScope: [READ],
      implies: { [WRITE]: [READ] },
      dpop,
      suite: nodeSuite(),
      clock: systemClock(),
      fetch: (input, init) => fetch(input, init),
    })
    const mcp = createMcpHandler(notesTools(notesInMemory(), guard))
    const serve = toNodeHandler(mcpChallengeInScheme(mcp))
    const gate = mcpMiddleware(guard, { failed: (cause) => console.error('notes-server:', cause) })
    const paths = new Set([PATH, ...guard.metadataPaths])
    http.on('request', (request, response) => {
      const [path = ''] = (request.url ?? '').split('?')
      if (paths.has(path)) gate(request, response, () => void serve(request as NodeIncomingMessageLike, response))
      else response.writeHead(404).end()
    })
    return {
      url,
      close: async () => {
        await mcp.close()
        http.closeAllConnections()
        await new Promise((resolve) => http.close(resolve))
      },
    }
  } catch (error) {
    http.close()
    throw error
  }
}
