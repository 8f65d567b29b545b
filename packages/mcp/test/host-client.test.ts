import { describe, expect, test } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'
import { rejection } from '../../client/test/support/authority.ts'
import { readElicitation, rungFor } from '../src/ladder/rung.ts'
import { hostClientId } from '../src/protect/host-client.ts'
import { protect } from '../src/protect/protect.ts'
import { PROVIDER } from './support/ladder-stage.ts'

const URL_ = 'https://host.example/client.json'

verifies(
  ['sep2059-6-cimd-passthrough', 'seed-004-server-knows-as'],
  'the client that a host hands down is taken only on request, only from https, and says nothing about the authorization server',
  () => {
    const from = (value: string | undefined, policy: Parameters<typeof hostClientId>[1] = 'accept') =>
      hostClientId({ MCP_OAUTH_CLIENT_ID: value, MCP_OAUTH_ISSUER: 'https://elsewhere.example' }, policy)
    expect([from(URL_, 'refuse'), from(undefined), from('')]).toEqual([undefined, undefined, undefined])
    expect([from(URL_), from(URL_, [URL_])]).toEqual([URL_, URL_])
    expect(() => from(URL_, ['https://other.example/client.json'])).toThrow('names a client that this server does not take: host.example')
    for (const bad of [
      'http://host.example/client.json',
      'http://127.0.0.1/client.json',
      'client-1',
      'https://host.example/',
      'https://a:b@host.example/c',
      'javascript:alert(1)',
      `${URL_}#a`,
    ]) {
      expect(() => from(bad), bad).toThrow('is not the https address of a client metadata document')
    }
    const lines: string[] = []
    const fetched: string[] = []
    const variables = { MCP_OAUTH_CLIENT_ID: URL_, MCP_OAUTH_ISSUER: 'https://elsewhere.example' }
    protect({ connect: async () => {} }, { provider: PROVIDER, hostClient: 'accept', variables, log: (line) => lines.push(line) })
    expect(lines).toEqual([`countersign: acts as the client ${URL_}, as MCP_OAUTH_CLIENT_ID says; nobody has verified that`])
    expect(fetched).toEqual([])
  },
)

verifies('mcp-elic-url-not-own-auth', 'a server behind HTTP is refused: there clients sign in, and their tokens are checked', async () => {
  for (const method of ['handleRequest', 'handlePostMessage', 'handleMessage']) {
    let connected = false
    const server = {
      connect: async (): Promise<void> => {
        connected = true
      },
    }
    protect(server, { provider: PROVIDER })
    const connect = server.connect as (transport: unknown) => Promise<void>
    const error = await rejection(connect({ start: async () => {}, send: async () => {}, close: async () => {}, [method]: () => {} }))
    expect(error.message).toContain('servers on stdio')
    expect(connected).toBe(false)
  }
})

describe('the rung for what a peer declares', () => {
  test.each([
    [undefined, 'text'],
    [{}, 'text'],
    [{ elicitation: {} }, 'form'],
    [{ elicitation: { form: {} } }, 'form'],
    [{ elicitation: { url: {} } }, 'url'],
    [{ elicitation: { url: {}, form: {} } }, 'url'],
    [{ elicitation: null }, 'text'],
    [{ elicitation: 'url' }, 'text'],
    [{ elicitation: { url: false } }, 'form'],
  ])('%j: %s', (capabilities, rung) => {
    expect(rungFor(readElicitation(capabilities))).toBe(rung)
  })
})
