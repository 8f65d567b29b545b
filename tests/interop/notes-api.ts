/** A protected HTTP API, as there are many behind MCP servers: notes, read with one scope and written with another. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createGuard } from '@countersign/guard'
import { nodeSuite, systemClock } from '@countersign/node'
import { nodeGuard } from '@countersign/node/guard'
import { onTestFinished } from 'vitest'

/** Ends with the test. The issuer may be named later: the authority has to know the API first. */
export async function startNotesApi(issuerOf: () => string) {
  const notes: string[] = []
  const http = createServer()
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/api`
  onTestFinished(async () => {
    http.closeAllConnections()
    await new Promise((resolve) => http.close(resolve))
  })

  function open(): void {
    const guard = createGuard({
      resource: url,
      authorizationServers: [issuerOf()],
      scopes: ['notes:read', 'notes:write'],
      initialScope: ['notes:read'],
      suite: nodeSuite(),
      clock: systemClock(),
      fetch: (input, init) => fetch(input, init),
    })
    const guarded = nodeGuard(guard, (request, response, access) => {
      const wanted = request.method === 'POST' ? 'notes:write' : 'notes:read'
      if (!access.scope.includes(wanted)) {
        response.writeHead(403, { 'www-authenticate': `Bearer error="insufficient_scope", scope="${wanted}"` }).end()
        return
      }
      let text = ''
      request.on('data', (chunk: Buffer) => {
        text += chunk.toString()
      })
      request.on('end', () => {
        if (request.method === 'POST') notes.push(text)
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ notes }))
      })
    })
    http.on('request', guarded)
  }

  return { url, notes, open }
}
