/**
 * The MCP SDK before version 2, unmodified, which most hosts still run: it signs in at our authority and calls a server behind our guard.
 * What it does not do, and a host on it has to know:
 *
 * - It has no place for `iss` (RFC 9207 section 2.4), so the host compares it before it hands over the code.
 * - Asked for more scope it refreshes, which can never widen anything (RFC 6749 section 6), and gives up. The host drops the refresh
 *   token first; then the person is asked, for the scope of the challenge alone: what was granted before is not asked for again.
 */
import { auth, type OAuthClientProvider, type OAuthDiscoveryState, UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { OAuthClientInformationMixed, OAuthTokens } from '@modelcontextprotocol/sdk/shared/auth.js'
import { expect, onTestFinished, test } from 'vitest'
import { publishClient } from './client-document.ts'
import { startNotes } from './live-notes.ts'

const CALLBACK = 'http://127.0.0.1:4711/callback'

interface Kept {
  client?: OAuthClientInformationMixed
  tokens?: OAuthTokens
  verifier?: string
  request?: URL
  discovered?: OAuthDiscoveryState
}

/** What the SDK asks its host to keep. Without a known client it makes itself known. */
function host(client: { readonly id?: string; readonly documentUrl?: string } = {}) {
  const kept: Kept = client.id === undefined ? {} : { client: { client_id: client.id } }
  const provider: OAuthClientProvider = {
    redirectUrl: CALLBACK,
    clientMetadata: {
      redirect_uris: [CALLBACK],
      client_name: 'SDK app',
      token_endpoint_auth_method: 'none',
      // Named, because the default of RFC 7591 section 2 has no refreshing in it.
      grant_types: ['authorization_code', 'refresh_token'],
    },
    ...(client.documentUrl === undefined ? {} : { clientMetadataUrl: client.documentUrl }),
    state: () => 'state-1',
    clientInformation: () => kept.client,
    saveClientInformation: (information) => void (kept.client = information),
    tokens: () => kept.tokens,
    saveTokens: (tokens) => void (kept.tokens = tokens),
    redirectToAuthorization: (request) => void (kept.request = request),
    saveCodeVerifier: (verifier) => void (kept.verifier = verifier),
    codeVerifier: () => kept.verifier ?? '',
    discoveryState: () => kept.discovered,
    saveDiscoveryState: (discovered) => void (kept.discovered = discovered),
  }
  return { kept, provider }
}

type Host = ReturnType<typeof host>
type Notes = Awaited<ReturnType<typeof startNotes>>

const transportTo = (url: string, provider: OAuthClientProvider) =>
  new StreamableHTTPClientTransport(new URL(url), { authProvider: provider })

async function connect(url: string, provider: OAuthClientProvider): Promise<Client> {
  const client = new Client({ name: 'test', version: '1.0.0' })
  onTestFinished(() => client.close())
  await client.connect(transportTo(url, provider))
  return client
}

/** The person answers, and the host does with the answer what it has to: compares, then hands over the code. */
async function finish({ url, answer, issuer }: Notes, { kept, provider }: Host): Promise<void> {
  const { searchParams } = await answer(kept.request as URL)
  // RFC 9207 section 2.4, which the SDK leaves to its host.
  expect([searchParams.get('state'), searchParams.get('iss'), kept.discovered?.authorizationServerUrl]).toEqual(['state-1', issuer, issuer])
  await transportTo(url, provider).finishAuth(String(searchParams.get('code')))
}

const whoami = async (client: Client) => (await client.callTool({ name: 'whoami' })).structuredContent

test('from the first refusal to a tool: discovery, PKCE, resource, code, call; a token that ran out is renewed on the way', async () => {
  const notes = await startNotes()
  const sdk = host({ id: 'code-app' })
  await expect(connect(notes.url, sdk.provider)).rejects.toBeInstanceOf(UnauthorizedError)
  const asked = sdk.kept.request?.searchParams
  expect([asked?.get('resource'), asked?.get('scope'), asked?.get('code_challenge_method')]).toEqual([notes.url, 'notes:read', 'S256'])
  await finish(notes, sdk)
  const client = await connect(notes.url, sdk.provider)
  const signedIn = { subject: notes.subject, client: 'code-app', scopes: ['notes:read'] }
  expect(await whoami(client)).toEqual(signedIn)

  const before = sdk.kept.tokens
  // What the guard refuses, as it will refuse this one when its time is over.
  sdk.kept.tokens = { ...(before as OAuthTokens), access_token: 'over' }
  expect(await whoami(client)).toEqual(signedIn)
  expect(sdk.kept.tokens?.refresh_token).toMatch(/./)
  expect(sdk.kept.tokens?.refresh_token).not.toBe(before?.refresh_token)
})

test('asked for more scope it refreshes in vain; without the refresh token the person is asked', async () => {
  const notes = await startNotes()
  const sdk = host({ id: 'code-app' })
  await auth(sdk.provider, { serverUrl: notes.url, scope: 'notes:read' })
  await finish(notes, sdk)
  const client = await connect(notes.url, sdk.provider)
  const write = () => client.callTool({ name: 'add_note', arguments: { text: 'milk' } })
  delete sdk.kept.request
  await expect(write()).rejects.toThrow('Server returned 403 after trying upscoping')
  expect([sdk.kept.request, sdk.kept.tokens?.scope]).toEqual([undefined, 'notes:read'])

  delete sdk.kept.tokens?.refresh_token
  const again = await connect(notes.url, sdk.provider)
  const refused: unknown = await again.callTool({ name: 'add_note', arguments: { text: 'milk' } }).catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(UnauthorizedError)
  expect((sdk.kept.request as URL | undefined)?.searchParams.get('scope')).toBe('notes:write')
  await finish(notes, sdk)
  const writer = await connect(notes.url, sdk.provider)
  expect((await writer.callTool({ name: 'add_note', arguments: { text: 'milk' } })).structuredContent).toEqual({ count: 1 })
})

test('known by the address of its metadata document', async () => {
  const document = await publishClient(CALLBACK)
  const notes = await startNotes({ settings: { clientDocuments: 'any', registration: 'open' }, fetchDocument: document.fetchDocument })
  const sdk = host({ documentUrl: document.url })
  expect(await auth(sdk.provider, { serverUrl: notes.url })).toBe('REDIRECT')
  await finish(notes, sdk)
  expect(sdk.kept.client?.client_id).toBe(document.url)
  expect(await whoami(await connect(notes.url, sdk.provider))).toMatchObject({ subject: notes.subject, client: document.url })
  expect(document.requests).toHaveLength(1)
})

test('registered by itself where documents are not read, and refreshed with what it was given', async () => {
  const notes = await startNotes({ settings: { registration: 'open' } })
  const sdk = host({ documentUrl: 'https://app.example/client.json' })
  expect(await auth(sdk.provider, { serverUrl: notes.url })).toBe('REDIRECT')
  expect(sdk.kept.client).toMatchObject({ client_id: expect.stringMatching(/^[\w-]{22}$/), redirect_uris: [CALLBACK] })
  await finish(notes, sdk)
  const before = sdk.kept.tokens
  expect(await auth(sdk.provider, { serverUrl: notes.url })).toBe('AUTHORIZED')
  expect(sdk.kept.tokens?.refresh_token).not.toBe(before?.refresh_token)
  expect(await whoami(await connect(notes.url, sdk.provider))).toMatchObject({ subject: notes.subject, client: sdk.kept.client?.client_id })
})

test('what one issuer gave is never shown to another: where the server trusts a new one, it registers and asks there', async () => {
  const [old, moved] = [await startNotes({ settings: { registration: 'open' } }), await startNotes({ settings: { registration: 'open' } })]
  const sdk = host()
  await auth(sdk.provider, { serverUrl: old.url })
  await finish(old, sdk)
  const before = { ...sdk.kept }
  delete sdk.kept.discovered
  expect(await auth(sdk.provider, { serverUrl: moved.url })).toBe('REDIRECT')
  expect(sdk.kept.request?.origin).toBe(moved.issuer)
  expect(sdk.kept.client?.client_id).not.toBe(before.client?.client_id)
  // The old tokens were not spent: they still are what they were, where they came from.
  Object.assign(sdk.kept, before)
  expect(await auth(sdk.provider, { serverUrl: old.url })).toBe('AUTHORIZED')
})

test('a wrong iss goes unseen by the SDK, so the host has to look', async () => {
  const notes = await startNotes()
  const sdk = host({ id: 'code-app' })
  await auth(sdk.provider, { serverUrl: notes.url })
  const back = await notes.answer(sdk.kept.request as URL)
  expect(back.searchParams.get('iss')).toBe(notes.issuer)
  back.searchParams.set('iss', 'https://evil.example')
  const { authorizationServerUrl } = sdk.kept.discovered as OAuthDiscoveryState
  expect(back.searchParams.get('iss')).not.toBe(authorizationServerUrl)
  // Nothing that the SDK takes would tell it.
  const code = { authorizationCode: String(back.searchParams.get('code')), iss: back.searchParams.get('iss') }
  expect(await auth(sdk.provider, { serverUrl: notes.url, ...code })).toBe('AUTHORIZED')
})

test('a denial reaches the host, which has no code to hand over', async () => {
  const notes = await startNotes()
  const sdk = host({ id: 'code-app' })
  await auth(sdk.provider, { serverUrl: notes.url })
  const back = await notes.answer(sdk.kept.request as URL, 'deny')
  expect([back.searchParams.get('error'), back.searchParams.get('code')]).toEqual(['access_denied', null])
})
