import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { ProxyCommandOptions } from '../../src/commands/proxy-options.ts'
import { readProxyOptions } from '../../src/mcp/read-proxy-options.ts'

const URL_OF_SERVER = 'https://mcp.example.com/mcp'
const read = (options: Partial<ProxyCommandOptions>, environment: Record<string, string> = {}) =>
  readProxyOptions(URL_OF_SERVER, { profile: 'default', remember: true, ...options }, environment)

function folderWith(client: object | string, about: string) {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-mcp-remote-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  mkdirSync(join(folder, 'mcp-remote-v1'))
  const name = createHash('md5').update(about).digest('hex')
  writeFileSync(join(folder, 'mcp-remote-v1', `${name}_client_info.json`), typeof client === 'string' ? client : JSON.stringify(client))
  return { MCP_REMOTE_CONFIG_DIR: folder }
}

test('parameters for the authorization request, and no say in what the protocol says itself', async () => {
  const { authorizeParameters } = await read({ authorizeParam: ['access_type=offline', 'login_hint=a=b@example.com', 'empty='] })
  expect(authorizeParameters).toEqual({ access_type: 'offline', login_hint: 'a=b@example.com', empty: '' })
  for (const given of ['no value', '=x', 'a b=c']) await expect(read({ authorizeParam: [given] })).rejects.toThrow('not name=value')
  for (const name of ['redirect_uri', 'state', 'client_id', 'code_challenge', 'request_uri', 'dpop_jkt', 'resource']) {
    await expect(read({ authorizeParam: [`${name}=x`] })).rejects.toThrow('said by the protocol')
  }
})

test('headers: variables come from the environment, a missing one is an error, and no value is told', async () => {
  const header = ['X-Team: ${TEAM}', 'X-Plain:a:b']
  expect((await read({ header }, { TEAM: 'blue' })).headers).toEqual({ 'x-team': 'blue', 'x-plain': 'a:b' })
  await expect(read({ header })).rejects.toThrow('the variable TEAM is not set')
  await expect(read({ header: ['no header with a secret'] })).rejects.toThrow(/^--header: not "Name: value"$/)
})

test('a client that signs in by itself has to have a secret', async () => {
  await expect(read({ flow: 'client-credentials', clientId: 'job' })).rejects.toThrow('no secret')
  const { flow, client } = await read({ flow: 'client-credentials', clientId: 'job' }, { COUNTERSIGN_CLIENT_SECRET: 's' })
  expect([flow, client.clientId, client.clientSecret]).toEqual(['client-credentials', 'job', 's'])
})

test('the client that mcp-remote registered: id, secret, callback, and the flow it was registered for', async () => {
  const client = { client_id: 'c1', client_secret: 's1', redirect_uris: ['http://localhost:3334/oauth/callback'] }
  const found = await read({ clientOfMcpRemote: true }, folderWith(client, URL_OF_SERVER))
  expect(found.client).toMatchObject({ clientId: 'c1', clientSecret: 's1' })
  expect([found.callback, found.flow]).toEqual([{ host: 'localhost', port: 3334, path: '/oauth/callback' }, 'code'])

  const device = { client_id: 'c2', grant_types: ['urn:ietf:params:oauth:grant-type:device_code'] }
  const more = { resource: 'https://r.example/', header: ['B:2', 'A: 1'], authorizeParam: ['z=1', 'a=2'] }
  const about = [URL_OF_SERVER, 'https://r.example/', '{"a":"2","z":"1"}', '{"A":"1","B":"2"}'].join('|')
  const other = await read({ clientOfMcpRemote: true, ...more }, folderWith(device, about))
  expect([other.client.clientId, other.client.clientSecret, other.flow]).toEqual(['c2', undefined, undefined])
})

test.each([
  ['nothing', undefined],
  ['no JSON', '{"client_id": "a"'],
  ['a list', []],
  ['no id', { client_secret: 'x' }],
  ['an id that is no text', { client_id: { $ne: 1 } }],
])('where mcp-remote keeps %s, the error says where it was looked for', async (_what, client) => {
  const environment = client === undefined ? { MCP_REMOTE_CONFIG_DIR: '/nowhere' } : folderWith(client, URL_OF_SERVER)
  await expect(read({ clientOfMcpRemote: true }, environment)).rejects.toThrow(/mcp-remote has no client for https:.*mcp-remote-v1/)
})

test('a callback of mcp-remote on another machine is not taken', async () => {
  const client = { client_id: 'c', redirect_uris: ['http://10.0.0.5:3334/oauth/callback'] }
  await expect(read({ clientOfMcpRemote: true }, folderWith(client, URL_OF_SERVER))).rejects.toThrow('not this machine')
})
