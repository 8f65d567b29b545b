/**
 * A token that is bound to a key, stolen together with everything that a log or a proxy sees: the request, its proof, the nonce. Over real
 * HTTP, at a server that asks every proof for a nonce (RFC 9449 sections 7, 9 and 11.1).
 */
import { createProver } from '@countersign/proof'
import { expect, onTestFinished, test } from 'vitest'
import { verifies } from '../../requirements/verifies.ts'
import { deviceSignIn, runtime } from '../interop/device-sign-in.ts'
import { startFiveScopes } from '../interop/five-scopes.ts'

const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'add_book', arguments: { title: 'Emma' } } })
const JSON_HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }

/** A person's request, and a thief who saw all of it. */
async function open() {
  const seen: Record<string, string | undefined>[] = []
  const library = await startFiveScopes({
    guard: { dpopNonce: { key: runtime.suite.random(32) } },
    seen: ({ headers }) => seen.push({ authorization: headers.authorization, dpop: String(headers['dpop']) }),
  })
  const person = await deviceSignIn(library, ['books:write'])
  const use = () => person.fetch(library.url, { method: 'POST', headers: JSON_HEADERS, body })
  expect((await use()).status).toBe(200)
  const { authorization = '', dpop = '' } = seen.at(-1) ?? {}
  const send = async (headers: Record<string, string>, url = library.url, method = 'POST') => {
    const answer = await fetch(url, { method, headers: { ...JSON_HEADERS, ...headers }, ...(method === 'POST' ? { body } : {}) })
    const [, error] = /^DPoP error="(\w+)"/.exec(answer.headers.get('www-authenticate') ?? '') ?? []
    return { status: answer.status, error, nonce: answer.headers.get('dpop-nonce') ?? '' }
  }
  const token = authorization.replace('DPoP ', '')
  const nonceOf = async () =>
    (await send({ authorization, dpop: await (await proverOf(person))({ method: 'POST', url: library.url, accessToken: token }) })).nonce
  return { library, person, use, seen, authorization, dpop, send, token, nonceOf }
}

const proverOf = ({ credential }: Awaited<ReturnType<typeof deviceSignIn>>) => {
  if (credential.key === undefined) throw new Error('the sign-in has no key')
  return createProver(runtime.suite, runtime.clock, credential.key)
}

verifies(
  ['rfc9449-11.1-jti-replay', 'rfc9449-9-rs-nonce'],
  'the same request again, fifty times at once, at another address, with another method: refused',
  async () => {
    const { library, send, authorization, dpop } = await open()
    const replays = await Promise.all(Array.from({ length: 50 }, () => send({ authorization, dpop })))
    expect(replays.map(({ status, error }) => `${status} ${error}`)).toEqual(Array.from({ length: 50 }, () => '401 invalid_dpop_proof'))
    expect((await send({ authorization, dpop }, `${library.url}/`)).error).toBe('invalid_dpop_proof')
    expect((await send({ authorization, dpop }, library.url, 'DELETE')).error).toBe('invalid_dpop_proof')
    expect(library.ran).toEqual(['add_book'])
  },
)

verifies('rfc9449-7.2-no-bearer-downgrade', 'without the proof, as Bearer, with a proof of the thief: refused', async () => {
  const { library, send, authorization, token, nonceOf } = await open()
  const thief = await createProver(runtime.suite, runtime.clock, await runtime.suite.generateKey('ES256'))
  const nonce = await nonceOf()
  expect(nonce).not.toBe('')
  const own = await thief({ method: 'POST', url: library.url, accessToken: token, nonce })
  expect((await send({ authorization })).status).toBe(401)
  expect((await send({ authorization: `Bearer ${token}` })).status).toBe(401)
  expect((await send({ authorization: `Bearer ${token}`, dpop: own })).status).toBe(401)
  expect(await send({ authorization, dpop: own })).toMatchObject({ status: 401, error: 'invalid_token' })
  expect(library.ran).toEqual(['add_book'])
})

verifies(
  ['rfc9449-4.3-htm-htu', 'rfc9449-9-rs-nonce'],
  'proofs of the right key that were made for something else, or beforehand without a nonce of this server',
  async () => {
    const { library, person, send, authorization, token, nonceOf } = await open()
    const prove = await proverOf(person)
    const nonce = await nonceOf()
    const right = { method: 'POST', url: library.url, accessToken: token, nonce }
    const { nonce: _left, ...withoutNonce } = right
    const { accessToken: _token, ...withoutToken } = right
    const wrong = [
      { ...right, method: 'GET' },
      { ...right, url: `${library.url}/other` },
      { ...right, url: library.url.replace('127.0.0.1', 'localhost') },
      { ...right, url: library.url.replace('http:', 'https:') },
      { ...right, accessToken: `${token}x` },
      withoutToken,
    ]
    for (const proof of wrong) expect((await send({ authorization, dpop: await prove(proof) })).error, proof.url).toBe('invalid_dpop_proof')
    for (const proof of [withoutNonce, { ...right, nonce: `${nonce}x` }, { ...right, nonce: 'guessed' }]) {
      expect(await send({ authorization, dpop: await prove(proof) })).toMatchObject({ status: 401, error: 'use_dpop_nonce', nonce: /./ })
    }
    expect(library.ran).toEqual(['add_book'])
    expect((await send({ authorization, dpop: await prove(right) })).status).toBe(200)
  },
)

test('where the memory of proofs is lost nobody gets in, rather than everybody twice', async () => {
  const failing = await startFiveScopes({ guard: { once: () => Promise.reject(new Error('away')) } })
  onTestFinished(() => expect(failing.ran).toEqual([]))
  const person = await deviceSignIn(failing, ['books:write'])
  const answer = await person.fetch(failing.url, { method: 'POST', headers: JSON_HEADERS, body })
  expect([answer.status, answer.headers.get('retry-after'), answer.headers.get('www-authenticate')]).toEqual([503, '5', null])
})
