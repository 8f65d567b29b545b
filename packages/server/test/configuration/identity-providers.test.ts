import { join } from 'node:path'
import { chmodSync } from 'node:fs'
import { configure, readConfiguration } from '@countersign/server'
import { describe, expect, test } from 'vitest'
import { readClientSecret } from '../../src/upstream/client-secret.ts'
import { faultOf, ownDirectory, put } from '../directory.ts'
import { start } from '../running.ts'

const CORP = { id: 'corp', name: 'Corp', issuer: 'https://login.corp.example/realms/main', clientId: 'countersign' }

function read(content: object) {
  const directory = ownDirectory()
  return { directory, configuration: readConfiguration({ config: put(directory, 'c.json', content) }, {}) }
}

test('providers arrive, the secret file beside the configuration; passwords can be switched off', () => {
  const whole = { ...CORP, clientSecretFile: 'corp.secret', clientAuthentication: 'client_secret_post', scope: 'openid email' }
  const { configuration, directory } = read({
    identityProviders: [{ ...whole, requiredClaims: { hd: 'corp.example' } }],
    localAccounts: false,
  })
  expect(configuration).toMatchObject({
    localAccounts: false,
    identityProviders: [{ ...whole, clientSecretFile: join(directory, 'corp.secret') }],
  })
  expect(configuration.identityProviders[0]?.requiredClaims).toEqual({ hd: 'corp.example' })
  expect(read({}).configuration).toMatchObject({ localAccounts: true, identityProviders: [] })
})

describe('what is wrong is told by its path', () => {
  const cases: readonly [title: string, content: object, message: string, hint?: string][] = [
    [
      'a secret by value',
      { ...CORP, clientSecret: 'x' },
      'identityProviders[0]: unknown key "clientSecret"',
      'did you mean "clientSecretFile"?',
    ],
    [
      'id for a path',
      { ...CORP, id: 'Corp/1' },
      'identityProviders[0].id: expected 1 to 32 lower-case letters, digits and dashes, found "Corp/1"',
    ],
    [
      'no issuer',
      { ...CORP, issuer: undefined },
      'identityProviders[0].issuer: expected an https URL (http is for loopback addresses only), found nothing',
    ],
    [
      'issuer over http',
      { ...CORP, issuer: 'http://login.corp.example' },
      'identityProviders[0].issuer: expected an https URL (http is for loopback addresses only), found "http://login.corp.example"',
    ],
    [
      'scope without openid',
      { ...CORP, scope: 'profile' },
      'identityProviders[0].scope: expected scopes separated by spaces, "openid" among them, found "profile"',
    ],
    [
      'how to send no secret',
      { ...CORP, clientAuthentication: 'client_secret_post' },
      'identityProviders[0].clientSecretFile: expected the path of a file, because clientAuthentication says how its secret is sent, found nothing',
    ],
  ]
  test.each(cases)('%s', (_, provider, message, hint) => {
    const file = put(ownDirectory(), 'c.json', {
      identityProviders: [JSON.parse(JSON.stringify(provider, (__, each: unknown) => each ?? null))],
    })
    const fault = faultOf(() => readConfiguration({ config: file }, {}))
    expect(fault.message.replace('found null', 'found nothing')).toBe(`${file}: ${message}`)
    if (hint !== undefined) expect(fault.hint).toBe(hint)
  })
})

test('an id is one provider, and without a provider and without passwords nobody could come in', () => {
  const file = put(ownDirectory(), 'c.json', { identityProviders: [CORP, CORP] })
  expect(faultOf(() => readConfiguration({ config: file }, {})).message).toBe(
    `${file}: identityProviders[1].id: expected each id once, found "corp"`,
  )
  expect(faultOf(() => configure({ dataDirectory: '/x', localAccounts: false }))).toMatchObject({
    code: 'configuration_invalid',
    message: 'localAccounts: expected true, because nobody could sign in: there is no identity provider, found false',
  })
})

test('a client secret is one line in a file that nobody else can read, and never told', () => {
  const directory = ownDirectory()
  expect(readClientSecret(put(directory, 'a', 's3cret/+= \n'))).toBe('s3cret/+= ')
  for (const [name, content] of [
    ['empty', ''],
    ['lines', 'secret-one\nsecret-two\n'],
    ['binary', Uint8Array.of(1, 200)],
  ] as const) {
    const fault = faultOf(() => readClientSecret(put(directory, name, content)))
    expect(fault).toMatchObject({ code: 'configuration_invalid', message: expect.stringContaining('holds no line of text') })
    expect(JSON.stringify(fault)).not.toContain('secret-one')
  }
  expect(faultOf(() => readClientSecret(join(directory, 'none'))).message).toContain('does not exist')
  const shared = put(directory, 'shared', 's3cret')
  chmodSync(shared, 0o640)
  if (process.platform !== 'win32') expect(faultOf(() => readClientSecret(shared)).message).toContain('can be read by others (mode 0640)')
})

test('a server does not start when a client secret cannot be read', async () => {
  const directory = ownDirectory()
  const provider = { ...CORP, clientSecretFile: join(directory, 'none') }
  await expect(start(directory, { identityProviders: [provider] })).rejects.toMatchObject({ code: 'configuration_invalid' })
})
