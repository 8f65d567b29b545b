/**
 * The official MCP SDK client, unmodified, at the example server: it discovers our authority by itself, refuses metadata without the code
 * grant, PKCE and response types, and finishes the sign-in that way. Nothing here knows an address beyond that of the MCP server.
 */
import {
  auth,
  Client,
  DpopSession,
  type OAuthClientProvider,
  type OAuthDiscoveryState,
  type StoredOAuthTokens,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from '@modelcontextprotocol/client'
import { expect, onTestFinished, test } from 'vitest'
import { verifies } from '../../requirements/verifies.ts'
import { startNotes } from './live-notes.ts'

const CALLBACK = 'http://127.0.0.1:4711/callback'

/** What the SDK asks its host to keep. */
function host(session?: DpopSession) {
  const kept: { tokens?: StoredOAuthTokens; verifier?: string; request?: URL; discovered?: OAuthDiscoveryState; asked: number } = {
    asked: 0,
  }
  const provider: OAuthClientProvider = {
    redirectUrl: CALLBACK,
    clientMetadata: { redirect_uris: [CALLBACK], client_name: 'Code app' },
    state: () => 'state-1',
    clientInformation: () => ({ client_id: 'code-app' }),
    tokens: () => kept.tokens,
    saveTokens: (tokens) => void (kept.tokens = tokens),
    redirectToAuthorization: (request) => void ((kept.request = request), kept.asked++),
    saveCodeVerifier: (verifier) => void (kept.verifier = verifier),
    codeVerifier: () => kept.verifier ?? '',
    discoveryState: () => kept.discovered,
    saveDiscoveryState: (discovered) => void (kept.discovered = discovered),
    ...(session === undefined ? {} : { dpop: () => session }),
  }
  return { kept, provider }
}

const transportTo = (url: string, provider: OAuthClientProvider) =>
  new StreamableHTTPClientTransport(new URL(url), { authProvider: provider })

async function connect(url: string, provider: OAuthClientProvider): Promise<Client> {
  const client = new Client({ name: 'test', version: '1.0.0' }, { versionNegotiation: { mode: { pin: '2026-07-28' } } })
  onTestFinished(() => client.close())
  await client.connect(transportTo(url, provider))
  return client
}

verifies(
  ['mcp-as-oauth21', 'rfc8414-2-required-members', 'rfc9207-2.3-advertise'],
  'from the first refusal to a tool that needs more: sign in, call, be asked for more, call again, refresh',
  async () => {
    const { url, answer, subject } = await startNotes()
    const { kept, provider } = host()
    await expect(connect(url, provider)).rejects.toBeInstanceOf(UnauthorizedError)
    expect(kept.request?.searchParams.get('resource')).toBe(url)
    expect(kept.request?.searchParams.get('scope')).toBe('notes:read')
    const back = await answer(kept.request as URL)
    expect(back.searchParams.get('state')).toBe('state-1')
    await transportTo(url, provider).finishAuth(back.searchParams)
    const client = await connect(url, provider)
    expect((await client.callTool({ name: 'whoami' })).structuredContent).toEqual({ subject, client: 'code-app', scopes: ['notes:read'] })

    // Step-up: the SDK sends the person once more, for both scopes.
    const refused: unknown = await client.callTool({ name: 'add_note', arguments: { text: 'milk' } }).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(UnauthorizedError)
    expect([kept.asked, kept.request?.searchParams.get('scope')]).toEqual([2, 'notes:read notes:write'])
    await transportTo(url, provider).finishAuth((await answer(kept.request as URL)).searchParams)
    const writer = await connect(url, provider)
    expect((await writer.callTool({ name: 'add_note', arguments: { text: 'milk' } })).structuredContent).toEqual({ count: 1 })

    const before = kept.tokens
    expect(await auth(provider, { serverUrl: url })).toBe('AUTHORIZED')
    expect([kept.tokens?.access_token === before?.access_token, kept.tokens?.refresh_token === before?.refresh_token]).toEqual([
      false,
      false,
    ])
  },
  20_000,
)

verifies(
  'sep1932-mcp-dpop-server',
  'with a DPoP session of the SDK the tokens are bound, and the server takes no others',
  async () => {
    const { url, answer, subject } = await startNotes({ dpop: 'require' })
    const { kept, provider } = host(await DpopSession.create())
    expect(await auth(provider, { serverUrl: url })).toBe('REDIRECT')
    const back = await answer(kept.request as URL)
    const code = { authorizationCode: back.searchParams.get('code') ?? '', iss: back.searchParams.get('iss') ?? '' }
    expect(await auth(provider, { serverUrl: url, ...code })).toBe('AUTHORIZED')
    expect(kept.tokens?.token_type).toMatch(/^dpop$/i)
    const client = await connect(url, provider)
    expect((await client.callTool({ name: 'whoami' })).structuredContent).toMatchObject({ subject })
    expect(await auth(provider, { serverUrl: url })).toBe('AUTHORIZED')
    expect(kept.tokens?.token_type).toMatch(/^dpop$/i)
  },
  20_000,
)

test('the SDK refuses the answer of another issuer, and hears a denial', async () => {
  const { url, answer } = await startNotes()
  const { kept, provider } = host()
  await auth(provider, { serverUrl: url })
  const back = await answer(kept.request as URL)
  const forged = { authorizationCode: back.searchParams.get('code') ?? '', iss: 'https://evil.example' }
  await expect(auth(provider, { serverUrl: url, ...forged })).rejects.toMatchObject({ name: 'IssuerMismatchError' })
  await auth(provider, { serverUrl: url })
  const denied = await answer(kept.request as URL, 'deny')
  await expect(transportTo(url, provider).finishAuth(denied.searchParams)).rejects.toThrow(/declined|denied/)
}, 20_000)

test('without the code grant the SDK turns away, which is why it is there', async () => {
  const { url } = await startNotes({ settings: { codeGrant: 'off' } })
  const { provider, kept } = host()
  await expect(auth(provider, { serverUrl: url })).rejects.toThrow(/authorization_endpoint/)
  expect(kept.request).toBeUndefined()
})
