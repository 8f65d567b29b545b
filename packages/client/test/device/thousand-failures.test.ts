/** A thousand polls that fail, in every way a network can: the sign-in still ends as the person decided. */
import { finishLogin, login, memoryPendingLogins, memoryVault, openLogin } from '@countersign/client'
import { expect, test } from 'vitest'
import { verifies } from '../../../../requirements/verifies.ts'
import { authority, pending, place, TOKEN, tokens } from '../support/authority.ts'
import { stage, text } from '../support/stage.ts'

/** Each way that an answer can be none. */
const FAULTS: readonly (() => Response | Promise<Response>)[] = [
  () => Promise.reject(Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNRESET' } })),
  () => text('<h1>502 Bad Gateway</h1>', 502),
  () => text('<html>sign in to the hotel network</html>', 200),
  () => new Promise<Response>(() => {}),
  () => text('', 503, { 'retry-after': '7' }),
  () => text('{"error":"authorization_pen', 400),
  () => new Response(new ReadableStream({ start: () => {} }), { status: 200 }),
  () => text('', 302, { location: 'https://elsewhere.example/' }),
]
const fault = (index: number) => FAULTS[index % FAULTS.length] ?? pending

/** RFC 8628 section 3.5: what no answer costs is time, never the sign-in. */
verifies(
  'rfc8628-3.5-timeout-backoff',
  'a thousand in a row, while one code lives: the approval after them is heard',
  async () => {
    const answers = Array.from({ length: 1000 }, (_, index) => fault(index))
    const { runtime, time, to } = stage(authority([...answers, tokens], { expires_in: 86_400 }))
    const waits: string[] = []
    const onEvent = ({ type }: { readonly type: string }) => void waits.push(type)
    const credential = await time.run(login(runtime, place(), { clientId: 'cli', onEvent }))
    expect(credential.tokenType).toBe('DPoP')
    expect(to(TOKEN)).toHaveLength(1001)
    expect(waits.filter((type) => type === 'retrying')).toHaveLength(1000)
  },
  120_000,
)

test('a thousand across two hundred sign-ins of five minutes, half of them shared by programs: each is heard before it expires', async () => {
  for (let round = 0; round < 200; round++) {
    const answers = Array.from({ length: 5 }, (_, index) => (index === 2 ? pending : fault(round * 5 + index)))
    const { runtime, time, to } = stage(authority([...answers, fault(round), tokens]))
    const start = runtime.clock.now()
    if (round % 2 === 0) await time.run(login(runtime, place(), { clientId: 'cli' }))
    else {
      const stores = { vault: memoryVault(), pending: memoryPendingLogins() }
      const opened = await openLogin(runtime, stores, place(), { clientId: 'cli' })
      if (opened.type === 'signed_in') throw new Error('nobody signed in yet')
      await time.run(Promise.all([finishLogin(runtime, stores, opened), finishLogin(runtime, stores, opened)]))
    }
    expect(to(TOKEN)).toHaveLength(7)
    expect(runtime.clock.now() - start).toBeLessThan(300_000)
  }
}, 120_000)
