/** A client that is known by the address of its metadata document: https on a host of its own, read over real TLS through the guarded fetch. */
import { allowLoopback, guardedFetch } from '@countersign/node/http'
import { startDocumentServer } from '../../packages/node/test/support/document-server.ts'

/** Ends with the test. `url` is the client id, `fetchDocument` the way there for an authority. */
export async function publishClient(callback: string) {
  const { url, requests, ca } = await startDocumentServer((request, response) => {
    const client_id = `https://app.example:${String(request.socket.localPort)}/client.json`
    const document = { client_id, client_name: 'SDK app', redirect_uris: [callback], grant_types: ['authorization_code', 'refresh_token'] }
    response.setHeader('content-type', 'application/json').end(JSON.stringify(document))
  })
  const fetchDocument = guardedFetch({ resolve: async () => ['127.0.0.1'], ca, [allowLoopback]: true })
  return { url, requests, fetchDocument }
}
