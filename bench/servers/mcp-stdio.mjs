// @ts-check
/** A server of MCP on stdio with one tool, for bench/mcp.mjs. */
import { McpServer } from '@modelcontextprotocol/server'
import { serveStdio } from '@modelcontextprotocol/server/stdio'

serveStdio(() => {
  const server = new McpServer({ name: 'bench', version: '1' })
  server.registerTool('echo', { description: 'Echoes.' }, () => ({ content: [{ type: 'text', text: 'hello' }] }))
  return server
})
