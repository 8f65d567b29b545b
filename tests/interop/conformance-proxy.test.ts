/**
 * Every scenario that the conformance suite of MCP has for clients that sign in, through `countersign proxy`, on both wires; and those
 * about messages, streams and headers. The host and the person are tests/interop/proxy-host.mjs.
 */
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { verifies } from '../../requirements/verifies.ts'
import { judgeClient } from './conformance.ts'

const HOST = `${process.execPath} ${join(import.meta.dirname, 'proxy-host.mjs')}`

/** What was not a success, in words. */
async function faultsOf(scenario: string, version: string): Promise<readonly string[]> {
  const checks = await judgeClient(HOST, scenario, version)
  expect(checks.length).toBeGreaterThan(0)
  return checks
    .filter(({ status }) => status === 'FAILURE' || status === 'WARNING')
    .map(({ id, status, errorMessage = '' }) => `${id}: ${status} ${errorMessage}`)
}

const BOTH = [
  'auth/metadata-default',
  'auth/metadata-var1',
  'auth/metadata-var2',
  'auth/metadata-var3',
  'auth/basic-cimd',
  'auth/scope-from-www-authenticate',
  'auth/scope-from-scopes-supported',
  'auth/scope-omitted-when-undefined',
  'auth/scope-step-up',
  'auth/scope-retry-limit',
  'auth/token-endpoint-auth-basic',
  'auth/token-endpoint-auth-post',
  'auth/token-endpoint-auth-none',
  'auth/pre-registration',
  'tools_call',
  'json-schema-2020-12-preservation',
] as const

const MODERN = [
  'auth/resource-mismatch',
  'auth/offline-access-scope',
  'auth/offline-access-not-supported',
  'auth/authorization-server-migration',
  'auth/iss-supported',
  'auth/iss-not-advertised',
  'auth/iss-supported-missing',
  'auth/iss-wrong-issuer',
  'auth/iss-unexpected',
  'auth/iss-normalized',
  'auth/metadata-issuer-mismatch',
  'request-metadata',
  'sep-2322-client-request-state',
  'http-standard-headers',
  'http-custom-headers',
  'http-invalid-tool-headers',
  'json-schema-ref-no-deref',
] as const

const LEGACY = ['initialize', 'sse-retry', 'elicitation-sep1034-client-defaults'] as const

describe('on the wire of 2025-11-25', () => {
  test.each([...BOTH, ...LEGACY])('%s', async (scenario) => {
    expect(await faultsOf(scenario, '2025-11-25')).toEqual([])
  })
  // A server of the first revision with authorization: it has no metadata of the resource, and is its own authorization server.
  test('auth/2025-03-26-oauth-metadata-backcompat', async () => {
    expect(await faultsOf('auth/2025-03-26-oauth-metadata-backcompat', '2025-03-26')).toEqual([])
  })
})

describe('on the wire of 2026-07-28', () => {
  test.each([...BOTH, ...MODERN])('%s', async (scenario) => {
    expect(await faultsOf(scenario, '2026-07-28')).toEqual([])
  })
})

describe('what is not done', () => {
  verifies('mcp-disc-as-order', 'a server without any metadata is not guessed at: no endpoint is taken that nobody named', async () => {
    // auth/2025-03-26-oauth-endpoint-fallback expects /authorize, /token and /register at the root of any server that answers 401. That rule
    // was taken out with 2025-06-18; a proxy that kept it would send people, and a registration, to addresses that nobody vouches for.
    const faults = await faultsOf('auth/2025-03-26-oauth-endpoint-fallback', '2025-03-26')
    expect(faults.every((fault) => fault.includes('FAILURE'))).toBe(true)
    expect(faults).toHaveLength(3)
  })
})
