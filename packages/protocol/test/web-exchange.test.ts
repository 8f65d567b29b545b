import { expect, test } from 'vitest'
import { headOf, readBounded, responseOf } from '../src/index.ts'

test('a request is read as it was sent, with the host that the runtime hid in its URL', () => {
  const request = new Request('https://as.example:8443/token?a=%20b&c', {
    method: 'POST',
    headers: { 'X-Thing': 'some', cookie: 'a=1; b=2' },
  })
  expect(headOf(request)).toEqual({
    method: 'POST',
    path: '/token',
    query: 'a=%20b&c',
    headers: { host: 'as.example:8443', 'x-thing': 'some', cookie: 'a=1; b=2' },
  })
  expect(headOf(new Request('https://as.example/')).query).toBe('')
})

test('a repeated header arrives as one that no parser takes for a single one', () => {
  const headers = new Headers([
    ['dpop', 'one'],
    ['DPoP', 'two'],
  ])
  expect(headOf(new Request('https://as.example/', { headers })).headers['dpop']).toBe('one, two')
})

test('a reply is sent as it is: several cookies are several lines, and no content is none', async () => {
  const response = responseOf({ status: 201, headers: { 'set-cookie': ['a=1; Path=/', 'b=2'], 'x-one': 'some' }, body: 'größe' })
  expect([response.status, response.headers.getSetCookie(), response.headers.get('x-one')]).toEqual([201, ['a=1; Path=/', 'b=2'], 'some'])
  expect(await response.text()).toBe('größe')
  expect([responseOf({ status: 204, headers: {}, body: '' }).status, responseOf({ status: 303, headers: {}, body: '' }).body]).toEqual([
    204,
    null,
  ])
})

/** A body in pieces of ten bytes, which tells how many were asked for and whether it was given up. */
function pieces(count: number, piece = new TextEncoder().encode('x'.repeat(10))) {
  const told = { given: 0, cancelled: false }
  const body = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => (told.given++ < count ? controller.enqueue(piece) : controller.close()),
      // Never settles: whoever reads must not wait for it.
      cancel: () => ((told.cancelled = true), new Promise<void>(() => {})),
    },
    { highWaterMark: 0 },
  )
  return { told, body }
}

test('a body is read up to the limit and not a piece further', async () => {
  expect(await readBounded(pieces(5).body, 50)).toBe('x'.repeat(50))
  const long = pieces(1000)
  expect(await readBounded(long.body, 50)).toBeUndefined()
  expect(long.told).toEqual({ given: 6, cancelled: true })
  expect(await readBounded(null, 0)).toBe('')
})

test('a character cut by the pieces is one again; a fatal decoder refuses what is none', async () => {
  const both = new TextEncoder().encode('ü')
  const cut = new ReadableStream<Uint8Array>({
    start: (controller) => {
      controller.enqueue(both.slice(0, 1))
      controller.enqueue(both.slice(1))
      controller.close()
    },
  })
  expect(await readBounded(cut, 10)).toBe('ü')
  const half = pieces(1, both.slice(0, 1))
  await expect(readBounded(half.body, 10, new TextDecoder('utf-8', { fatal: true }))).rejects.toThrow(TypeError)
})
