import type { VerifyCompact } from '@countersign/proof'
import { expect, test } from 'vitest'
import { rememberVerified } from '../src/keys/remember-verified.ts'
import { bearer, createWorld, NOW_SECONDS, refusal, suite } from './world.ts'

function counting(verify: VerifyCompact) {
  const seen: string[] = []
  return {
    seen,
    verify: async (jws: string) => {
      seen.push(jws)
      return verify(jws)
    },
  }
}

test('a good signature is checked once, a bad one each time, and the oldest is forgotten first', async () => {
  const { seen, verify } = counting((jws) => jws.startsWith('good'))
  const remembering = rememberVerified(suite, verify, 2)
  for (const jws of ['good-1', 'good-1', 'bad', 'bad', 'good-2', 'good-1', 'good-3', 'good-2', 'good-1']) {
    expect(await remembering(jws)).toBe(jws.startsWith('good'))
  }
  expect(seen).toEqual(['good-1', 'bad', 'bad', 'good-2', 'good-3', 'good-1'])
})

test('a remembered signature does not keep a token alive, nor a key that the issuer took back', async () => {
  const checked: string[] = []
  const { verify, issuer, clock } = await createWorld({
    suite: { ...suite, verifier: async (key) => counted(await suite.verifier(key)) },
  })
  function counted(inner: VerifyCompact): VerifyCompact {
    return (jws) => {
      checked.push(jws)
      return inner(jws)
    }
  }
  const short = await issuer.mint({ exp: NOW_SECONDS + 60 })
  const long = await issuer.mint({ exp: NOW_SECONDS + 7200 })
  for (const token of [short, long, short, long]) expect((await verify(bearer(token))).subject).toBe('ada')
  expect(checked).toEqual([short, long])
  clock.advance(90)
  expect(await refusal(verify(bearer(short)))).toMatchObject({ code: 'invalid_token', message: 'the token has expired' })
  issuer.answers.set('https://issuer.example/jwks', () => Response.json({ keys: [] }))
  clock.advance(510)
  expect(await refusal(verify(bearer(long)))).toMatchObject({ code: 'invalid_token', message: 'the signature does not verify' })
})
