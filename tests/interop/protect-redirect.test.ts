/**
 * A protected server whose client is registered for a redirect to this machine: that goes first wherever a browser is at hand, because nobody
 * else can finish it; a code is for everywhere else. Servers are processes of their own, hosts the official clients, the authority is ours.
 */
import { addClient } from '@countersign/authority'
import { AUTHORIZATION_CODE, DEVICE_CODE, REFRESH_TOKEN } from '@countersign/protocol'
import { describe, expect, test } from 'vitest'
import { verifies } from '../../requirements/verifies.ts'
import { approving, codeIn, codesAskedFor, openPlace as openNotesPlace, type Place, secretsOf } from './protected-notes.ts'
import { type Answer, HOST_KINDS, type Shown } from './stdio-host.ts'

const REDIRECT = 'http://127.0.0.1/callback'
const registered = { PROVIDER_OPTIONS: JSON.stringify({ clientId: 'notes-app', redirectUri: REDIRECT }) }

/** The place, where a client may use both grants. */
async function openPlace() {
  const place = await openNotesPlace()
  const grantTypes = [AUTHORIZATION_CODE, DEVICE_CODE, REFRESH_TOKEN]
  await addClient(place, { id: 'notes-app', name: 'Notes app', redirectUris: [REDIRECT], grantTypes })
  return place
}

const LADDER = [
  { rung: 'url', elicitation: { url: {}, form: {} } },
  { rung: 'form', elicitation: {} },
  { rung: 'text', elicitation: undefined },
] as const

/** The link in what a person was shown. */
function linkIn(text: string): URL {
  const [link] = /http:\/\/127\.0\.0\.1:\d+\/authorize\?\S+/.exec(text) ?? []
  if (link === undefined) throw new Error(`no link in: ${text}`)
  return new URL(link)
}

/** A person with a browser on this machine: signs in, approves, and the browser goes where it is sent. */
const visiting =
  ({ answer }: Pick<Place, 'answer'>, decision: 'approve' | 'deny' = 'approve') =>
  async (link: URL): Promise<string> =>
    (await fetch(await answer(link, decision))).text()

const opening = (place: Place, decision: 'approve' | 'deny' = 'approve') => {
  const visit = visiting(place, decision)
  return async ({ url, message }: Shown): Promise<Answer> => {
    await visit(linkIn(url ?? message))
    return { action: 'accept' }
  }
}

describe.each(HOST_KINDS.flatMap((kind) => LADDER.map((step) => ({ kind, ...step }))))('$kind, $rung', ({ kind, rung, elicitation }) => {
  verifies(
    ['sep2059-7.2-flow-priority', 'seed-004-not-default-modality'],
    'with a browser on this machine the person gets a link that comes back here, and no code that could be passed on',
    async () => {
      const place = await openPlace()
      const host = await place.open({ kind, elicitation, options: { browser: true }, environment: registered, person: opening(place) })
      let result = await host.call('list_notes')
      if (rung === 'text') {
        expect(result.isError).toBe(true)
        expect(await visiting(place)(linkIn(result.text))).toContain('Signed in')
        result = await host.call('list_notes')
      } else {
        expect(host.shown.map(({ mode }) => mode)).toEqual([rung])
        expect(host.shown[0]?.message).toContain('“list_notes”')
      }
      expect(result).toMatchObject({ isError: false, structured: { notes: ['milk, by a token of some length'] } })
      expect(codesAskedFor(place)).toBe(0)
      await host.close()
      // Neither the tokens nor the code that the browser brought; what the link shows is worth nothing without the verifier.
      const brought = place.exchanges.flatMap(({ path, sent }) =>
        path === '/token' ? [new URLSearchParams(sent).get('code_verifier')] : [],
      )
      expect(brought).toHaveLength(1)
      for (const secret of [...secretsOf(place), ...brought]) expect(host.stdout() + host.stderr()).not.toContain(secret)
    },
  )
})

verifies(
  ['sep2059-7.2-flow-priority', 'seed-004-not-default-modality'],
  'which way it goes: what the machine says of itself, and what the client is registered for',
  async () => {
    const place = await openPlace()
    const far = { SSH_CONNECTION: '192.0.2.1 1 192.0.2.2 22' }
    const ways = [
      { way: 'link', environment: { ...registered, DISPLAY: ':0' } },
      { way: 'code', environment: { ...registered } },
      { way: 'code', environment: { ...registered, DISPLAY: ':0', ...far } },
      { way: 'code', environment: { ...registered, DISPLAY: ':0', CI: 'true' } },
      { way: 'code', environment: { DISPLAY: ':0' } },
      { way: 'link', environment: { ...registered, ...far }, options: { browser: true } },
      { way: 'code', environment: { ...registered, DISPLAY: ':0' }, options: { browser: false } },
    ]
    for (const { way, environment, options = {} } of ways) {
      const host = await place.open({ kind: 'v2-modern', elicitation: undefined, environment, options })
      const { text } = await host.call('list_notes')
      if (way === 'link') expect(linkIn(text).searchParams.get('client_id'), JSON.stringify(environment)).toBe('notes-app')
      else expect(codeIn(text), JSON.stringify(environment)).toMatch(/./)
      await host.close()
    }
  },
)

verifies('sep2059-8-scope-step-up', 'a tool that needs more gets another link, for the union', async () => {
  const place = await openPlace()
  const options = { browser: true, scopes: { add_note: ['notes:write'] } }
  const host = await place.open({ kind: 'v1', elicitation: { url: {} }, options, environment: registered, person: opening(place) })
  expect((await host.call('list_notes')).isError).toBe(false)
  expect(await host.call('add_note', { text: 'milk' })).toMatchObject({ isError: false, text: 'noted: milk' })
  expect(host.shown.map(({ mode }) => mode)).toEqual(['url', 'url'])
  // Pushed beforehand (RFC 9126), so the link itself says nothing of it.
  const pushed = place.exchanges.filter(({ path }) => path === '/par').map(({ sent }) => new URLSearchParams(sent))
  expect(pushed.map((form) => form.get('scope'))).toEqual(['notes:read', 'notes:read notes:write'])
  expect(pushed.map((form) => form.get('code_challenge_method'))).toEqual(['S256', 'S256'])
})

test('whoever declines, at the host or on the page, has not signed in, and is asked anew by the next call', async () => {
  const place = await openPlace()
  const open = (person: (shown: Shown) => Promise<Answer>) =>
    place.open({ kind: 'v2-modern', elicitation: { url: {} }, options: { browser: true }, environment: registered, person })
  const host = await open(async () => ({ action: 'decline' }))
  expect((await host.call('list_notes')).text).toContain('the person declined to sign in')
  expect((await host.call('list_notes')).isError).toBe(true)
  expect(host.shown).toHaveLength(2)
  // The link of a sign-in that was declined leads nowhere.
  await expect(visiting(place)(linkIn(host.shown[0]?.url ?? ''))).rejects.toThrow('fetch failed')
  const other = await open(opening(place, 'deny'))
  expect((await other.call('list_notes')).text).toContain('list_notes has not run')
  expect(secretsOf(place)).toEqual([])
})

test('the client that a host hands down gets a code: nobody here knows where it may be sent back to', async () => {
  const place = await openPlace()
  const host = await place.open({
    kind: 'v1',
    elicitation: undefined,
    options: { browser: true, hostClient: 'accept' },
    environment: { ...registered, MCP_OAUTH_CLIENT_ID: 'https://host.example/client.json' },
  })
  await host.call('list_notes')
  const asked = place.exchanges.filter(({ path }) => path === '/device_authorization' || path === '/par')
  expect(asked.map(({ path, sent }) => [path, new URLSearchParams(sent).get('client_id')])).toEqual([
    ['/device_authorization', 'https://host.example/client.json'],
  ])
})

test('auth_status says where to go on, and auth_logout revokes', async () => {
  const place = await openPlace()
  const host = await place.open({
    kind: 'v2-modern',
    elicitation: undefined,
    options: { browser: true, authTools: true },
    environment: registered,
  })
  const { text } = await host.call('list_notes')
  expect((await host.call('auth_status')).text).toContain(`open ${linkIn(text).href} on this machine`)
  await visiting(place)(linkIn(text))
  expect((await host.call('list_notes')).isError).toBe(false)
  expect((await host.call('auth_logout')).text).toContain('the tokens are revoked')
})

test('a redirect to anywhere but this machine is refused at the start', async () => {
  const place = await openPlace()
  for (const redirectUri of ['https://notes.example/callback', 'http://192.0.2.1/callback', 'http://127.0.0.1/callback?a=b', 'callback']) {
    const opened = place.open({
      kind: 'v1',
      elicitation: undefined,
      options: { browser: true },
      environment: { PROVIDER_OPTIONS: JSON.stringify({ redirectUri }) },
      person: approving(place),
    })
    await expect(opened, redirectUri).rejects.toThrow('closed')
  }
})
