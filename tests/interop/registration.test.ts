/** Other people's clients, unmodified, that nobody registered here: they register themselves, or are known by their metadata document. */
import { addInitialAccessToken } from '@countersign/authority'
import { DEVICE_CODE } from '@countersign/protocol'
import {
  auth,
  type OAuthClientInformationMixed,
  type OAuthClientProvider,
  type OAuthDiscoveryState,
  type OAuthTokens,
} from '@modelcontextprotocol/client'
import * as openid from 'openid-client'
import { expect, test } from 'vitest'
import { publishClient } from './client-document.ts'
import { startAuthority } from './live-authority.ts'
import { startNotes } from './live-notes.ts'

const quick = { execute: [openid.allowInsecureRequests], algorithm: 'oauth2' as const }
const CALLBACK = 'http://127.0.0.1:4711/callback'

async function login(config: openid.Configuration, decide: Awaited<ReturnType<typeof startAuthority>>['decide']) {
  const device = await openid.initiateDeviceAuthorization(config, {})
  const polling = openid.pollDeviceAuthorizationGrant(config, device)
  await decide(device.user_code, 'approve')
  return polling
}

test('openid-client registers a public device client, signs in, and its registration can be read and removed', async () => {
  const { issuer, decide, subject } = await startAuthority({ settings: { registration: 'open' } })
  const metadata = {
    client_name: 'Field App',
    grant_types: [DEVICE_CODE, 'refresh_token'],
    response_types: [],
    token_endpoint_auth_method: 'none',
  }
  const config = await openid.dynamicClientRegistration(new URL(issuer), metadata, openid.None(), quick)
  const registered: Readonly<Record<string, unknown>> = config.clientMetadata()
  expect(registered).toMatchObject(metadata)
  const tokens = await login(config, decide)
  expect(await openid.fetchUserInfo(config, tokens.access_token, subject)).toMatchObject({ sub: subject })
  expect((await openid.refreshTokenGrant(config, String(tokens.refresh_token))).access_token).toBeDefined()

  const authorization = `Bearer ${String(registered['registration_access_token'])}`
  const place = String(registered['registration_client_uri'])
  const read = await fetch(place, { headers: { authorization } })
  expect(await read.json()).toMatchObject({ client_id: registered['client_id'], client_name: 'Field App' })
  const headers = { authorization, 'content-type': 'application/json' }
  const body = JSON.stringify({ ...metadata, client_id: registered['client_id'], client_name: 'Field App 2' })
  expect(await (await fetch(place, { method: 'PUT', headers, body })).json()).toMatchObject({ client_name: 'Field App 2' })
  expect((await fetch(place, { method: 'DELETE', headers: { authorization } })).status).toBe(204)
  await expect(openid.initiateDeviceAuthorization(config, {})).rejects.toMatchObject({ error: 'invalid_client' })
}, 20_000)

test('openid-client registers a confidential client with an initial access token, and authenticates with what it got', async () => {
  const { issuer, decide, store, suite, clock, digest } = await startAuthority({ settings: { registration: 'initial-access-token' } })
  const metadata = { client_name: 'Office App', grant_types: [DEVICE_CODE], response_types: [] }
  await expect(openid.dynamicClientRegistration(new URL(issuer), metadata, undefined, quick)).rejects.toMatchObject({
    cause: [{ scheme: 'bearer', parameters: { error: 'invalid_token' } }],
  })
  const { token } = await addInitialAccessToken({ store, suite, clock, digest })
  const config = await openid.dynamicClientRegistration(new URL(issuer), metadata, undefined, { ...quick, initialAccessToken: token })
  expect(config.clientMetadata()).toMatchObject({ client_secret: expect.any(String), token_endpoint_auth_method: 'client_secret_basic' })
  expect((await login(config, decide)).token_type).toBe('bearer')
}, 20_000)

/** What the MCP SDK asks its host to keep, for a client that has no id yet. */
function host(clientMetadataUrl?: string) {
  const kept: {
    client?: OAuthClientInformationMixed
    tokens?: OAuthTokens
    verifier?: string
    request?: URL
    discovered?: OAuthDiscoveryState
  } = {}
  const provider: OAuthClientProvider = {
    redirectUrl: CALLBACK,
    clientMetadata: { redirect_uris: [CALLBACK], client_name: 'SDK app', token_endpoint_auth_method: 'none' },
    ...(clientMetadataUrl === undefined ? {} : { clientMetadataUrl }),
    clientInformation: () => kept.client,
    saveClientInformation: (client) => void (kept.client = client),
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

async function signIn({ url, answer }: Awaited<ReturnType<typeof startNotes>>, { kept, provider }: ReturnType<typeof host>) {
  expect(await auth(provider, { serverUrl: url })).toBe('REDIRECT')
  const back = await answer(kept.request as URL)
  const code = { authorizationCode: back.searchParams.get('code') ?? '', iss: back.searchParams.get('iss') ?? '' }
  expect(await auth(provider, { serverUrl: url, ...code })).toBe('AUTHORIZED')
}

test('the MCP SDK signs in with the address of its metadata document, read over real TLS through the guard', async () => {
  const documents = await publishClient(CALLBACK)
  const notes = await startNotes({ settings: { clientDocuments: 'any' }, fetchDocument: documents.fetchDocument })
  const sdk = host(documents.url)
  await signIn(notes, sdk)
  expect(sdk.kept.client?.client_id).toBe(documents.url)
  expect(sdk.kept.tokens?.refresh_token).toBeDefined()
  expect(documents.requests).toHaveLength(1)
}, 20_000)

test('the MCP SDK registers itself where documents are not read', async () => {
  const notes = await startNotes({ settings: { registration: 'open' } })
  const sdk = host('https://app.example/client.json')
  await signIn(notes, sdk)
  expect(sdk.kept.client).toMatchObject({ client_id: expect.stringMatching(/^[\w-]{22}$/), redirect_uris: [CALLBACK] })
}, 20_000)
