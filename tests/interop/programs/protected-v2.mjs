// @ts-check
/** A server on stdio as authors write it with version 2 of the SDK, protected. Options for `protect` come as JSON in PROTECT_OPTIONS, those of its provider in PROVIDER_OPTIONS. */
import { issuer, protect } from '@countersign/mcp'
import { McpServer } from '@modelcontextprotocol/server'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { z } from 'zod'

const { ISSUER = '', RESOURCE, PROTECT_OPTIONS = '{}', PROVIDER_OPTIONS = '{}' } = process.env

serveStdio(() => {
  const server = new McpServer({ name: 'notes', version: '1.0.0' })
  const notes = protect(server, {
    provider: issuer(ISSUER, {
      clientId: 'device-app',
      name: 'Northgate',
      ...(RESOURCE === undefined ? {} : { resource: RESOURCE }),
      ...JSON.parse(PROVIDER_OPTIONS),
    }),
    ...JSON.parse(PROTECT_OPTIONS),
  })
  server.registerTool('list_notes', { description: 'Lists notes.', outputSchema: z.object({ notes: z.array(z.string()) }) }, async () => {
    const token = await notes.accessToken()
    return {
      content: [{ type: 'text', text: 'milk' }],
      structuredContent: { notes: [`milk, by a token of ${token.length > 20 ? 'some' : 'little'} length`] },
    }
  })
  server.registerTool('add_note', { description: 'Adds a note.', inputSchema: z.object({ text: z.string() }) }, async ({ text }) => {
    await notes.accessToken({ scope: ['notes:write'] })
    return { content: [{ type: 'text', text: `noted: ${text}` }] }
  })
  server.registerTool('help', { description: 'Says what this is.' }, () => ({ content: [{ type: 'text', text: 'notes' }] }))
  return server
})
