/** A server of ours before oidc-provider v9, unmodified: people who have an account there get a device flow by it. */
import { DEVICE_CODE } from '@countersign/protocol'
import { decodeJwt } from '@countersign/proof'
import { expect, onTestFinished, test } from 'vitest'
import { freePorts } from '../../examples/first-login/src/programs.ts'
import { openScriptlessBrowser, overHttp, type Page, visibleText } from '../../examples/first-login/src/scriptless-browser.ts'
import { ownDirectory, put } from '../../packages/server/test/directory.ts'
import { administrate, NOTES, post, start } from '../../packages/server/test/running.ts'
import { leadOf } from '../../packages/server/test/upstream/fake-provider.ts'
import { CLIENT_SECRET, startUpstream } from './live-upstream.ts'

const DEVICE = { client_id: 'countersign-cli', resource: NOTES.resource }

/** Ends with the test. */
async function openUpstream(redirectUris: readonly string[]) {
  const upstream = await startUpstream(redirectUris)
  onTestFinished(upstream.close)
  return upstream
}

/** Our server, before as many upstreams as there are names. */
async function openBefore(ids: readonly string[], given: Parameters<typeof start>[1] = {}) {
  const [port = 0] = await freePorts(1)
  const directory = ownDirectory()
  const clientSecretFile = put(directory, 'upstream.secret', `${CLIENT_SECRET}\n`)
  const url = `http://127.0.0.1:${port}`
  const upstreams = new Map(await Promise.all(ids.map(async (id) => [id, await openUpstream([`${url}/sign-in/callback/${id}`])] as const)))
  const identityProviders = [...upstreams].map(([id, { issuer }]) => ({
    id,
    name: `The ${id}`,
    issuer,
    clientId: 'countersign',
    clientSecretFile,
  }))
  const server = await start(directory, { listen: { host: '127.0.0.1', port }, identityProviders, ...given })
  const upstreamOf = (id: string) => upstreams.get(id) ?? expect.fail(`no upstream ${id}`)

  /** A person with a new browser who signs in there, led by the link of the device. */
  async function signIn(id: string, name: string, path: string, answer?: 'decline') {
    const browser = openScriptlessBrowser(url, overHttp(url))
    const going = await browser.submit(await browser.get(path), `/sign-in/with/${id}`, {})
    const back = await upstreamOf(id).signIn(leadOf(going), name, answer)
    expect(back.origin).toBe(url)
    return { browser, back, page: await browser.get(back.href.slice(url.length)) }
  }

  /** A whole login of a device; the tokens, and the page the person saw first. */
  async function login(id: string, name: string): Promise<{ tokens: Readonly<Record<string, unknown>>; entry: Page; subject: unknown }> {
    const { json: started } = await post(`${url}/device_authorization`, DEVICE)
    const link = String(started['verification_uri_complete']).slice(url.length)
    const { browser, page: entry } = await signIn(id, name, link)
    const decision = await browser.submit(entry, '/device', { user_code: String(started['user_code']) })
    expect((await browser.approve(decision)).status).toBe(200)
    const code = { grant_type: DEVICE_CODE, device_code: String(started['device_code']), ...DEVICE }
    const { json: tokens, status } = await post(`${url}/token`, code)
    expect(status).toBe(200)
    return { tokens, entry, subject: decodeJwt(String(tokens['access_token']))?.claims['sub'] }
  }
  return { server, url, signIn, login }
}

test('a whole login of a device: the person signs in there and comes back to the code; the second time as the same subject', async () => {
  const { server, login } = await openBefore(['house'], { localAccounts: false })
  const first = await login('house', 'ada')
  // The provider tells names at its UserInfo endpoint.
  expect(visibleText(first.entry)).toContain('Signed in as ada from there')
  expect(first.entry.body).toMatch(/name="user_code"[^>]* value="[A-Z]{3}(?:-[A-Z]{3}){2}"/)
  expect(first.subject).toMatch(/^[\w-]{16,}$/)
  const second = await login('house', 'ada')
  const other = await login('house', 'grace')
  expect(second.subject).toBe(first.subject)
  expect(other.subject).not.toBe(first.subject)
  const users = await (await administrate(server)).listUsers()
  expect(users.map(({ name }) => name)).toEqual(['house:ada', 'house:grace'])
  expect(server.log.join('\n')).toContain('account.linked')
  expect(server.log.join('\n')).not.toMatch(/failed|upstream_refused/)
}, 30_000)

test('one name at two providers and with a password here: three people', async () => {
  const { server, login, url } = await openBefore(['house', 'club'])
  const administration = await administrate(server)
  await administration.addUser('ada', 'correct horse')
  const subjects = [(await login('house', 'ada')).subject, (await login('club', 'ada')).subject]
  const browser = openScriptlessBrowser(url, overHttp(url))
  expect((await browser.signIn('ada', 'correct horse')).status).toBe(200)
  const users = await administration.listUsers()
  expect(users.map(({ name }) => name)).toEqual(['ada', 'house:ada', 'club:ada'])
  expect(new Set(users.map(({ subject }) => subject))).toEqual(new Set([users[0]?.subject, ...subjects]))
}, 30_000)

test('a disabled account gets a page, and what was granted to it ends', async () => {
  const { server, login, signIn, url } = await openBefore(['house'])
  const { tokens } = await login('house', 'ada')
  await (await administrate(server)).setUserDisabled('house:ada', true)
  const { page } = await signIn('house', 'ada', '/device')
  expect([page.status, visibleText(page).includes('This account has no access here')]).toEqual([403, true])
  const refresh = { grant_type: 'refresh_token', refresh_token: String(tokens['refresh_token']), client_id: DEVICE.client_id }
  expect(await post(`${url}/token`, refresh)).toMatchObject({ status: 400, json: { error: 'invalid_grant' } })
}, 30_000)

test('who declines there is told here that nobody is signed in; an answer that comes twice is over', async () => {
  const { server, signIn } = await openBefore(['house'])
  const declined = await signIn('house', 'ada', '/device', 'decline')
  expect([declined.page.status, visibleText(declined.page).includes('You are not signed in')]).toEqual([403, true])
  expect(declined.back.searchParams.get('error')).toBe('access_denied')
  const { back, browser, page } = await signIn('house', 'ada', '/device')
  expect(page.status).toBe(200)
  const again = await browser.get(back.href.slice(back.origin.length))
  expect([again.status, visibleText(again).includes('This sign-in is over')]).toEqual([403, true])
  expect(server.log.filter((line) => line.includes('account.upstream_refused')).map((line) => / why=(\S+)/.exec(line)?.[1])).toEqual([
    'access_denied',
    'not_pending',
  ])
}, 30_000)

test('a wrong secret is told to the operator alone, and a provider that is away as what it is', async () => {
  const [port = 0, nowhere = 0] = await freePorts(2)
  const url = `http://127.0.0.1:${port}`
  const { issuer, signIn } = await openUpstream([`${url}/sign-in/callback/house`])
  const directory = ownDirectory()
  const clientSecretFile = put(directory, 'wrong.secret', 'quite another secret')
  const house = { id: 'house', name: 'House', issuer, clientId: 'countersign', clientSecretFile }
  const away = { id: 'away', name: 'Away', issuer: `http://127.0.0.1:${nowhere}`, clientId: 'countersign' }
  const { log } = await start(directory, { listen: { host: '127.0.0.1', port }, identityProviders: [house, away] })
  const browser = openScriptlessBrowser(url, overHttp(url))
  const press = async (id: string) => browser.submit(await browser.get('/device'), `/sign-in/with/${id}`, {})
  const back = await signIn(leadOf(await press('house')), 'ada')
  const refused = await browser.get(back.href.slice(url.length))
  expect([refused.status, visibleText(refused).includes('You are not signed in')]).toEqual([403, true])
  const absent = await press('away')
  expect([absent.status, visibleText(absent).includes('Not available right now')]).toEqual([503, true])
  expect(log.map((line) => / why=(\S+)/.exec(line)?.[1])).toEqual(['invalid_client', 'not_available'])
  for (const text of [log.join(), refused.body, absent.body]) expect(text).not.toContain('quite another secret')
  for (const { body } of [refused, absent]) expect(body).not.toMatch(/invalid_client|127\.0\.0\.1/)
}, 30_000)
