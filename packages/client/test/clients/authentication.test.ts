/** How a confidential client proves itself: at the device authorization, at every poll, with every refresh, and when it signs out. */
import {
  type ClientAuthentication,
  keepCredential,
  login,
  memoryVault,
  openCredential,
  revoke,
  sealCredential,
  tokensOf,
} from '@countersign/client'
import { decodeJwt } from '@countersign/proof'
import { expect, test } from 'vitest'
import { verifies } from '../../../../requirements/verifies.ts'
import { authority, DEVICE, ISSUER, metadata, pending, place, rejection, REVOKE, TOKEN, tokens } from '../support/authority.ts'
import { json, oauthError, type Sent, stage } from '../support/stage.ts'
import { signingSuite } from '../support/signing-suite.ts'

const key = await signingSuite().generateKey('ES256')
const byKey: ClientAuthentication = { method: 'private_key_jwt', key, keyId: 'one' }
const assertionOf = ({ form }: Sent) => decodeJwt(form.get('client_assertion') ?? '')

verifies(
  'rfc8628-3.4-authenticate-poll',
  'every request of a client with a key carries a new assertion: asking, each poll, a poll repeated for a nonce, refresh, revocation',
  async () => {
    const asksForNonce = () => json({ error: 'use_dpop_nonce' }, 400, { 'dpop-nonce': 'a-nonce' })
    const { runtime, time, to, sent } = stage(authority([pending, asksForNonce, pending, tokens, () => tokens({ refresh_token: 'rt-2' })]))
    const credential = await time.run(login(runtime, place(), { clientId: 'confidential', authentication: byKey }))
    const vault = memoryVault()
    await keepCredential(vault, 'a', credential)
    time.jump(3_600_000)
    await time.run(tokensOf(runtime, vault).accessToken('a'))
    await time.run(revoke(runtime, vault, 'a'))
    expect([to(DEVICE).length, to(TOKEN).length, to(REVOKE).length]).toEqual([1, 5, 1])
    const assertions = sent.map(assertionOf)
    for (const each of assertions) {
      expect(each?.header).toEqual({ alg: 'ES256', typ: 'JWT', kid: 'one' })
      expect(each?.claims).toMatchObject({ iss: 'confidential', sub: 'confidential', aud: ISSUER })
      expect(Number(each?.claims['exp']) - Number(each?.claims['iat'])).toBe(60)
    }
    expect(new Set(assertions.map((each) => each?.claims['jti'])).size).toBe(7)
    for (const { form } of sent) expect(form.get('client_id')).toBe('confidential')
  },
)

verifies(
  'rfc9700upd-audience-injection',
  'the issuer that was validated is the only audience, wherever its metadata says that the endpoints are',
  async () => {
    const elsewhere = 'https://honest.example'
    const evil = 'https://evil.example'
    const document = {
      ...metadata({}, evil),
      token_endpoint: `${elsewhere}/token`,
      device_authorization_endpoint: `${elsewhere}/device_authorization`,
    }
    const { runtime, time, sent } = stage(() => oauthError('invalid_client'))
    await time.run(rejection(login(runtime, place({ issuer: evil, metadata: document }), { clientId: 'c', authentication: byKey })))
    expect(sent.map((request) => [request.url, assertionOf(request)?.claims['aud']])).toEqual([[`${elsewhere}/device_authorization`, evil]])
  },
)

verifies('rfc6749-2.3-single-auth-method', 'a secret goes into the header or into the form, never into both', async () => {
  const ways = [
    ['client_secret_basic', [`Basic ${btoa('a+b%3Ac:s%26%2Bt')}`, null, null]],
    ['client_secret_post', [null, 'a b:c', 's&+t']],
  ] as const
  for (const [method, expected] of ways) {
    const { runtime, time, sent } = stage(authority([pending, tokens]))
    await time.run(login(runtime, place(), { clientId: 'a b:c', authentication: { method, secret: 's&+t' } }))
    expect(sent).toHaveLength(3)
    for (const { headers, form } of sent) {
      expect([headers.get('authorization'), form.get('client_id'), form.get('client_secret')]).toEqual(expected)
      expect(form.has('client_assertion')).toBe(false)
    }
  }
})

test('a secret that the server repeats is not shown, and it is sealed with the credential', async () => {
  const secret = 'the-client-secret-itself'
  const { runtime, time } = stage(authority([() => oauthError('invalid_client', { error_description: `wrong: ${secret}` })]))
  const authentication = { method: 'client_secret_post', secret } as const
  const error = await time.run(rejection(login(runtime, place(), { clientId: 'c', authentication })))
  expect(JSON.stringify([error.message, error.cause])).not.toContain(secret)

  const good = stage(authority([tokens]))
  const credential = await good.time.run(login(good.runtime, place(), { clientId: 'c', authentication }))
  const sealing = { key: new Uint8Array(32), keyId: 'k', name: 'n' }
  const sealed = await sealCredential(runtime.suite, sealing, credential)
  expect((await openCredential(runtime.suite, sealing, sealed)).authentication).toEqual({ ...authentication, issuer: ISSUER })
})
