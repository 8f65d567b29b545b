/**
 * `countersign proxy` before every kind of host: SDK version and era, what the host says it can show, what people do, and what hosts do to the
 * programs they start. What a sign-in that goes well looks like is in proxy-hosts.test.ts.
 */
import { setTimeout } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { openHome } from './command-hosts.ts'
import { startNotes } from './live-notes.ts'
import { approving, codeIn, codesAskedFor, secretsOf } from './protected-notes.ts'
import { type Answer, HOST_KINDS, type Host, type Shown } from './stdio-host.ts'

const LADDER = [
  { rung: 'url', elicitation: { url: {}, form: {} } },
  { rung: 'form', elicitation: {} },
  { rung: 'text', elicitation: undefined },
] as const

const matrix = HOST_KINDS.flatMap((kind) => LADDER.map((step) => ({ kind, ...step, says: JSON.stringify(step.elicitation) })))
const never = new Promise<never>(() => {})

type Notes = Awaited<ReturnType<typeof startNotes>>

function expectClean(place: Notes, ...hosts: readonly Host[]): void {
  const secrets = secretsOf(place)
  expect(secrets.length).toBeGreaterThan(0)
  for (const host of hosts) {
    for (const line of host.stdout().split('\n').filter(Boolean)) expect(JSON.parse(line)).toMatchObject({ jsonrpc: '2.0' })
    for (const secret of secrets) expect([host.stdout().includes(secret), host.stderr().includes(secret)]).toEqual([false, false])
  }
}

const argsFor = (place: Notes, ...more: readonly string[]) => ['proxy', place.url, '--client-id', 'device-app', ...more]

describe.each(matrix)('$kind, elicitation $says', ({ kind, rung, elicitation }) => {
  // In a text there is nothing to decline.
  for (const action of rung === 'text' ? [] : (['decline', 'cancel'] as const)) {
    test(`${action} ends it: nothing is redeemed, and the next call asks anew`, async () => {
      const place = await startNotes()
      const host = await openHome().open({ kind, elicitation, args: argsFor(place), person: async () => ({ action }) })
      const result = await host.call('list_notes')
      expect(result).toMatchObject({
        isError: true,
        text: expect.stringContaining(action === 'decline' ? 'the person declined' : 'the person closed'),
      })
      // Whoever approves now is too late.
      await place.decide(codeIn(host.shown[0]?.message ?? ''), 'approve')
      expect((await host.call('list_notes')).isError).toBe(true)
      expect([host.shown.length, codesAskedFor(place)]).toEqual([2, 2])
      expect(place.exchanges.some(({ answered }) => answered.includes('access_token'))).toBe(false)
      await host.close()
      expectClean(place, host)
    })
  }

  test('a person who never answers the question, and approves all the same: a later call asks for the number at most, and runs', async () => {
    const place = await startNotes()
    const page: { number?: string | undefined } = {}
    const person = ({ fields }: Shown): Promise<Answer> =>
      fields.length > 0 && page.number !== undefined ? Promise.resolve({ action: 'accept', content: { number: page.number } }) : never
    const host = await openHome().open({ kind, elicitation, args: argsFor(place, '--patience', '1'), person })
    // A modern host goes on asking by itself for as long as it likes: what is at stake is the next call.
    const first = host.call('list_notes')
    first.catch(() => undefined)
    if (rung !== 'text') await expect.poll(() => host.shown.length).toBe(1)
    const told = rung === 'text' || kind !== 'v2-modern' ? (await first).text : (host.shown[0]?.message ?? '')
    const second = await host.call('list_notes')
    expect([second.isError, codeIn(second.text), codesAskedFor(place)]).toEqual([true, codeIn(told), 1])
    page.number = await place.approve(codeIn(told))
    const runs = () => Promise.race([host.call('list_notes').then(({ isError }) => !isError), setTimeout(2500, false)])
    await expect.poll(runs, { timeout: 30_000 }).toBe(true)
    expect(codesAskedFor(place)).toBe(1)
    await host.close()
    expectClean(place, host)
  })

  test.each([2, 4])('%i at once, all killed while a code waits: those that follow go on with the one code', async (count) => {
    const place = await startNotes()
    const home = openHome()
    const crowd = Array.from({ length: count }, (_, index) => index)
    const first = await Promise.all(crowd.map(() => home.open({ kind, elicitation, args: argsFor(place), person: () => never })))
    for (const host of first) host.call('list_notes').catch(() => undefined)
    // Wherever the host shows nothing, its log does.
    await Promise.all(first.map((host) => expect.poll(() => host.stderr(), { timeout: 20_000 }).toContain('/device')))
    const codes = new Set(first.map((host) => codeIn(host.stderr())))
    expect([codes.size, codesAskedFor(place)]).toEqual([1, 1])
    for (const host of first) host.kill()
    await Promise.all(first.map(({ ended }) => ended))

    // One of the windows is enough, whichever it is.
    let approved: ReturnType<ReturnType<typeof approving>> | undefined
    const person = approving(place)
    const again = await Promise.all(
      crowd.map(() =>
        home.open({
          kind,
          elicitation,
          args: argsFor(place),
          person: (shown) => (shown.fields.length > 0 ? person(shown) : (approved ??= person(shown))),
        }),
      ),
    )
    let results = await Promise.all(again.map((host) => host.call('list_notes')))
    if (rung === 'text') {
      for (const { text } of results) expect(codes.has(codeIn(text))).toBe(true)
      await place.decide([...codes][0] ?? '', 'approve')
      results = await Promise.all(again.map((host) => host.call('list_notes')))
    }
    expect(results.map(({ isError }) => isError)).toEqual(crowd.map(() => false))
    expect(codesAskedFor(place)).toBe(1)
    await Promise.all(again.map((host) => host.close()))
    expectClean(place, ...first, ...again)
  })
})
