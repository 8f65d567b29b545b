/**
 * An MCP server on stdio before an HTTP API. It used to read a token from NOTES_TOKEN, which somebody had to make, paste into the
 * configuration of the host, and renew. Three lines were changed: they are marked.
 */
import { issuer, protect } from '@countersign/mcp' // 1: was not there
import { McpServer } from '@modelcontextprotocol/server'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { z } from 'zod'

const { NOTES_API = 'https://notes.example/api', NOTES_ISSUER = 'https://auth.notes.example' } = process.env
const provider = issuer(NOTES_ISSUER, { clientId: 'notes-cli', name: 'Notes', resource: NOTES_API })

serveStdio(() => {
  const server = new McpServer({ name: 'notes', version: '1.0.0' })
  // 2: was const token = process.env.NOTES_TOKEN; it still is taken from there when somebody has put one there
  const { fetch } = protect(server, { provider, environment: 'NOTES_TOKEN', scope: ['notes:read'] })

  server.registerTool(
    'list_notes',
    {
      description: 'Lists your notes, oldest first.',
      outputSchema: z.object({ notes: z.array(z.string()) }),
      annotations: { readOnlyHint: true },
    },
    async () => {
      // 3: was fetch(url, { headers: { authorization: `Bearer ${token}` } })
      const response = await fetch(`${NOTES_API}/notes`)
      const { notes } = z.object({ notes: z.array(z.string()) }).parse(await bodyOf(response))
      return { content: [{ type: 'text', text: notes.join('\n') || 'no notes yet' }], structuredContent: { notes } }
    },
  )

  server.registerTool(
    'add_note',
    { description: 'Writes down one note.', inputSchema: z.object({ text: z.string().min(1).max(1000) }) },
    async ({ text }) => {
      // The API asks for notes:write here. Whoever has not granted it yet is asked, and the tool runs again.
      await bodyOf(await fetch(`${NOTES_API}/notes`, { method: 'POST', body: text }))
      return { content: [{ type: 'text', text: 'noted' }] }
    },
  )

  return server
})

async function bodyOf(response: Response): Promise<unknown> {
  if (!response.ok) throw new Error(`the notes answered with status ${response.status}`)
  return response.json()
}
