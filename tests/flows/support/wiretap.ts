/**
 * A proxy before the authorization server that hears everything: the one way to know from outside which secrets there were.
 * Programs and browsers know the server by the address of the proxy.
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, request as send, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** The members of forms and JSON answers that nobody else may ever see. */
const MEMBERS = ['device_code', 'user_code', 'access_token', 'refresh_token', 'token', 'password', 'csrf']

export interface Wiretap {
  /** To be given to `openPlace` as what stands in front. */
  readonly inFront: (address: string) => Promise<string>
  /** Every secret that went over the wire, by what it was called there. */
  readonly heard: () => ReadonlyMap<string, string>
  readonly close: () => Promise<void>
}

export function openWiretap(): Wiretap {
  const heard = new Map<string, string>()
  const hear = (value: unknown, name: string) => {
    if (typeof value === 'string' && value !== '' && !heard.has(value)) heard.set(value, name)
  }
  let upstream = ''

  function hearText(type: string, text: string): void {
    if (type.includes('json')) {
      const members = JSON.parse(text) as Record<string, unknown>
      for (const name of MEMBERS) hear(members[name], name)
    } else if (type.includes('form')) {
      const form = new URLSearchParams(text)
      for (const name of MEMBERS) hear(form.get(name), name)
    }
  }

  function hearHeaders(headers: IncomingMessage['headers']): void {
    for (const line of headers['set-cookie'] ?? []) hear(/^[^=]+=([^;]+)/.exec(line)?.[1], 'cookie')
    hear(/^(?:DPoP|Bearer) (.+)$/.exec(headers.authorization ?? '')?.[1], 'access_token')
  }

  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = await textOf(request)
    hearHeaders(request.headers)
    hearText(request.headers['content-type'] ?? '', asked)
    const onward = send(new URL(request.url ?? '/', upstream), { method: request.method, headers: request.headers }).end(asked)
    const [answer] = (await once(onward, 'response')) as [IncomingMessage]
    const text = await textOf(answer)
    hearHeaders(answer.headers)
    hearText(answer.headers['content-type'] ?? '', text)
    response.writeHead(answer.statusCode ?? 502, answer.headers).end(text)
  }

  const server = createServer((request, response) => {
    pass(request, response).catch(() => response.destroy())
  })
  return {
    inFront: async (address) => {
      upstream = address
      await once(server.listen(0, '127.0.0.1'), 'listening')
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    },
    heard: () => heard,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function textOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}
