/**
 * What a server behind `countersign proxy` asks a person, it asks through the host: the proxy hands the question on, looks at nothing that a
 * link leads to, and takes the answer back with the state that came with the question (MCP 2026-07-28, multi round-trip requests).
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type NodeIncomingMessageLike, toNodeHandler } from '@modelcontextprotocol/node'
import { acceptedContent, createMcpHandler, inputRequired, McpServer } from '@modelcontextprotocol/server'
import { describe, expect, onTestFinished } from 'vitest'
import { verifies } from '../../requirements/verifies.ts'
import { openHome } from './command-hosts.ts'
import { type Answer, HOST_KINDS, type Shown } from './stdio-host.ts'

/** Not base64, not JSON, and longer than it looks: whatever is done to it shows. */
const STATE = 'state/of+the=round "1" \\ \u00e9\u{1F511} %2B &amp;'

interface Sent {
  readonly id: unknown
  readonly method: string
  readonly params: { readonly requestState?: string; readonly inputResponses?: Record<string, { action: string; content?: unknown }> }
}

/** A server on a free port, which hears of every request with its body. Ends with the test. */
async function listen(answer: (request: IncomingMessage, response: ServerResponse, text: string) => unknown): Promise<string> {
  const http = createServer((request, response) => {
    let text = ''
    request.on('data', (chunk: Buffer) => {
      text += chunk.toString()
    })
    request.on('end', () => void answer(request, response, text))
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    http.closeAllConnections()
    await new Promise((resolve) => http.close(resolve))
  })
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}`
}

/** A modern server whose tool wants a page visited, and then an amount; and the page, which counts its visitors. */
async function open() {
  const visits: string[] = []
  const pages = await listen(({ url = '' }, response) => {
    visits.push(url)
    response.end()
  })
  const page = `${pages}/pay?order=1&to=a%20b#now`
  const sent: Sent[] = []
  const handler = createMcpHandler(
    () => {
      const server = new McpServer({ name: 'shop', version: '1.0.0' })
      server.registerTool('pay', { description: 'Pays.' }, ({ mcpReq }) => {
        const given = mcpReq.inputResponses as Record<string, { action: string }> | undefined
        if (given === undefined) {
          return inputRequired({
            inputRequests: { page: inputRequired.elicitUrl({ url: page, message: 'Pay on this page.' }) },
            requestState: STATE,
          })
        }
        if (given['page'] !== undefined && given['page'].action !== 'accept')
          return { content: [{ type: 'text', text: `not paid: ${given['page'].action}` }] }
        const amount = acceptedContent(mcpReq.inputResponses, 'amount')
        if (amount === undefined) {
          const requestedSchema = { type: 'object' as const, properties: { amount: { type: 'string' as const } }, required: ['amount'] }
          return inputRequired({ inputRequests: { amount: inputRequired.elicit({ message: 'How much?', requestedSchema }) } })
        }
        return { content: [{ type: 'text', text: `paid ${String(amount['amount'])}` }] }
      })
      return server
    },
    { legacy: 'reject' },
  )
  onTestFinished(() => handler.close())
  const serve = toNodeHandler(handler)
  const origin = await listen((request, response, text) => {
    if (text === '') return response.writeHead(405).end()
    const message = JSON.parse(text) as Sent
    sent.push(message)
    return serve(request as NodeIncomingMessageLike, response, message)
  })
  const calls = () => sent.filter(({ method }) => method === 'tools/call')
  return { url: `${origin}/mcp`, page, visits, calls }
}

describe.each(HOST_KINDS)('%s', (kind) => {
  const elicitation = { url: {}, form: {} }

  verifies(
    'mcp-mrtr-client-echo',
    'the state goes back as it came, with that retry and no other, and each retry is a request of its own',
    async () => {
      const place = await open()
      const person = async ({ fields }: Shown): Promise<Answer> =>
        fields.length === 0 ? { action: 'accept' } : { action: 'accept', content: { amount: '12' } }
      const host = await openHome().open({ kind, elicitation, args: ['proxy', place.url], person })
      expect(await host.call('pay')).toMatchObject({ isError: false, text: 'paid 12' })
      const calls = place.calls()
      expect(calls.map(({ params }) => params.requestState)).toEqual([undefined, STATE, undefined])
      expect(calls.map(({ params }) => Object.keys(params.inputResponses ?? {}))).toEqual([[], ['page'], ['amount']])
      expect(new Set(calls.map(({ id }) => JSON.stringify(id))).size).toBe(3)
      // Another call begins without any of it.
      await host.call('pay')
      expect(place.calls()[3]?.params.requestState).toBeUndefined()
    },
  )

  verifies(
    'mcp-elic-client-consent',
    'a link is shown whole, by the host that knows whose it is, and nobody but the person opens it',
    async () => {
      const place = await open()
      const before: number[] = []
      const person = async (): Promise<Answer> => {
        before.push(place.visits.length)
        return { action: 'decline' }
      }
      const host = await openHome().open({ kind, elicitation, args: ['proxy', place.url], person })
      expect(await host.call('pay')).toMatchObject({ text: 'not paid: decline' })
      expect(host.shown).toMatchObject([{ mode: 'url', url: place.page, message: 'Pay on this page.' }])
      expect([before, place.visits]).toEqual([[0], []])
      // A host that did not say that it can show links is shown none, and the page is not visited on its behalf either.
      const other = await openHome().open({ kind, elicitation: { form: {} }, args: ['proxy', place.url], person })
      await other.call('pay').catch(() => undefined)
      expect(other.shown.filter(({ mode }) => mode === 'url')).toEqual([])
      expect(place.visits).toEqual([])
    },
  )
})
