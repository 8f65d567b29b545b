/**
 * Every scenario that the conformance suite of MCP has for servers, against a server of the official SDK: once as it is, once behind our guard.
 * The suite has no token, so a client of ours stands between, which adds one and touches nothing else.
 */
import { createServer, request, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createGuard, mcpChallengeInScheme } from '@countersign/guard'
import { nodeSuite, systemClock } from '@countersign/node'
import { mcpMiddleware } from '@countersign/node/guard'
import { createAccessTokenSigner, publicOf } from '@countersign/proof'
import { localhostHostValidation, localhostOriginValidation, type NodeIncomingMessageLike, toNodeHandler } from '@modelcontextprotocol/node'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Check, judgeServer, serverScenarios } from './conformance.ts'
import { conformanceHandler } from './conformance-server.ts'

/** Ends with the test. The address has to be known before what listens there. */
async function listen(make: (url: string) => Promise<RequestListener> | RequestListener): Promise<string> {
  const http = createServer()
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`
  http.on('request', await make(url))
  onTestFinished(async () => {
    http.closeAllConnections()
    await new Promise((resolve) => http.close(resolve))
  })
  return url
}

function newHandler() {
  const handler = conformanceHandler()
  onTestFinished(() => handler.close())
  return handler
}

/** As the SDK is meant to be used without us. */
function bare(): Promise<string> {
  const serve = toNodeHandler(newHandler())
  const [host, origin] = [localhostHostValidation(), localhostOriginValidation()]
  return listen(() => (message, response) => {
    if (host(message, response) && origin(message, response)) void serve(message as NodeIncomingMessageLike, response)
  })
}

const ISSUER = 'https://issuer.example'

/** The same behind our guard, and a client with a token before it. */
async function guarded(): Promise<string> {
  const suite = nodeSuite()
  const key = await suite.generateKey('ES256')
  const sign = await createAccessTokenSigner(suite, key, 'key-1')
  const serve = toNodeHandler(mcpChallengeInScheme(newHandler()))
  // The suite asks for one address, and so does the guard: the client's own port is the resource.
  return listen(async (resource) => {
    const guard = createGuard({
      resource,
      authorizationServers: [ISSUER],
      suite,
      clock: systemClock(),
      fetch: async (asked) =>
        Response.json(
          asked.endsWith('/jwks') ? { keys: [{ ...publicOf(key), kid: 'key-1' }] } : { issuer: ISSUER, jwks_uri: `${ISSUER}/jwks` },
        ),
    })
    const gate = mcpMiddleware(guard)
    const inner = await listen(
      () => (message, response) => gate(message, response, () => void serve(message as NodeIncomingMessageLike, response)),
    )
    const now = Math.floor(Date.now() / 1000)
    const claims = { iss: ISSUER, sub: 'ada', aud: resource, client_id: 'suite', iat: now, exp: now + 900, jti: 'token-1' }
    const authorization = `Bearer ${await sign(claims)}`
    return (message, response) => {
      const { method = '', url = '', headers } = message
      const { port } = new URL(inner)
      const onward = request({ host: '127.0.0.1', port, method, path: url, headers: { ...headers, authorization } }, (answer) => {
        response.writeHead(answer.statusCode ?? 0, answer.headers)
        answer.pipe(response)
      })
      onward.on('error', () => response.destroy())
      response.on('close', () => onward.destroy())
      message.pipe(onward)
    }
  })
}

type Results = ReadonlyMap<string, readonly Check[]>

/** Every check with its verdict. */
const verdicts = (results: Results): readonly string[] =>
  [...results].flatMap(([scenario, checks]) => checks.map(({ id, status }) => `${scenario}: ${id}: ${status}`)).toSorted()

const faults = (results: Results): readonly string[] => verdicts(results).filter((verdict) => /(FAILURE|WARNING)$/.test(verdict))

async function judgeBoth(...args: readonly string[]): Promise<{ readonly without: Results; readonly behind: Results }> {
  return { without: await judgeServer(await bare(), args), behind: await judgeServer(await guarded(), args) }
}

describe('a server of the SDK behind the guard is judged as the same server without it', () => {
  test('all that 2026-07-28 requires of servers, and nothing of it fails', async () => {
    const { without, behind } = await judgeBoth('--requirements', '2026-07-28')
    const required = await serverScenarios('2026-07-28')
    expect(required.length).toBeGreaterThan(30)
    expect(faults(new Map(required.map((name) => [name, behind.get(name) ?? [{ id: 'judged', status: 'FAILURE' }]])))).toEqual([])
    // The suite judges more than is required, such as extensions that this server has not.
    expect(verdicts(behind)).toEqual(verdicts(without))
  }, 120_000)

  test('the wire of 2025-11-25', async () => {
    const { without, behind } = await judgeBoth('--spec-version', '2025-11-25')
    // What a server without a connection of its own to the client cannot do, in either case: ask it something, or tell it something later.
    const cannot = /elicitation|subscribe|multiple-streams|sampling|logging/
    expect(faults(behind).filter((fault) => !cannot.test(fault))).toEqual([])
    expect(behind.size).toBeGreaterThan(25)
    expect(verdicts(behind)).toEqual(verdicts(without))
  }, 120_000)
})
