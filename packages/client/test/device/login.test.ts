import {
  discover,
  findEntries,
  keepCredential,
  type LoginEvent,
  type LoginOptions,
  login,
  memoryVault,
  vaultName,
} from '@countersign/client'
import { publicOf } from '@countersign/proof'
import type { CountersignError } from '@countersign/protocol'
import { expect, test } from 'vitest'
import { verifies } from '../../../../requirements/verifies.ts'
import {
  authority,
  DEVICE,
  deviceAnswer,
  ISSUER,
  metadata,
  pending,
  place,
  RESOURCE,
  rejection,
  REVOKE,
  TOKEN,
  tokenAnswer,
  tokens,
  USERINFO,
} from '../support/authority.ts'
import { START } from '../support/fake-time.ts'
import { json, type Network, oauthError, proofOf, routes, stage } from '../support/stage.ts'

type Where = Parameters<typeof login>[1]

function signingIn(network: Network, options: Partial<LoginOptions> = {}, where: Where = place()) {
  const set = stage(network)
  const events: LoginEvent[] = []
  const result = login(set.runtime, where, { clientId: 'cli', onEvent: (event) => events.push(event), ...options })
  return { ...set, events, run: () => set.time.run(result), failure: () => set.time.run(rejection(result)) as Promise<CountersignError> }
}

test('a whole sign-in: one code is shown, the credential holds what belongs together', async () => {
  const { run, events, log } = signingIn(authority([pending, tokens]))
  const credential = await run()
  expect(credential).toEqual({
    version: 1,
    issuer: ISSUER,
    clientId: 'cli',
    resource: RESOURCE,
    scope: ['read'],
    accessToken: tokenAnswer.access_token,
    tokenType: 'DPoP',
    expiresAt: START + 11_000 + 900_000,
    refreshToken: tokenAnswer.refresh_token,
    key: expect.objectContaining({ kty: 'EC', crv: 'P-256', d: expect.any(String) }),
    endpoints: { token: TOKEN, revocation: REVOKE, userinfo: USERINFO },
    generation: 1,
    obtainedAt: START + 11_000,
  })
  expect(events.map(({ type }) => type)).toEqual(['code', 'waiting', 'waiting', 'granted'])
  expect(log()).toEqual([`POST ${DEVICE}`, `POST ${TOKEN}`, `POST ${TOKEN}`])
})

verifies('rfc8628-3.3-hide-device-code', 'no event and no error holds the device code or a token', async () => {
  const echo = () => oauthError('invalid_grant', { error_description: `unknown code ${deviceAnswer.device_code}` })
  const good = signingIn(authority([pending, () => oauthError('slow_down'), tokens]))
  await good.run()
  const bad = signingIn(authority([pending, echo]))
  const error = await bad.failure()
  const told = JSON.stringify([good.events, bad.events, error.message, error.hint, error.cause])
  expect(told).toContain('WDJB-MJHT')
  expect(told).toContain('unknown code [secret]')
  for (const secret of [deviceAnswer.device_code, tokenAnswer.access_token, tokenAnswer.refresh_token]) expect(told).not.toContain(secret)
})

verifies('rfc8628-3.1-user-initiated', 'after expiry nothing starts over: one device authorization request in all', async () => {
  const { failure, to, time } = signingIn(authority([pending], { expires_in: 30 }))
  expect(await failure()).toMatchObject({ code: 'device_code_expired' })
  await time.settle()
  expect(time.sleepers()).toBe(0)
  expect(to(DEVICE)).toHaveLength(1)
})

verifies(
  ['rfc9449-4.2-unique-proof-per-request', 'seed-000-dpop'],
  'device authorization and every poll carry fresh proofs of one key, and the token comes back bound',
  async () => {
    const { run, sent } = signingIn(authority([pending, tokens]))
    const { tokenType, key } = await run()
    expect(tokenType).toBe('DPoP')
    const proofs = sent.map(proofOf)
    expect(new Set(proofs.map(({ claims }) => claims['jti'])).size).toBe(3)
    expect(proofs.map(({ claims }) => claims['htu'])).toEqual([DEVICE, TOKEN, TOKEN])
    for (const { header } of proofs) expect(header['jwk']).toEqual(publicOf(key))
  },
)

test('two sign-ins use two keys, and a given key is used', async () => {
  const one = await signingIn(authority([tokens])).run()
  const other = await signingIn(authority([tokens])).run()
  expect(one.key).not.toEqual(other.key)
  const again = await signingIn(authority([tokens]), { key: one.key }).run()
  expect(again.key).toEqual(one.key)
})

test('the kind of key is one the server takes', async () => {
  const algorithms = async (listed: readonly string[] | undefined) => {
    const where = place({ metadata: metadata({ dpop_signing_alg_values_supported: listed }) })
    const { run, sent } = signingIn(authority([tokens]), {}, where)
    await run()
    return sent.map((request) => proofOf(request).header['alg'])
  }
  expect(await algorithms(['RS256', 'EdDSA', 'ES256'])).toEqual(['ES256', 'ES256'])
  expect(await algorithms(['EdDSA'])).toEqual(['EdDSA', 'EdDSA'])
  expect(await algorithms(['RS256', 'PS256'])).toEqual(['RS256', 'RS256'])
  expect(await algorithms(undefined)).toEqual(['ES256', 'ES256'])
})

verifies(
  ['seed-000-scope-check-on-receipt'],
  'a token with more scope than asked is refused and revoked, and nothing of it is in the error',
  async () => {
    const { failure, to } = signingIn(authority([() => tokens({ scope: 'read admin' })]))
    const error = await failure()
    expect(error).toMatchObject({ code: 'scope_exceeded', message: expect.stringContaining('admin') })
    expect(JSON.stringify([error.message, error.hint, error.cause])).not.toContain(tokenAnswer.access_token)
    expect(to(REVOKE).map(({ form }) => [form.get('token'), form.get('token_type_hint')])).toEqual([
      [tokenAnswer.refresh_token, 'refresh_token'],
    ])
  },
)

test('a revocation that fails does not hide why the token was refused', async () => {
  const network = routes({
    [DEVICE]: () => json(deviceAnswer),
    [TOKEN]: () => tokens({ scope: 'all' }),
    [REVOKE]: () => Promise.reject(new TypeError()),
  })
  expect(await signingIn(network).failure()).toMatchObject({ code: 'scope_exceeded' })
})

test('less scope than asked is kept, and told', async () => {
  const { run, events } = signingIn(authority([tokens]), { scope: ['read', 'write'] })
  expect((await run()).scope).toEqual(['read'])
  expect(events.at(-1)).toEqual({ type: 'granted', scope: ['read'], missing: ['write'] })
})

test('no scope in the answer means the scope that was asked', async () => {
  const { run } = signingIn(authority([() => tokens({ scope: undefined })]), { scope: ['read', 'write'] })
  expect((await run()).scope).toEqual(['read', 'write'])
})

verifies(
  'mcp-scope-selection',
  'the scope asked for is the one discovery found, unless the caller names another; none means no parameter',
  async () => {
    const asked = async (where: Where, scope?: readonly string[]) => {
      const { run, to } = signingIn(authority([() => tokens({ scope: undefined })]), scope === undefined ? {} : { scope }, where)
      await run()
      return to(DEVICE)[0]?.form.get('scope')
    }
    const { scope: _scope, ...without } = place()
    expect(await asked(place({ scope: ['a', 'b'] }))).toBe('a b')
    expect(await asked(place({ scope: ['a', 'b'] }), ['c'])).toBe('c')
    expect(await asked(place({ scope: ['a', 'b'] }), [])).toBeNull()
    expect(await asked(without)).toBeNull()
  },
)

verifies(
  ['rfc9449-5-downgrade-discard'],
  'Bearer from a server that advertises DPoP, or for a resource that demands it, is discarded and revoked',
  async () => {
    const silent = metadata({ dpop_signing_alg_values_supported: undefined })
    for (const where of [place(), place({ metadata: silent, bindingRequired: true })]) {
      const { failure, to } = signingIn(authority([() => tokens({ token_type: 'Bearer' })]), {}, where)
      expect(await failure()).toMatchObject({ code: 'token_type_mismatch' })
      expect(to(REVOKE)).toHaveLength(1)
    }
  },
)

test('Bearer from a server that never spoke of DPoP is kept as unbound', async () => {
  const where = place({ metadata: metadata({ dpop_signing_alg_values_supported: undefined }) })
  const { run, sent } = signingIn(authority([() => tokens({ token_type: 'bearer' })]), {}, where)
  expect((await run()).tokenType).toBe('Bearer')
  expect(sent.every(({ headers }) => headers.has('dpop'))).toBe(true)
})

verifies('rfc6749-7.1-unknown-token-type', 'a token type nobody knows is refused; case does not matter', async () => {
  for (const token_type of ['mac', 'n_a', 'DPoP2', 'Bearer ']) {
    expect(await signingIn(authority([() => tokens({ token_type })])).failure()).toMatchObject({ code: 'token_type_mismatch' })
  }
  expect((await signingIn(authority([() => tokens({ token_type: 'dpop' })])).run()).tokenType).toBe('DPoP')
})

verifies('mcp-refresh-confidential', 'a sign-in without a refresh token works', async () => {
  const credential = await signingIn(authority([() => tokens({ refresh_token: undefined })])).run()
  expect(credential).not.toHaveProperty('refreshToken')
  expect(credential.accessToken).toBe(tokenAnswer.access_token)
})

verifies(
  'rfc8414-device-endpoint-same-document',
  'without the endpoint or the grant nothing is sent, and the message says what is missing',
  async () => {
    const lacking = [
      { device_authorization_endpoint: undefined },
      { token_endpoint: undefined },
      { grant_types_supported: ['authorization_code'] },
    ]
    for (const more of lacking) {
      const { failure, sent } = signingIn(authority([tokens]), {}, place({ metadata: metadata(more) }))
      expect(await failure()).toMatchObject({ code: 'device_grant_not_supported', message: expect.stringContaining(ISSUER) })
      expect(sent).toHaveLength(0)
    }
  },
)

verifies(
  ['rfc9700-2.1-mix-up', 'mcp-disc-per-as-state'],
  'with two servers each device code goes to the token endpoint of the document it was started from, and credentials are kept per issuer',
  async () => {
    const other = 'https://other.example'
    const codes = { [ISSUER]: 'code-of-one', [other]: 'code-of-other' }
    const network: Network = ({ url }) =>
      url.endsWith('/device_authorization')
        ? json({
            ...deviceAnswer,
            device_code: codes[new URL(url).origin as keyof typeof codes],
            verification_uri: `${new URL(url).origin}/device`,
          })
        : tokens()
    const { runtime, time, sent } = stage(network)
    const elsewhere = place({ issuer: other, metadata: metadata({}, other) })
    const both = Promise.all([login(runtime, place(), { clientId: 'cli' }), login(runtime, elsewhere, { clientId: 'cli' })])
    const vault = memoryVault()
    for (const credential of await time.run(both)) {
      await keepCredential(vault, vaultName(credential.issuer, 'cli', credential.resource, 'default'), credential)
    }
    const polls = sent.filter(({ form }) => form.has('device_code')).map(({ url, form }) => [url, form.get('device_code')] as const)
    expect(Object.fromEntries(polls)).toEqual({ [TOKEN]: 'code-of-one', [`${other}/token`]: 'code-of-other' })
    expect(polls).toHaveLength(2)
    const entries = await vault.list()
    expect(entries.map(({ credential }) => [credential.issuer, credential.endpoints.token])).toEqual([
      [ISSUER, TOKEN],
      [other, `${other}/token`],
    ])
  },
)

test('a page on another host is shown only after the caller agreed', async () => {
  const abroad = { verification_uri: 'https://pages.example/device', verification_uri_complete: undefined }
  const without = signingIn(authority([tokens], abroad))
  expect(await without.failure()).toMatchObject({ code: 'invalid_response', message: expect.stringContaining('pages.example') })
  expect(without.events).toEqual([])

  const refusing = signingIn(authority([tokens], abroad), { confirmForeign: () => false })
  expect(await refusing.failure()).toMatchObject({ code: 'aborted' })
  expect(refusing.events).toEqual([])

  const hosts: string[] = []
  const agreeing = signingIn(authority([tokens], abroad), {
    confirmForeign: async ({ verificationHost, foreign }) => {
      hosts.push(verificationHost)
      return foreign
    },
  })
  await agreeing.run()
  expect(hosts).toEqual(['pages.example'])
  expect(agreeing.events[0]).toMatchObject({ type: 'code', invitation: { foreign: true } })
})

test('aborting ends the question as well', async () => {
  const stop = new AbortController()
  const abroad = { verification_uri: 'https://pages.example/device' }
  const { failure } = signingIn(authority([tokens], abroad), {
    signal: stop.signal,
    confirmForeign: () => {
      stop.abort()
      return new Promise(() => {})
    },
  })
  expect(await failure()).toMatchObject({ code: 'aborted' })
})

test('the resource of the caller wins, and without any none is sent', async () => {
  const named = signingIn(authority([tokens]), { resource: 'https://api.example/v2' })
  expect((await named.run()).resource).toBe('https://api.example/v2')
  expect(named.sent.map(({ form }) => form.get('resource'))).toEqual(['https://api.example/v2', 'https://api.example/v2'])
  const { resource: _resource, ...issuerOnly } = place()
  const none = signingIn(authority([tokens]), {}, issuerOnly)
  expect(await none.run()).not.toHaveProperty('resource')
  expect(none.sent.every(({ form }) => !form.has('resource'))).toBe(true)
})

test('from a URL to a kept credential that is found again by the same URL', async () => {
  const wellKnown = {
    'https://mcp.example/.well-known/oauth-protected-resource/mcp': json({
      resource: RESOURCE,
      authorization_servers: [ISSUER],
      scopes_supported: ['read'],
    }),
    [`${ISSUER}/.well-known/oauth-authorization-server`]: json(metadata()),
  }
  const as = authority([pending, tokens])
  const { runtime, time } = stage((request) => (request.method === 'POST' ? as(request) : routes(wellKnown)(request)))
  const vault = memoryVault()
  const shown: string[] = []
  await time.run(
    (async () => {
      const found = await discover(runtime, RESOURCE)
      const credential = await login(runtime, found, {
        clientId: 'countersign-cli',
        onEvent: (event) => {
          if (event.type === 'code') shown.push(`Open ${event.invitation.verificationUri} and enter ${event.invitation.userCode}`)
        },
      })
      await keepCredential(vault, vaultName(found.issuer, 'countersign-cli', found.resource, 'default'), credential)
    })(),
  )
  expect(shown).toEqual(['Open https://as.example/device and enter WDJB-MJHT'])
  const [entry] = await findEntries(vault, RESOURCE, 'default')
  expect(entry?.credential.accessToken).toBe(tokenAnswer.access_token)
})
