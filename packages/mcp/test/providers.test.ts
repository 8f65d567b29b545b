import { describe, expect, test } from 'vitest'
import { json, oauthError, stage } from '../../client/test/support/stage.ts'
import { lacking } from '../src/sign-in/scopes.ts'
import { memoryPendingLogins, memoryVault } from '@countersign/client'
import { github } from '../src/providers/github.ts'
import { gitlab } from '../src/providers/gitlab.ts'
import { google } from '../src/providers/google.ts'
import { microsoft } from '../src/providers/microsoft.ts'
import type { Provider } from '../src/providers/provider.ts'
import { auth0, keycloak, okta } from '../src/providers/tenants.ts'
import { signIn } from '../src/sign-in/sign-in.ts'

const code = { device_code: 'secret-device-code', user_code: 'WDJB-MJHT', expires_in: 900, interval: 5 }
const token = { access_token: 'secret-access-token', token_type: 'bearer' }

/** Signs in with a provider that answers as its documentation says; gives the scope and every form that was sent. */
async function signInAt(provider: Provider, device: object, answers: readonly object[], scope: readonly string[], discovered?: object) {
  const left = [...answers]
  const { runtime, time, sent } = stage(({ url, method }) => {
    if (url === provider.metadata?.device_authorization_endpoint || url.endsWith('/device')) return json({ ...code, ...device })
    if (method === 'POST') return json(left.shift() ?? {}, 200)
    return discovered === undefined ? json({}, 404) : json(discovered)
  })
  const stores = { vault: memoryVault(), pending: memoryPendingLogins() }
  const one = signIn(runtime, async () => stores, provider)
  const look = await time.run(one.look({ scope }))
  if (look.type === 'good') throw new Error('nobody is signed in yet')
  const flow = await time.run(one.begin(look.scope))
  const end = await time.run(flow?.ended ?? Promise.reject(new Error('no code')))
  return {
    end,
    look: await time.run(one.look({ scope })),
    forms: sent.filter(({ form }) => form.size > 0).map(({ url, form }) => [url, Object.fromEntries(form)] as const),
  }
}

describe('GitHub', () => {
  test('separates scopes with commas, leaves out what others include, and says errors with status 200', async () => {
    const { end, look } = await signInAt(
      github({ clientId: 'Iv1.0123456789abcdef' }),
      { verification_uri: 'https://github.com/login/device' },
      [{ error: 'authorization_pending' }, { ...token, scope: 'repo,user' }],
      ['repo', 'user:email', 'user'],
    )
    expect(end).toMatchObject({ type: 'signed_in' })
    expect(look.type).toBe('good')
  })

  test('has permissions instead of scopes in its Apps', async () => {
    const { look } = await signInAt(
      github({ clientId: 'Iv1.0123456789abcdef' }),
      { verification_uri: 'https://github.com/login/device' },
      [{ ...token, scope: '' }],
      [],
    )
    expect(look.type).toBe('good')
  })

  test('of an enterprise is asked at its own host', () => {
    const { metadata, api } = github({ clientId: 'a', host: 'github.example.com' })
    expect([metadata?.device_authorization_endpoint, metadata?.token_endpoint, api]).toEqual([
      'https://github.example.com/login/device/code',
      'https://github.example.com/login/oauth/access_token',
      ['https://github.example.com'],
    ])
  })
})

test('Google says verification_url, wants its secret at the token endpoint only, and calls email by a longer name', async () => {
  const { end, look, forms } = await signInAt(
    google({ clientId: 'id', clientSecret: 'not-kept' }),
    { verification_url: 'https://www.google.com/device' },
    [{ ...token, scope: 'openid https://www.googleapis.com/auth/userinfo.email' }],
    ['openid', 'email'],
  )
  expect([end.type, look.type]).toEqual(['signed_in', 'good'])
  expect(forms.map(([url, form]) => [url, form['client_secret']])).toEqual([
    ['https://oauth2.googleapis.com/device/code', undefined],
    ['https://oauth2.googleapis.com/token', 'not-kept'],
  ])
})

describe('Microsoft', () => {
  const entra = microsoft({ clientId: 'id', tenant: 'organizations' })
  const page = { verification_uri: 'https://microsoft.com/devicelogin' }

  test('lists more scopes than were asked for, and never offline_access', async () => {
    const { end, look, forms } = await signInAt(entra, page, [{ ...token, scope: 'User.Read Mail.Read profile' }], ['User.Read'])
    expect([end.type, look.type]).toEqual(['signed_in', 'good'])
    expect(forms[0]?.[1]['scope']).toBe('offline_access User.Read')
  })

  test('says authorization_declined', async () => {
    const { end } = await signInAt(entra, page, [{ error: 'authorization_declined' }], ['User.Read'])
    expect(end).toMatchObject({ type: 'refused', error: { code: 'access_denied' } })
  })
})

test('GitLab is asked where its documentation says', () => {
  const { metadata } = gitlab({ clientId: 'a', host: 'gitlab.example.com' })
  expect([metadata?.device_authorization_endpoint, metadata?.token_endpoint]).toEqual([
    'https://gitlab.example.com/oauth/authorize_device',
    'https://gitlab.example.com/oauth/token',
  ])
})

describe('those with a server for each tenant are discovered', () => {
  test.each([
    ['Auth0', auth0({ clientId: 'a', domain: 'example.eu.auth0.com' }).issuer, 'https://example.eu.auth0.com/'],
    ['Okta', okta({ clientId: 'a', domain: 'example.okta.com' }).issuer, 'https://example.okta.com/oauth2/default'],
    [
      'Okta without a custom server',
      okta({ clientId: 'a', domain: 'example.okta.com', authorizationServer: null }).issuer,
      'https://example.okta.com',
    ],
    [
      'Keycloak',
      keycloak({ clientId: 'a', url: 'https://id.example.com/', realm: 'my realm' }).issuer,
      'https://id.example.com/realms/my%20realm',
    ],
  ])('%s', (_, issuer, expected) => {
    expect(issuer).toBe(expected)
  })

  test('Auth0 is told the audience when the code is asked for', async () => {
    const provider = auth0({ clientId: 'a', domain: 'example.eu.auth0.com', audience: 'https://api.example' })
    const sent: string[] = []
    const fetch = provider.adapt?.(async (url, init) => {
      sent.push(`${url} ${init?.body instanceof URLSearchParams ? init.body.toString() : ''}`)
      return oauthError('invalid_request')
    })
    await fetch?.('https://example.eu.auth0.com/oauth/device/code', { method: 'POST', body: new URLSearchParams({ client_id: 'a' }) })
    await fetch?.('https://example.eu.auth0.com/oauth/token', { method: 'POST', body: new URLSearchParams({ client_id: 'a' }) })
    expect(sent).toEqual([
      'https://example.eu.auth0.com/oauth/device/code client_id=a&audience=https%3A%2F%2Fapi.example',
      'https://example.eu.auth0.com/oauth/token client_id=a',
    ])
  })
})

test('a scope counts as granted when another includes it, however far', () => {
  const implies = { admin: ['write'], write: ['read'], read: ['admin'] }
  expect(lacking(['read', 'write', 'other'], ['admin'], implies)).toEqual(['other'])
  expect(lacking(['read'], [], implies)).toEqual(['read'])
  expect(lacking(['toString'], ['constructor'])).toEqual(['toString'])
})
