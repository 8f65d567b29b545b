import { CountersignError } from '@countersign/protocol'
import { expect, test } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'
import { createWorld, ISSUER, METADATA, refusal, RESOURCE } from './world.ts'

const get = (path: string, query = '') => ({ method: 'GET', path, query })

verifies(
  ['rfc9728-3.1-path-insertion', 'mcp-auth-discovery-mechanism'],
  'the document is found between host and path, and at the root',
  async () => {
    const places: [string, string[]][] = [
      ['https://h.example/a/mcp', ['/.well-known/oauth-protected-resource/a/mcp', '/.well-known/oauth-protected-resource']],
      ['https://h.example/a/', ['/.well-known/oauth-protected-resource/a', '/.well-known/oauth-protected-resource']],
      ['https://h.example/', ['/.well-known/oauth-protected-resource']],
      ['https://h.example', ['/.well-known/oauth-protected-resource']],
    ]
    for (const [resource, paths] of places) {
      const { guard } = await createWorld({ resource })
      expect(guard.metadataPaths).toEqual(paths)
      expect(guard.metadataUrl).toBe(`https://h.example${paths[0]}`)
      for (const path of paths) expect(JSON.parse(guard.handle(get(path))?.body ?? '')).toMatchObject({ resource })
    }
    const { guard } = await createWorld()
    for (const other of [
      '/',
      '/a/mcp',
      '/.well-known/oauth-protected-resource/',
      '/.well-known/oauth-protected-resource/a',
      '/.well-known/oauth-protected-resource/a/mcp/',
    ]) {
      expect(guard.handle(get(other))).toBeUndefined()
    }
    const withQuery = await createWorld({ resource: 'https://h.example/mcp?tenant=1' })
    expect(withQuery.guard.handle(get('/.well-known/oauth-protected-resource/mcp', 'tenant=1'))?.status).toBe(200)
    expect(withQuery.guard.handle(get('/.well-known/oauth-protected-resource/mcp', 'tenant=2'))).toBeUndefined()
    expect(
      (await refusal((await createWorld()).verify({}))).challenges.every((line) => line.includes(`resource_metadata="${METADATA}"`)),
    ).toBe(true)
  },
)

verifies(
  ['rfc9728-2-resource-required', 'mcp-auth-prm-required', 'rfc9728-2-dpop-members'],
  'the document says what there is and leaves out what there is not',
  async () => {
    const least = await createWorld()
    expect(least.guard.metadata()).toEqual({
      resource: RESOURCE,
      authorization_servers: [ISSUER],
      bearer_methods_supported: ['header'],
      dpop_signing_alg_values_supported: ['ES256', 'EdDSA', 'RS256'],
    })
    const most = await createWorld({
      scopes: ['notes:read'],
      resourceName: 'Notes',
      documentation: 'https://notes.example/help',
      dpop: 'require',
    })
    expect(most.guard.metadata()).toEqual({
      resource: RESOURCE,
      authorization_servers: [ISSUER],
      scopes_supported: ['notes:read'],
      resource_name: 'Notes',
      resource_documentation: 'https://notes.example/help',
      dpop_signing_alg_values_supported: ['ES256', 'EdDSA', 'RS256'],
      dpop_bound_access_tokens_required: true,
    })
    // What the document says is what happens.
    expect(await refusal(most.verify({ authorization: `Bearer ${await most.issuer.mint()}` }))).toMatchObject({ status: 401 })
  },
)

verifies('rfc9728-3.2-response', 'the document is JSON with status 200, readable from any page', async () => {
  const { guard } = await createWorld()
  const [path = ''] = guard.metadataPaths
  const reply = guard.handle(get(path))
  expect(reply).toMatchObject({ status: 200, headers: { 'content-type': 'application/json', 'access-control-allow-origin': '*' } })
  const members = JSON.parse(reply?.body ?? '') as Record<string, unknown>
  for (const [name, value] of Object.entries(members)) {
    if (/s_supported$|_servers$|^dpop_signing/.test(name)) expect(Array.isArray(value), name).toBe(true)
    expect(value).not.toEqual([])
  }
  expect(guard.handle({ ...get(path), method: 'HEAD' })).toMatchObject({ status: 200, body: '' })
  expect(guard.handle({ ...get(path), method: 'OPTIONS' })).toMatchObject({ status: 204 })
  expect(guard.handle({ ...get(path), method: 'POST' })).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD, OPTIONS' } })
})

verifies(
  ['mcp-no-offline-access-in-challenge', 'mcp-auth-prm-required', 'rfc9728-2-resource-required'],
  'a guard that could not do its work does not start',
  async () => {
    const wrong: [string, object][] = [
      ['offline_access', { scopes: ['notes:read', 'offline_access'] }],
      ['offline_access', { initialScope: ['offline_access'] }],
      ['scopes may not hold', { scopes: ['notes read'] }],
      ['no authorization server', { authorizationServers: [] }],
      ['https', { authorizationServers: ['http://issuer.example'] }],
      ['https', { authorizationServers: [`${ISSUER}#x`] }],
      ['query', { authorizationServers: [`${ISSUER}?x=1`] }],
      ['https', { resource: 'http://notes.example/mcp' }],
      ['https', { resource: `${RESOURCE}#part` }],
      ['https', { resource: 'notes' }],
      ['https', { resource: 'urn:notes' }],
      ['leeway', { leeway: 3600 }],
      ['leeway', { leeway: Number.NaN }],
    ]
    for (const [words, options] of wrong) {
      const error: unknown = await createWorld(options).catch((thrown: unknown) => thrown)
      expect(error, JSON.stringify(options)).toBeInstanceOf(CountersignError)
      expect(error).toMatchObject({ code: 'configuration_invalid', message: expect.stringContaining(words) })
    }
  },
)

test('plain http is for loopback', async () => {
  const { guard } = await createWorld({ resource: 'http://127.0.0.1:8080/mcp', authorizationServers: ['http://localhost:9000'] })
  expect(guard.metadataUrl).toBe('http://127.0.0.1:8080/.well-known/oauth-protected-resource/mcp')
})
