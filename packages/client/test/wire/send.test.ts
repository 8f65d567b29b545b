import { expect, test } from 'vitest'
import { BODY_LIMIT, send } from '../../src/wire/send.ts'
import { rejection } from '../support/authority.ts'
import { START } from '../support/fake-time.ts'
import { json, type Network, stage, text } from '../support/stage.ts'

const url = 'https://as.example/token'

function sending(network: Network, more: Partial<Parameters<typeof send>[1]> = {}) {
  const set = stage(network)
  const result = send(set.runtime, { method: 'GET', url, ...more })
  return { ...set, run: () => set.time.run(result), failure: () => set.time.run(rejection(result)) }
}

test('a form is sent as a form, with what keeps it from wandering', async () => {
  const { run, sent } = sending(() => json({ a: 1 }, 200, { 'x-own': '1' }), {
    method: 'POST',
    form: new URLSearchParams({ a: 'b c' }),
    headers: { dpop: 'p' },
  })
  const answer = await run()
  expect([answer.status, answer.headers.get('x-own'), answer.body]).toEqual([200, '1', '{"a":1}'])
  expect(sent[0]?.init).toMatchObject({ method: 'POST', redirect: 'manual', credentials: 'omit', cache: 'no-store' })
  expect(sent[0]?.headers.get('dpop')).toBe('p')
  expect(String(sent[0]?.form)).toBe('a=b+c')
})

test('an answer may be as long as the limit, in any pieces, and not a byte longer', async () => {
  const pieces = (size: number) => {
    let left = size
    return new Response(
      new ReadableStream({
        pull: (to) => {
          if (left === 0) return to.close()
          const next = Math.min(left, 1000)
          left -= next
          to.enqueue(new Uint8Array(next).fill(97))
        },
      }),
    )
  }
  expect((await sending(() => pieces(BODY_LIMIT)).run()).body).toHaveLength(BODY_LIMIT)
  expect(await sending(() => pieces(BODY_LIMIT + 1)).failure()).toMatchObject({ code: 'invalid_response' })
})

test('an endless answer is cut off', async () => {
  let produced = 0
  const endless = () =>
    new Response(
      new ReadableStream({
        pull: (to) => {
          produced += 65_536
          to.enqueue(new Uint8Array(65_536))
        },
      }),
    )
  expect(await sending(endless).failure()).toMatchObject({ code: 'invalid_response', message: expect.stringContaining('as.example') })
  expect(produced).toBeLessThan(BODY_LIMIT * 3)
})

test('letters that lie across two pieces survive', async () => {
  const bytes = new TextEncoder().encode('"ä€🙂"')
  const single = new ReadableStream({
    start: (to) => {
      for (const byte of bytes) to.enqueue(Uint8Array.of(byte))
      to.close()
    },
  })
  expect((await sending(() => new Response(single)).run()).body).toBe('"ä€🙂"')
})

test('a server that begins to answer and then stalls is given up as well', async () => {
  const stalling = () => new Response(new ReadableStream({ start: (to) => to.enqueue(Uint8Array.of(123)) }))
  const { failure, time } = sending(stalling)
  expect(await failure()).toMatchObject({ code: 'network_failure' })
  expect(time.clock.now()).toBe(START + 15_000)
})

test('a redirect is an answer, not a way to go', async () => {
  const { run, sent } = sending(() => text('', 307, { location: 'https://evil.example/' }), {
    method: 'POST',
    form: new URLSearchParams({ secret: '1' }),
  })
  expect((await run()).status).toBe(307)
  expect(sent).toHaveLength(1)
})

test('what the system says about the failure is passed on, what it quotes is not', async () => {
  const cause = Object.assign(new Error('self-signed certificate'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
  const error = await sending(() => Promise.reject(new TypeError('fetch failed', { cause }))).failure()
  expect(error.message).toBe('could not reach as.example (DEPTH_ZERO_SELF_SIGNED_CERT)')
  const odd = await sending(() => Promise.reject(Object.assign(new Error('x'), { code: 'token=secret' }))).failure()
  expect(odd.message).toBe('could not reach as.example')
})

test('an answer without a body is empty', async () => {
  expect((await sending(() => new Response(null, { status: 204 })).run()).body).toBe('')
})
