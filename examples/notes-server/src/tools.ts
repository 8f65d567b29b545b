/** The tools, as any MCP server has them. What each needs is said beside it; who is calling comes from the guard. */
import { type Guard, mcpRequireScope } from '@countersign/guard'
import { type AuthInfo, McpServer, type McpServerFactory } from '@modelcontextprotocol/server'
import { z } from 'zod'
import type { Notes, Owner } from './notes.ts'

export const READ = 'notes:read'
export const WRITE = 'notes:write'

/** Makes the server for one request, in the protocol era the client speaks. */
export function notesTools(notes: Notes, guard: Guard): McpServerFactory {
  return ({ authInfo }) => {
    const server = new McpServer(
      { name: 'notes', version: '0.1.0' },
      { instructions: 'Keeps short notes for the person who is signed in.' },
    )

    server.registerTool(
      'whoami',
      {
        title: 'Who am I',
        description: 'Tells who is signed in, through which client, and what may be done.',
        outputSchema: z.object({ subject: z.string(), client: z.string(), scopes: z.array(z.string()) }),
        annotations: { readOnlyHint: true },
      },
      () => {
        const { clientId, scopes } = signedIn(authInfo)
        const { subject } = ownerOf(authInfo)
        return {
          content: [{ type: 'text', text: `${subject}, through ${clientId}, with ${scopes.join(' ') || 'no scope'}` }],
          structuredContent: { subject, client: clientId, scopes },
        }
      },
    )

    server.registerTool(
      'list_notes',
      {
        title: 'List notes',
        description: 'Lists your notes, oldest first.',
        outputSchema: z.object({ notes: z.array(z.string()) }),
        annotations: { readOnlyHint: true },
        scopeChallenge: mcpRequireScope(guard, READ),
      },
      () => {
        const mine = [...notes.list(ownerOf(authInfo))]
        return { content: [{ type: 'text', text: mine.join('\n') || 'no notes yet' }], structuredContent: { notes: mine } }
      },
    )

    server.registerTool(
      'add_note',
      {
        title: 'Add a note',
        description: 'Writes down one note.',
        inputSchema: z.object({ text: z.string().min(1).max(1000) }),
        outputSchema: z.object({ count: z.number() }),
        // Without this scope the client is told by a real 403 and can ask the person for more (MCP authorization, step-up).
        scopeChallenge: mcpRequireScope(guard, WRITE),
      },
      ({ text }) => {
        const count = notes.add(ownerOf(authInfo), text)
        return { content: [{ type: 'text', text: `noted; ${count} in all` }], structuredContent: { count } }
      },
    )

    return server
  }
}

/** The guard lets nobody through without an access, so a call without one is a fault in the wiring. */
function signedIn(authInfo: AuthInfo | undefined): AuthInfo {
  if (authInfo === undefined) throw new Error('the tools must be served behind the guard')
  return authInfo
}

function ownerOf(authInfo: AuthInfo | undefined): Owner {
  const { issuer, subject } = signedIn(authInfo).extra ?? {}
  if (typeof issuer !== 'string' || typeof subject !== 'string') throw new Error('the tools must be served behind the guard')
  return { issuer, subject }
}
