/**
 * A server that answers without end, or slower than anybody can wait, to fill the memory of whoever asks or to hold the program (and the lock it has taken).
 * Invariant: no answer is read beyond its limit or its time, wherever it comes, and the command ends with an error that says so.
 */
import { discover, login } from '@countersign/client'
import type { CountersignError } from '@countersign/protocol'
import { describe, expect, test } from 'vitest'
import { authority, DEVICE, deviceAnswer, ISSUER, place, TOKEN, tokens } from '../../packages/client/test/support/authority.ts'
import { json, type Network, stage } from '../../packages/client/test/support/stage.ts'
import { hostileAuthority, ownHome, type Part } from '../support/hostile-authority.ts'

describe('more than fits is not read: the command against a server that sends 64 MB', () => {
  const huge = `{"padding":"${'x'.repeat(64_000_000)}"}`

  test.each<[Part, string]>([
    ['metadata', 'invalid_response'],
    ['register', 'invalid_response'],
    ['device', 'invalid_response'],
    // A poll without a usable answer is repeated until the code ends.
    ['token', 'device_code_expired'],
  ])('%s', async (part, code) => {
    const server = await hostileAuthority((origin) => ({
      metadata: { registration_endpoint: `${origin}/register` },
      device: { expires_in: 3 },
      [part]: () => ({ body: huge }),
    }))
    const { error, stdout } = await ownHome().run('login', server.origin, '--json')
    expect(error).toBe(code)
    expect(stdout.length).toBeLessThan(2000)
  })
})

/** A byte of an answer that never ends, every second of the fake clock. */
const dribbling = (sleep: (milliseconds: number) => Promise<void>): Response =>
  new Response(
    new ReadableStream({
      pull: async (to) => {
        await sleep(1000)
        to.enqueue(new Uint8Array([32]))
      },
    }),
  )

describe('a byte a second', () => {
  /** Dribbles instead of the answer to this address. */
  function dribblingAt(address: string, honest: Network) {
    const set: ReturnType<typeof stage> = stage((request) => (request.url === address ? dribbling(set.time.sleep) : honest(request)))
    return set
  }

  test('of metadata, and of a code: given up after a quarter of a minute', async () => {
    const metadata = dribblingAt(`${ISSUER}/.well-known/oauth-authorization-server`, () => json({}))
    const found = metadata.time.run(discover(metadata.runtime, 'https://as.example').catch((error: CountersignError) => error))
    expect(await found).toMatchObject({ code: 'network_failure', message: 'as.example did not answer within 15 s' })

    const code = dribblingAt(DEVICE, authority([tokens]))
    const asked = login(code.runtime, place(), { clientId: 'cli' }).catch((error: CountersignError) => error)
    expect(await code.time.run(asked)).toMatchObject({ code: 'network_failure', message: 'as.example did not answer within 15 s' })
  })

  test('of a poll: a poll like any other that was not answered; the next one brings the tokens', async () => {
    let polls = 0
    const set: ReturnType<typeof stage> = stage((request) => {
      if (request.url === DEVICE) return json({ ...deviceAnswer, expires_in: 300 })
      if (request.url === TOKEN) return polls++ === 0 ? dribbling(set.time.sleep) : tokens()
      return json({}, 404)
    })
    const missed: string[] = []
    const onEvent = (event: { readonly type: string; readonly why?: string }) =>
      void (event.type === 'retrying' && missed.push(event.why ?? ''))
    const credential = await set.time.run(login(set.runtime, place(), { clientId: 'cli', onEvent }))
    expect(credential.accessToken).toBeTruthy()
    expect(missed).toEqual(['as.example did not answer within 15 s'])
  })
})
