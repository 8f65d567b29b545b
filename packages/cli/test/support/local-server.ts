/** A server on this machine that answers as a test says and remembers what it was asked. */
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export interface Asked {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface Answered {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | object
}

/** `undefined` leaves the request without an answer. */
export type Answering = (asked: Asked, before: readonly Asked[]) => Answered | undefined | Promise<Answered | undefined>

export async function localServer(answer: Answering) {
  const asked: Asked[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method = '', url = '', headers } = request
      const one = { method, path: url, headers, body: Buffer.concat(chunks).toString('utf8') }
      const before = [...asked]
      asked.push(one)
      void Promise.resolve(answer(one, before)).then((given) => {
        if (given === undefined) return
        const { status = 200, headers: more = {}, body = '' } = given
        const text = typeof body === 'string' ? body : JSON.stringify(body)
        response.writeHead(status, { ...(typeof body === 'string' ? {} : { 'content-type': 'application/json' }), ...more }).end(text)
      })
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}
