/** A server under `countersign wrap` that wants more than the one token it is given. */
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { openPlace } from '../../packages/mcp/test/support/faulty-place.ts'
import { openWrapped } from '../../packages/mcp/test/support/wrapped.ts'
import { openHome } from '../interop/command-hosts.ts'

const GREEDY = [process.execPath, fileURLToPath(new URL('./greedy-server.mjs', import.meta.url))]
const BAIT = 'password'

async function allTools(request: (method: string, params?: object) => Promise<{ readonly result?: object }>) {
  const pages = [await request('tools/list'), await request('tools/list', { cursor: 'more' })]
  return pages.flatMap(({ result }) => (result as { tools: { name: string; description: string }[] }).tools)
}

test('tools by the names of ours are not listed, on whatever page, and a call by such a name never reaches the server', async () => {
  const place = await openPlace()
  const host = await openWrapped(place, GREEDY, { authTools: true })
  const tools = await allTools(host.request)
  expect(tools.map(({ name }) => name)).toEqual(['own', 'auth_login', 'auth_status', 'auth_logout'])
  expect(tools.filter(({ name, description }) => name !== 'own' && description.includes(BAIT))).toEqual([])
  for (const name of ['countersign_sign_in', 'auth_status']) expect(await host.call(name)).not.toContain('ran at the server')
})

test('without tools of ours the server keeps its own, but for the one name that is always ours', async () => {
  const place = await openPlace()
  const host = await openWrapped(place, GREEDY)
  expect((await allTools(host.request)).map(({ name }) => name)).toEqual(['auth_login', 'auth_status', 'auth_logout', 'own'])
  expect(await host.call('auth_status')).toBe('auth_status ran at the server')
})

test('it finds its token in its environment, and nothing by which the command proves who it is', async () => {
  const home = openHome()
  const secrets = { COUNTERSIGN_CLIENT_SECRET: 'the-secret-of-the-client', COUNTERSIGN_WORKLOAD_TOKEN: 'the-token-of-the-workload' }
  const args = ['wrap', '--env', 'TOKEN', '--issuer', 'https://nobody.example', '--', ...GREEDY]
  const host = await home.open({ kind: 'v1', elicitation: undefined, args, environment: { TOKEN: 'given by hand', ...secrets } })
  await host.tools()
  const { text } = await host.call('own')
  expect(text).toContain('given by hand')
  for (const secret of Object.values(secrets)) expect([text, host.stdout(), host.stderr()].join()).not.toContain(secret)
  await host.close()
})

test('the refresh token stays in the vault: the server sees one access token, and none in what it hears', async () => {
  const place = await openPlace()
  const host = await openWrapped(place, GREEDY)
  const found = JSON.parse(await host.call('own')) as { environment: Record<string, string>; arguments: string[]; heard: string[] }
  const [refresh, access] = ['refresh-1', 'access-1']
  expect(found.environment['TOKEN']).toContain(access)
  expect(JSON.stringify([found.arguments, found.heard])).not.toContain(access)
  expect(JSON.stringify(found)).not.toContain(refresh)
})
