/**
 * A protected server before every kind of host there is: SDK version and era, what the host says it can show, and what people do.
 * The clients are the official ones, the servers are processes of their own, and the authority is ours.
 */
import { describe, expect, test } from 'vitest'
import { verifies } from '../../requirements/verifies.ts'
import { approving, codeIn, codesAskedFor, openPlace, type Place, secretsOf } from './protected-notes.ts'
import { HOST_KINDS, type Host, type HostKind } from './stdio-host.ts'

const LADDER = [
  { rung: 'url', elicitation: { url: {}, form: {} } },
  { rung: 'form', elicitation: {} },
  { rung: 'text', elicitation: undefined },
] as const

const matrix = HOST_KINDS.flatMap((kind) => LADDER.map((step) => ({ kind, ...step, says: JSON.stringify(step.elicitation) })))

/** What was printed on either stream holds no secret, and stdout holds nothing but messages. */
function expectClean(place: Place, ...hosts: readonly Host[]): void {
  const secrets = secretsOf(place)
  expect(secrets.length).toBeGreaterThan(0)
  for (const host of hosts) {
    const lines = host.stdout().split('\n').filter(Boolean)
    for (const line of lines) expect(JSON.parse(line)).toMatchObject({ jsonrpc: '2.0' })
    for (const secret of secrets) expect([host.stdout().includes(secret), host.stderr().includes(secret)]).toEqual([false, false])
  }
}

describe.each(matrix)('$kind, elicitation $says', ({ kind, rung, elicitation }) => {
  verifies(
    ['mcp-elic-capability-check', 'mcp-elic-safe-url', 'mcp-stdio-stdout-clean', 'mcp-elic-no-secrets-in-form'],
    'the first call asks, by the best means there is; then it runs, and so does every later one',
    async () => {
      const place = await openPlace()
      const host = await place.open({ kind, elicitation })
      expect(await host.tools()).toEqual(['list_notes', 'add_note', 'help'])
      let result = await host.call('list_notes')
      if (rung === 'text') {
        expect([result.isError, host.shown]).toEqual([true, []])
        expect(result.text).toContain('list_notes')
        expect(result.text).toContain(`${place.issuer}/device`)
        await place.decide(codeIn(result.text), 'approve')
        result = await host.call('list_notes')
      } else {
        const [first] = host.shown
        expect([first?.mode, first?.fields]).toEqual([rung, []])
        expect(first?.message).toContain('“list_notes”')
        expect(first?.url).toBe(rung === 'url' ? `${place.issuer}/device` : undefined)
      }
      expect(result).toMatchObject({ isError: false, structured: { notes: ['milk, by a token of some length'] } })
      expect(await host.call('list_notes')).toMatchObject({ isError: false })
      expect(codesAskedFor(place)).toBe(1)
      // The only thing that a form ever asks for is the number on the page.
      expect(host.shown.flatMap(({ fields }) => fields).filter((name) => name !== 'number')).toEqual([])
      // RFC 8628 section 3.3.1 lets the page come with the code filled in: not to a model, and not as a click.
      expect(host.stdout()).not.toContain('user_code=')
      await host.close()
      expectClean(place, host)
    },
  )

  // In a text there is nothing to decline.
  for (const action of rung === 'text' ? [] : (['decline', 'cancel'] as const)) {
    verifies('mcp-elic-decline-cancel', `${action} ends it: the tool has not run, and nobody polls any more`, async () => {
      const place = await openPlace()
      const host = await place.open({ kind, elicitation, person: async () => ({ action }) })
      const result = await host.call('list_notes')
      expect(result.isError).toBe(true)
      expect(result.text).toContain(action === 'decline' ? 'the person declined' : 'the person closed')
      const code = codeIn(host.shown[0]?.message ?? '')
      // Whoever approves now is too late: nobody redeems it, and the next call asks anew.
      await place.decide(code, 'approve')
      expect((await host.call('list_notes')).isError).toBe(true)
      expect([host.shown.length, codesAskedFor(place)]).toEqual([2, 2])
      expect(place.exchanges.some(({ answered }) => answered.includes('access_token'))).toBe(false)
      await host.close()
      expectClean(place, host)
    })
  }

  test('a person who never answers costs the call its patience, and no more', async () => {
    const place = await openPlace()
    const never = new Promise<never>(() => {})
    const host = await place.open({ kind, elicitation, person: () => never, options: { patience: 1 } })
    // A modern host goes on asking by itself for as long as it likes: what is at stake is the next call.
    const first = kind === 'v2-modern' && rung !== 'text' ? undefined : await host.call('list_notes')
    if (first === undefined) {
      host.call('list_notes').catch(() => undefined)
      await expect.poll(() => host.shown.length).toBe(1)
    }
    const second = await host.call('list_notes')
    expect([first?.isError ?? true, second.isError, codesAskedFor(place)]).toEqual([true, true, 1])
    expect(codeIn(second.text)).toBe(codeIn(first?.text ?? host.shown[0]?.message ?? ''))
    await host.close()
    expectClean(place, host)
  })

  test('killed while somebody was at the page, the next process goes on with the same code', async () => {
    const place = await openPlace()
    let shown = (_: string): void => {}
    const code = new Promise<string>((resolve) => {
      shown = resolve
    })
    const killed = await place.open({
      kind,
      elicitation,
      person: ({ message }) => {
        shown(message)
        return new Promise<never>(() => {})
      },
    })
    const call = killed.call('list_notes')
    if (rung === 'text') shown((await call).text)
    else call.catch(() => undefined)
    const first = codeIn(await code)
    killed.kill()
    await killed.ended

    const again = await place.open({ kind, elicitation })
    let result = await again.call('list_notes')
    if (rung === 'text') {
      expect(codeIn(result.text)).toBe(first)
      await place.decide(first, 'approve')
      result = await again.call('list_notes')
    } else {
      expect(codeIn(again.shown[0]?.message ?? '')).toBe(first)
    }
    expect([result.isError, codesAskedFor(place)]).toEqual([false, 1])
    await again.close()
    expectClean(place, killed, again)
  })
})

/** A host with a form, for what does not depend on the rung. */
const withForm = (kind: HostKind) => ({ kind, elicitation: {} })

verifies(
  ['sep2059-4.1-lazy-auth', 'mcp-mrtr-input-required'],
  'parallel calls share one code and one question, and all of them run once it is approved',
  async () => {
    await Promise.all(
      HOST_KINDS.map(async (kind) => {
        const place = await openPlace()
        const host = await place.open(withForm(kind))
        const results = await Promise.all(Array.from({ length: 4 }, () => host.call('list_notes')))
        expect(results.map(({ isError }) => isError)).toEqual([false, false, false, false])
        expect(codesAskedFor(place)).toBe(1)
        expect(host.shown.filter(({ fields }) => fields.length === 0)).toHaveLength(1)
        await host.close()
        expectClean(place, host)
      }),
    )
  },
)

test('four processes that a host started at once show one code, and one approval serves them all', async () => {
  const place = await openPlace()
  const person = approving(place)
  let asked = 0
  const hosts = await Promise.all(
    Array.from({ length: 4 }, (_, index) =>
      place.open({
        ...withForm(HOST_KINDS[index % 3] ?? 'v1'),
        options: { keep: 'vault' },
        person: async (shown) => {
          // One of the four windows is enough.
          if (shown.fields.length === 0) asked += 1
          return asked > 1 && shown.fields.length === 0 ? { action: 'accept' } : person(shown)
        },
      }),
    ),
  )
  const results = await Promise.all(hosts.map((host) => host.call('list_notes')))
  expect(results.map(({ isError }) => isError)).toEqual([false, false, false, false])
  expect(codesAskedFor(place)).toBe(1)
  await Promise.all(hosts.map((host) => host.close()))
  expectClean(place, ...hosts)
})
