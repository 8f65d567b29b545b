/** The library with five scopes, called by the official SDK client (v2) that our client signed in by device grant. */
import type { Scope } from '@countersign/protocol'
import { Client, InsufficientScopeError, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { expect, onTestFinished, test } from 'vitest'
import { verifies } from '../../requirements/verifies.ts'
import { openHome } from './command-hosts.ts'
import { deviceSignIn } from './device-sign-in.ts'
import { startFiveScopes } from './five-scopes.ts'
import { approving } from './protected-notes.ts'

/** Signs in with a code that the person approves, and connects. */
async function signIn(library: Awaited<ReturnType<typeof startFiveScopes>>, scope: Scope): Promise<Client> {
  const { fetch } = await deviceSignIn(library, scope)
  const client = new Client({ name: 'test', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } })
  onTestFinished(() => client.close())
  await client.connect(new StreamableHTTPClientTransport(new URL(library.url), { fetch }))
  return client
}

const refusal = async (client: Client, name: string): Promise<unknown> =>
  client.callTool({ name, arguments: {} }).catch((error: unknown) => error)

verifies(
  'mcp-insufficient-scope-403',
  'a tool that needs two scopes names both in one challenge, and runs once both were granted',
  async () => {
    const library = await startFiveScopes()
    const reader = await signIn(library, ['books:read'])
    await reader.callTool({ name: 'search_books', arguments: { title: 'Emma' } })
    const refused = await refusal(reader, 'borrow')
    expect(refused).toBeInstanceOf(InsufficientScopeError)
    expect(refused).toMatchObject({ requiredScope: 'books:read loans:write' })
    const borrower = await signIn(library, ['books:read', 'loans:write'])
    await borrower.callTool({ name: 'borrow', arguments: {} })
    expect(library.ran).toEqual(['search_books', 'borrow'])
  },
)

verifies('mcp-scope-hierarchy', 'a scope runs the tools of every scope that it includes, over two steps, and no others', async () => {
  const library = await startFiveScopes()
  const admin = await signIn(library, ['library:admin'])
  for (const { name } of (await admin.listTools()).tools) await admin.callTool({ name, arguments: {} })
  expect(library.ran).toEqual(['whoami', 'search_books', 'add_book', 'list_loans', 'borrow', 'close_library'])
  const lender = await signIn(library, ['loans:write'])
  await lender.callTool({ name: 'list_loans', arguments: {} })
  expect(await refusal(lender, 'search_books')).toMatchObject({ requiredScope: 'books:read' })
  expect(await refusal(lender, 'close_library')).toMatchObject({ requiredScope: 'library:admin' })
})

test('the metadata names all five, the first challenge only what it takes to begin', async () => {
  const { url } = await startFiveScopes()
  const answer = await fetch(url, { method: 'POST', body: '{}' })
  const [metadata] = /resource_metadata="([^"]+)"/.exec(answer.headers.get('www-authenticate') ?? '')?.slice(1) ?? []
  expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, expect.stringContaining('scope="books:read"')])
  expect(await (await fetch(metadata ?? '')).json()).toMatchObject({
    scopes_supported: ['books:read', 'books:write', 'loans:read', 'loans:write', 'library:admin'],
  })
})

verifies(
  'mcp-step-up-union-and-limit',
  'a person who begins small is asked three times, each time for all that was granted and all that the next tool needs',
  async () => {
    const library = await startFiveScopes()
    const args = ['proxy', library.url, '--client-id', 'device-app']
    const host = await openHome().open({ kind: 'v2-modern', elicitation: {}, args, person: approving(library) })
    for (const name of ['search_books', 'borrow', 'list_loans', 'close_library', 'add_book']) {
      expect(await host.call(name), name).toMatchObject({ isError: false })
    }
    const asked = library.exchanges.filter(({ path }) => path === '/device_authorization')
    expect(asked.map(({ sent }) => new URLSearchParams(sent).get('scope')?.split(' ').toSorted())).toEqual([
      ['books:read'],
      ['books:read', 'loans:write'],
      ['books:read', 'library:admin', 'loans:write'],
    ])
    expect(library.ran).toEqual(['search_books', 'borrow', 'list_loans', 'close_library', 'add_book'])
  },
)
