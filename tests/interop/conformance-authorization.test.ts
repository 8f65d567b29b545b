/** Every scenario that the conformance suite of MCP has for authorization servers, against ours, all checks green. */
import { addClient } from '@countersign/authority'
import { expect, test } from 'vitest'
import { freePorts } from '../../examples/first-login/src/programs.ts'
import { verifies } from '../../requirements/verifies.ts'
import { publishClient } from './client-document.ts'
import { authorizationScenarios, type Check, judgeAuthority } from './conformance.ts'
import { startAuthority } from './live-authority.ts'

const API = 'https://api.example/mcp'
const resources = [{ resource: API, name: 'API', scopes: { read: 'Read' } }]

async function judge({ path = '', args = [] }: { readonly path?: string; readonly args?: readonly string[] } = {}) {
  const { fetchDocument } = await publishClient('http://127.0.0.1/callback')
  const authority = await startAuthority({ resources, settings: { clientDocuments: 'any' }, fetchDocument }, path)
  const { secret = '' } = await addClient(authority, {
    id: 'web-app',
    name: 'Web',
    confidential: true,
    redirectUris: ['http://127.0.0.1/callback'],
  })
  const [port = 0] = await freePorts(1)
  const given = args.map((each) => (each === 'SECRET' ? secret : each))
  return judgeAuthority(['--url', authority.issuer, '--port', String(port), ...given], async (address) => {
    await fetch(await authority.answer(address))
  })
}

/** What was not a success, in words. */
const faultsIn = (results: ReadonlyMap<string, readonly Check[]>): readonly string[] =>
  [...results].flatMap(([scenario, checks]) =>
    checks
      .filter(({ status }) => status !== 'SUCCESS')
      .map(({ id, status, errorMessage = '' }) => `${scenario}: ${id}: ${status} ${errorMessage}`),
  )

verifies(
  ['mcp-as-oauth21', 'rfc8414-2-required-members'],
  'all scenarios there are, all checks green: metadata with client documents, and the code grant of a public client',
  async () => {
    const results = await judge({ args: ['--client-id', 'code-app', '--resource', API] })
    expect([...results.keys()].sort()).toEqual([...(await authorizationScenarios())].sort())
    expect([...results.values()].flat().length).toBeGreaterThanOrEqual(3)
    expect(faultsIn(results)).toEqual([])
  },
)

test('the same where the issuer has a path', async () => {
  expect(faultsIn(await judge({ path: '/auth', args: ['--client-id', 'code-app'] }))).toEqual([])
})

test('given a secret the suite keeps it to itself, because the metadata lists "none" too, and is refused', async () => {
  // OAuth 2.1 section 2.4: a client that was issued a secret authenticates with it. The suite takes `none` for every client as soon as the
  // server has public clients as well, so this one failure is expected; it goes away when the suite sends what it was given.
  const results = await judge({ args: ['--client-id', 'web-app', '--client-secret', 'SECRET'] })
  expect(faultsIn(results)).toEqual(['authorization-code-grant: authorization-code-grant: FAILURE Invalid status code: 401'])
})
