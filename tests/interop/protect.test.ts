/** What a protected server does besides asking: who need not be asked, who is asked for more, and what is left when it is over. */
import { describe, expect, test } from 'vitest'
import { freePorts } from '../../examples/first-login/src/programs.ts'
import { verifies } from '../../requirements/verifies.ts'
import { filesBelow, findSecrets } from '../flows/support/search.ts'
import { approving, codeIn, codesAskedFor, openPlace, secretsOf } from './protected-notes.ts'
import { HOST_KINDS } from './stdio-host.ts'

const TOOLS = ['list_notes', 'add_note', 'help']
const AUTH_TOOLS = ['auth_login', 'auth_status', 'auth_logout']
const form = { elicitation: {} }

verifies(
  ['mcp-auth-stdio-environment', 'sep2059-2.2-preauthenticated', 'seed-004-replace-plaintext-pats'],
  'a token in the environment wins: everything runs, nobody is asked, and the authority is never called',
  async () => {
    const place = await openPlace()
    await Promise.all(
      HOST_KINDS.map(async (kind) => {
        const host = await place.open({
          kind,
          ...form,
          options: { environment: 'NOTES_TOKEN' },
          environment: { NOTES_TOKEN: 'a-token-that-somebody-made-by-hand' },
        })
        expect(await host.tools()).toEqual(TOOLS)
        expect(await host.call('list_notes')).toMatchObject({ isError: false, structured: { notes: ['milk, by a token of some length'] } })
        expect(host.shown).toEqual([])
        await host.close()
        expect(host.stdout() + host.stderr()).not.toContain('a-token-that-somebody-made-by-hand')
      }),
    )
    expect(place.exchanges).toEqual([])
  },
)

describe.each(HOST_KINDS)('gated, before %s', (kind) => {
  verifies(
    ['sep2059-2.1-unauthenticated-start', 'sep2059-3-auth-login-tool', 'sep2059-4-list-changed', 'mcp-tools-list-no-side-effects'],
    'former peers see auth_login first and the rest after it; modern peers always see the same list',
    async () => {
      const place = await openPlace()
      const modern = kind === 'v2-modern'
      const all = [...TOOLS, ...AUTH_TOOLS]
      const host = await place.open({ kind, ...form, options: { gated: true } })
      expect(await host.tools()).toEqual(modern ? all : ['auth_login', 'auth_status'])
      expect((await host.call('auth_status')).text).toBe('Not signed in to Northgate.')
      if (!modern) expect((await host.call('list_notes')).text).toContain('auth_login')
      expect(place.exchanges).toEqual([])

      const progress: unknown[] = []
      const login = await host.call('auth_login', {}, { onprogress: (told: unknown) => progress.push(told) })
      expect(login).toMatchObject({ isError: false, text: 'Signed in to Northgate. Granted: notes:read.' })
      expect(progress).not.toEqual([])
      await expect.poll(() => host.changes.length).toBe(modern ? 0 : 1)
      expect(await host.tools()).toEqual(all)
      expect((await host.call('list_notes')).isError).toBe(false)

      expect((await host.call('auth_logout')).text).toBe('Signed out of Northgate; the tokens are revoked.')
      expect(await host.tools()).toEqual(modern ? all : ['auth_login', 'auth_status'])
      expect(place.exchanges.filter(({ path }) => path === '/revoke')).toHaveLength(1)
      await host.close()
      expect(
        findSecrets(new Map(secretsOf(place).map((secret) => [secret, 'a secret'])), new Map([['stdout', Buffer.from(host.stdout())]])),
      ).toEqual([])
    },
  )
})

verifies(
  'sep2059-8-scope-step-up',
  'a tool that needs more asks for the union, by name; what is not granted is said, and not asked for again in vain',
  async () => {
    await Promise.all(
      HOST_KINDS.map(async (kind) => {
        const place = await openPlace()
        const host = await place.open({ kind, ...form, options: { scope: ['notes:read'], scopes: { add_note: ['notes:write'] } } })
        expect((await host.call('list_notes')).isError).toBe(false)
        expect(await host.call('add_note', { text: 'milk' })).toMatchObject({ isError: false, text: 'noted: milk' })
        const asked = place.exchanges
          .filter(({ path }) => path === '/device_authorization')
          .map(({ sent }) => new URLSearchParams(sent).get('scope'))
        expect(asked).toEqual(['notes:read', 'notes:read notes:write'])
        const messages = host.shown.filter(({ fields }) => fields.length === 0).map(({ message }) => message)
        expect(messages[1]).toContain('“add_note” needs more than you have granted at Northgate so far: notes:write.')
        await host.close()
      }),
    )
  },
)

test('what a wider scope includes is not asked for', async () => {
  const place = await openPlace()
  const host = await place.open({
    kind: 'v2-modern',
    ...form,
    options: { scope: ['notes:write'], scopes: { list_notes: ['notes:read'] } },
    environment: { PROVIDER_OPTIONS: JSON.stringify({ implies: { 'notes:write': ['notes:read'] } }) },
  })
  expect((await host.call('add_note', { text: 'milk' })).isError).toBe(false)
  expect((await host.call('list_notes')).isError).toBe(false)
  expect(codesAskedFor(place)).toBe(1)
})

test('a handler that finds its scope wanting is run again once the person has approved it', async () => {
  await Promise.all(
    HOST_KINDS.map(async (kind) => {
      const place = await openPlace()
      const host = await place.open({ kind, ...form })
      // Nothing in the options says that add_note needs notes:write: the handler asks for it.
      expect(await host.call('add_note', { text: 'milk' })).toMatchObject({ isError: false, text: 'noted: milk' })
      expect(codesAskedFor(place)).toBe(2)
      await host.close()
    }),
  )
})

verifies(
  'sep2059-3.4-internal-errors',
  'a denial on the page ends the call in words; the poll answers on the way never get to the host',
  async () => {
    await Promise.all(
      HOST_KINDS.map(async (kind) => {
        const place = await openPlace()
        const host = await place.open({
          kind,
          ...form,
          person: async ({ message }) => {
            await place.decide(codeIn(message), 'deny')
            return { action: 'accept' }
          },
        })
        const result = await host.call('list_notes')
        expect(result).toMatchObject({
          isError: true,
          text: 'list_notes has not run: the request was declined in the browser: the person declined the request. Start again if that was a mistake.',
        })
        await host.close()
        expect(host.stdout() + host.stderr()).not.toMatch(/authorization_pending|slow_down/)
      }),
    )
  },
)

verifies(
  'mcp-elic-same-user',
  'somebody else who approves the code gets nothing for the host: the number on his page never comes to the person here',
  async () => {
    const place = await openPlace()
    let asked = 0
    const host = await place.open({
      kind: 'v1',
      ...form,
      person: async ({ message, fields }) => {
        if (fields.length > 0) {
          asked += 1
          // Nobody here has the page before him.
          return { action: 'cancel' }
        }
        await place.approve(codeIn(message))
        return { action: 'accept' }
      },
    })
    expect((await host.call('list_notes')).isError).toBe(true)
    expect(asked).toBe(1)
    expect(place.exchanges.some(({ answered }) => answered.includes('access_token'))).toBe(false)
    await host.close()
  },
)

verifies(
  ['sep2059-5.1-ephemeral-tokens', 'sep2059-5.3-opt-in-persistence'],
  'tokens are written nowhere unless asked, and sealed when asked',
  async () => {
    await Promise.all(
      (['memory', 'vault'] as const).map(async (keep) => {
        const place = await openPlace()
        const host = await place.open({ kind: 'v1', ...form, options: { keep } })
        expect((await host.call('list_notes')).isError).toBe(false)
        await host.close()
        await host.ended
        const secrets = new Map(secretsOf(place).map((secret) => [secret, 'a secret']))
        expect(findSecrets(secrets, filesBelow(place.folder))).toEqual([])
        const again = await place.open({ kind: 'v1', ...form, options: { keep } })
        expect((await again.call('list_notes')).isError).toBe(false)
        expect(codesAskedFor(place)).toBe(keep === 'memory' ? 2 : 1)
        await again.close()
      }),
    )
  },
)

verifies(
  ['seed-004-ephemeral-container', 'mcp-elic-credentials-stay-server-side'],
  'where nothing can be written it works all the same, and leaves nothing behind',
  async () => {
    const place = await openPlace()
    const before = [...filesBelow(place.folder).keys()]
    const host = await place.open({ kind: 'v2-modern', ...form, environment: { COUNTERSIGN_VAULT_DIR: '/dev/null/vault' } })
    expect((await host.call('list_notes')).isError).toBe(false)
    await host.close()
    await host.ended
    expect([...filesBelow(place.folder).keys()]).toEqual(before)
    const secrets = new Map(secretsOf(place).map((secret) => [secret, 'a secret']))
    const printed = new Map([
      ['stdout', Buffer.from(host.stdout())],
      ['stderr', Buffer.from(host.stderr())],
    ])
    expect(findSecrets(secrets, printed)).toEqual([])
  },
)

test('with the network unplugged it greets and lists at once, and a call is told why it cannot sign in', async () => {
  const place = await openPlace()
  const [closed] = await freePorts(1)
  await Promise.all(
    HOST_KINDS.map(async (kind) => {
      const host = await place.open({ kind, ...form, environment: { ISSUER: `http://127.0.0.1:${closed}` } })
      expect(await host.tools()).toEqual(TOOLS)
      const result = await host.call('list_notes')
      expect(result.isError).toBe(true)
      expect(result.text).toContain(`could not reach 127.0.0.1:${closed} (ECONNREFUSED)`)
      await host.close()
    }),
  )
})

test('a call that the host gives up leaves the code alone, and the next call goes on with it', async () => {
  await Promise.all(
    (['v1', 'v2-legacy'] as const).map(async (kind) => {
      const place = await openPlace()
      const person = approving(place)
      let giveUp = (): void => {}
      const givenUp = new Promise<void>((resolve) => {
        giveUp = resolve
      })
      const host = await place.open({
        kind,
        ...form,
        // Slow enough for the first call to be given up, and the window stays open all the while.
        person: async (shown) => {
          if (shown.fields.length === 0) await givenUp
          return person(shown)
        },
      })
      await expect(host.call('list_notes', {}, { timeout: 800 })).rejects.toThrow()
      giveUp()
      expect((await host.call('list_notes')).isError).toBe(false)
      expect(host.shown.filter(({ fields }) => fields.length === 0)).toHaveLength(1)
      expect(codesAskedFor(place)).toBe(1)
      await host.close()
    }),
  )
})

test('on the way out the tokens are revoked, if the author wants that: at the end of the input and at a signal', async () => {
  await Promise.all(
    (['input', 'signal'] as const).map(async (end) => {
      const place = await openPlace()
      const host = await place.open({ kind: 'v1', ...form, options: { revokeOnExit: true } })
      expect((await host.call('list_notes')).isError).toBe(false)
      if (end === 'input') await host.close()
      else process.kill(host.pid ?? 0, 'SIGTERM')
      await host.ended
      expect(place.exchanges.filter(({ path }) => path === '/revoke')).toHaveLength(1)
    }),
  )
})

test('the process ends with its input, also while a code waits', async () => {
  const place = await openPlace()
  const host = await place.open({ kind: 'v2-modern', elicitation: undefined })
  expect((await host.call('list_notes')).isError).toBe(true)
  await host.close()
  expect(await host.ended).toBe(0)
})

test('what a person approves on the page names the server, the host that started it and the machine', async () => {
  const place = await openPlace()
  const host = await place.open({ kind: 'v1', elicitation: undefined })
  await host.call('list_notes')
  const [asked] = place.exchanges.filter(({ path }) => path === '/device_authorization')
  expect(new URLSearchParams(asked?.sent).get('device_name')).toMatch(/^notes, started by former-host, on /)
  await host.close()
})
