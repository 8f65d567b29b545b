/**
 * A protected server behind `countersign proxy`, before every kind of host there is. The clients are the official ones, the server is
 * built on the official SDK and stands behind our guard, and the authority is ours.
 */
import { describe, expect, test } from 'vitest'
import { verifies } from '../../requirements/verifies.ts'
import { openHome } from './command-hosts.ts'
import { startNotes } from './live-notes.ts'
import { approving, codeIn, codesAskedFor, secretsOf } from './protected-notes.ts'
import { HOST_KINDS, type Host } from './stdio-host.ts'

const LADDER = [
  { rung: 'url', elicitation: { url: {}, form: {} } },
  { rung: 'form', elicitation: {} },
  { rung: 'text', elicitation: undefined },
] as const

const matrix = HOST_KINDS.flatMap((kind) => LADDER.map((step) => ({ kind, ...step, says: JSON.stringify(step.elicitation) })))
const TOOLS = ['whoami', 'list_notes', 'add_note']

type Notes = Awaited<ReturnType<typeof startNotes>>

function expectClean(place: Notes, ...hosts: readonly Host[]): void {
  const secrets = secretsOf(place)
  expect(secrets.length).toBeGreaterThan(0)
  for (const host of hosts) {
    for (const line of host.stdout().split('\n').filter(Boolean)) expect(JSON.parse(line)).toMatchObject({ jsonrpc: '2.0' })
    for (const secret of secrets) expect([host.stdout().includes(secret), host.stderr().includes(secret)]).toEqual([false, false])
  }
}

describe.each(matrix)('$kind, elicitation $says', ({ kind, rung, elicitation }) => {
  test('one sign-in, by the best means the host has; another call asks for more; another host asks for nothing', async () => {
    const place = await startNotes()
    const home = openHome()
    const args = ['proxy', place.url, '--client-id', 'device-app']
    const person = approving(place)
    const host = await home.open({ kind, elicitation, args, person })
    // Nobody knows the tools of a server that shows them to nobody.
    expect(await host.tools()).toEqual(['countersign_sign_in'])

    async function call(name: string, given: Record<string, unknown> = {}) {
      const result = await host.call(name, given)
      if (rung !== 'text' || !result.isError) return result
      expect(result.text).toContain(`${place.issuer}/device`)
      await place.decide(codeIn(result.text), 'approve')
      return host.call(name, given)
    }
    expect(await call('list_notes')).toMatchObject({ isError: false, structured: { notes: [] } })
    expect(host.stderr()).toContain(`${place.issuer}/device`)
    if (rung !== 'text') expect(host.shown[0]).toMatchObject({ mode: rung, ...(rung === 'url' ? { url: `${place.issuer}/device` } : {}) })
    expect(await host.tools()).toEqual(TOOLS)
    expect(await call('add_note', { text: 'milk' })).toMatchObject({ isError: false, structured: { count: 1 } })
    expect(codesAskedFor(place)).toBe(2)
    expect(await host.call('whoami')).toMatchObject({ structured: { scopes: ['notes:read', 'notes:write'] } })

    const other = await home.open({ kind, elicitation: undefined, args })
    expect(await other.tools()).toEqual(TOOLS)
    expect(await other.call('list_notes')).toMatchObject({ structured: { notes: ['milk'] } })
    expect(codesAskedFor(place)).toBe(2)
    await host.close()
    await other.close()
    expectClean(place, host, other)
  })
})

test('a host that starts it four times at once shows one code, and one approval signs in all four', async () => {
  const place = await startNotes()
  const home = openHome()
  const args = ['proxy', place.url, '--client-id', 'device-app']
  const hosts = await Promise.all([1, 2, 3, 4].map(() => home.open({ kind: 'v2-legacy', elicitation: undefined, args })))
  const told = await Promise.all(hosts.map((host) => host.call('list_notes')))
  const codes = new Set(told.map(({ text }) => codeIn(text)))
  expect([codes.size, codesAskedFor(place)]).toEqual([1, 1])
  await place.decide([...codes][0] ?? '', 'approve')
  for (const host of hosts) expect(await host.call('list_notes')).toMatchObject({ isError: false })
  await Promise.all(hosts.map((host) => host.close()))
  expectClean(place, ...hosts)
})

test('killed while a code waits for approval, it goes on with the same code', async () => {
  const place = await startNotes()
  const home = openHome()
  const args = ['proxy', place.url, '--client-id', 'device-app']
  const before = await home.open({ kind: 'v1', elicitation: undefined, args })
  const code = codeIn((await before.call('list_notes')).text)
  before.kill()
  await before.ended
  const after = await home.open({ kind: 'v1', elicitation: undefined, args })
  expect(codeIn((await after.call('list_notes')).text)).toBe(code)
  await place.decide(code, 'approve')
  expect(await after.call('list_notes')).toMatchObject({ isError: false })
  expect(codesAskedFor(place)).toBe(1)
  await after.close()
  expectClean(place, before, after)
})

test('what the server listed is listed again when it cannot be reached, and a call says what is wrong', async () => {
  const place = await startNotes()
  const home = openHome()
  const args = ['proxy', place.url, '--client-id', 'device-app']
  const first = await home.open({ kind: 'v2-modern', elicitation: {}, args, person: approving(place) })
  await first.call('list_notes')
  expect(await first.tools()).toEqual(TOOLS)
  await first.close()
  await place.close()
  const second = await home.open({ kind: 'v2-modern', elicitation: {}, args })
  expect(await second.tools()).toEqual(TOOLS)
  await expect(second.call('list_notes')).rejects.toThrow('could not reach')
  await second.close()
})

verifies('mcp-client-no-foreign-tokens', 'an address where nobody signed in gets no token of another one', async () => {
  const [one, two] = [await startNotes(), await startNotes()]
  const home = openHome()
  const signedIn = await home.open({
    kind: 'v1',
    elicitation: {},
    args: ['proxy', one.url, '--client-id', 'device-app'],
    person: approving(one),
  })
  expect(await signedIn.call('list_notes')).toMatchObject({ isError: false })
  const other = await home.open({ kind: 'v1', elicitation: undefined, args: ['proxy', two.url, '--client-id', 'device-app'] })
  expect((await other.call('list_notes')).text).toContain(`${two.issuer}/device`)
  await signedIn.close()
  await other.close()
})
