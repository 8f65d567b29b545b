import { expect, test } from 'vitest'
import { namedFetch } from '../src/sign-ins/named-fetch.ts'

test('requests say which program makes them, unless they say so themselves; nothing else changes', async () => {
  const sent: [string, Headers, string | undefined][] = []
  const fetchAs = namedFetch(
    async (url, init) => {
      sent.push([String(url), new Headers(init?.headers), init?.method])
      return new Response()
    },
    () => '1.2.3',
    { platform: 'linux', arch: 'x64' },
  )
  await fetchAs('https://as.example/a', { method: 'POST', headers: { dpop: 'proof' } })
  await fetchAs('https://as.example/b', { headers: { 'user-agent': 'mine' } })
  expect(sent.map(([url, headers, method]) => [url, headers.get('user-agent'), headers.get('dpop'), method])).toEqual([
    ['https://as.example/a', 'countersign/1.2.3 (linux; x64)', 'proof', 'POST'],
    ['https://as.example/b', 'mine', null, undefined],
  ])
})
