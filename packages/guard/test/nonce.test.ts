import { parseChallenges } from '@countersign/protocol'
import { expect, test } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'
import { createNonces } from '@countersign/proof'
import { createWorld, refusal, RESOURCE, suite } from './world.ts'

const key = new Uint8Array(32).fill(7)

verifies(
  ['rfc9449-9-rs-nonce', 'rfc9449-4.3-nonce-match'],
  'a proof without a nonce of this resource is answered with one, and with it the request passes',
  async () => {
    const { verify, device, issuer, clock, guard } = await createWorld({ dpopNonce: { key, life: 60 } })
    const phone = await device()
    const token = await issuer.mint({ cnf: { jkt: phone.thumbprint } })
    const send = async (nonce: string | undefined) =>
      verify(await phone.headers(token, { method: 'POST', url: RESOURCE, accessToken: token, nonce }))

    const first = await refusal(send(undefined))
    expect(first).toMatchObject({ code: 'use_dpop_nonce', status: 401 })
    const [challenge] = first.challenges.flatMap(parseChallenges)
    expect(challenge).toMatchObject({ scheme: 'DPoP', parameters: { error: 'use_dpop_nonce' } })
    const nonce = first.error.headers['dpop-nonce']
    if (typeof nonce !== 'string') expect.fail('no nonce was given')
    // RFC 9449 section 8.1: characters that need no escaping anywhere.
    expect(nonce).toMatch(/^[\w.-]{20,80}$/)

    const access = await send(nonce)
    expect(access).toMatchObject({ subject: 'ada', nonce: undefined })

    // In the next span the nonce still passes and a newer one comes with the answer; the token is still there beside it.
    clock.advance(60)
    const later = await send(nonce)
    expect(later.nonce).toMatch(/^[\w.-]{20,80}$/)
    expect(later.nonce).not.toBe(nonce)
    expect(later.token).toBe(token)
    expect(Object.keys(later)).not.toContain('token')
    expect(await send(later.nonce)).toMatchObject({ nonce: undefined })

    // And in the one after that it is stale.
    clock.advance(60)
    const stale = await refusal(send(nonce))
    expect(stale).toMatchObject({ code: 'use_dpop_nonce', status: 401 })
    expect(stale.error.headers['dpop-nonce']).toBeDefined()

    const elsewhere = createNonces(suite, clock, 'https://other.example', { key, life: 60 })
    const otherKey = createNonces(suite, clock, guard.resource, { key: new Uint8Array(32), life: 60 })
    for (const foreign of [await elsewhere.issue(), await otherKey.issue(), '', 'x', `${nonce}x`]) {
      expect(await refusal(send(foreign))).toMatchObject({ code: 'use_dpop_nonce', status: 401 })
    }
  },
)

test('servers with the same key know the nonces of each other', async () => {
  const { clock } = await createWorld()
  const one = createNonces(suite, clock, RESOURCE, { key })
  const other = createNonces(suite, clock, RESOURCE, { key })
  expect(await other.judge(await one.issue())).toBe('current')
  clock.advance(300)
  const next = await other.issue()
  expect(await one.judge(next)).toBe('current')
  clock.advance(300)
  expect(await one.judge(next)).toBe('previous')
  expect(await one.judge(undefined)).toBe('unknown')
})

test('a nonce key that could be guessed is refused at the start', async () => {
  await expect(createWorld({ dpopNonce: { key: new Uint8Array(16) } })).rejects.toThrow(RangeError)
})
