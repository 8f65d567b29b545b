import { join } from 'node:path'
import { nodeSuite } from '@countersign/node'
import { publicOf } from '@countersign/proof'
import { type Administration, openAdministration } from '@countersign/server'
import { expect, test } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'
import { ownDirectory } from './directory.ts'
import { administrate, browserOn, configurationOf, NOTES, post, type Running, start } from './running.ts'

/** A server, and its operator beside it. */
async function house(): Promise<{ server: Running; admin: Administration }> {
  const server = await start(ownDirectory())
  return { server, admin: await administrate(server) }
}

async function canSignIn(server: Running, name: string, password: string): Promise<boolean> {
  const { status, body } = await browserOn(server).signIn(name, password)
  return status === 200 && body.includes('name="user_code"')
}

test('an account that is added while the server runs can sign in at once; its password is nowhere shown', async () => {
  const { server, admin } = await house()
  const { subject } = await admin.addUser('ada', 'correct horse')
  expect(await canSignIn(server, 'ada', 'correct horse')).toBe(true)
  expect(await admin.listUsers()).toEqual([{ name: 'ada', subject, disabled: false, createdAt: expect.any(Number) }])
})

test('a disabled account cannot sign in, an enabled one can', async () => {
  const { server, admin } = await house()
  await admin.addUser('ada', 'correct horse')
  await admin.setUserDisabled('ada', true)
  expect(await canSignIn(server, 'ada', 'correct horse')).toBe(false)
  expect((await admin.listUsers())[0]?.disabled).toBe(true)
  await admin.setUserDisabled('ada', false)
  expect(await canSignIn(server, 'ada', 'correct horse')).toBe(true)
})

test('an account has a mail address when it is given one, a wrong one is refused, and it can be taken back', async () => {
  const { admin } = await house()
  await admin.addUser('ada', 'correct horse', 'ada+notices@mail.example')
  await admin.addUser('bob', 'correct horse')
  const mails = async () => (await admin.listUsers()).map(({ mail }) => mail)
  expect(await mails()).toEqual(['ada+notices@mail.example', undefined])
  await admin.setUserMail('bob', 'bob@bücher.example')
  await admin.setUserMail('Ada', undefined)
  expect(await mails()).toEqual([undefined, 'bob@bücher.example'])
  const wrong = [
    '',
    'bob',
    'bob@',
    '@mail.example',
    'bob@mail..example',
    'a@b@c',
    'bob <bob@mail.example>',
    'bob@mail.example\r\nBcc: eve@evil.example',
  ]
  for (const mail of [
    ...wrong,
    'bob@mail.example,eve@evil.example',
    '"bob"@mail.example',
    'bob@[127.0.0.1]',
    `${'b'.repeat(65)}@mail.example`,
  ]) {
    await expect(admin.setUserMail('bob', mail), mail).rejects.toMatchObject({ code: 'usage' })
    await expect(admin.addUser('eve', 'correct horse', mail), mail).rejects.toMatchObject({ code: 'usage' })
  }
  await expect(admin.setUserMail('eve', 'eve@mail.example')).rejects.toMatchObject({ code: 'usage' })
  expect(await mails()).toEqual([undefined, 'bob@bücher.example'])
})

test('a changed password is the only one that counts', async () => {
  const { server, admin } = await house()
  await admin.addUser('ada', 'correct horse')
  await admin.setUserPassword('ada', 'battery staple')
  expect(await canSignIn(server, 'ada', 'correct horse')).toBe(false)
  expect(await canSignIn(server, 'ada', 'battery staple')).toBe(true)
})

test('what cannot be is refused as usage and changes nothing', async () => {
  const { admin } = await house()
  await admin.addUser('ada', 'correct horse')
  const usage = { code: 'usage' }
  await expect(admin.addUser('Ada', 'battery staple')).rejects.toMatchObject(usage)
  await expect(admin.addUser('bob', 'short')).rejects.toMatchObject(usage)
  await expect(admin.addUser('../bob', 'battery staple')).rejects.toMatchObject(usage)
  await expect(admin.setUserPassword('bob', 'battery staple')).rejects.toMatchObject(usage)
  await expect(admin.setUserDisabled('bob', true)).rejects.toMatchObject(usage)
  expect(await admin.listUsers()).toHaveLength(1)
})

test('a generated password is long, and another each time', async () => {
  const { admin } = await house()
  const made = new Set(Array.from({ length: 50 }, () => admin.generatePassword()))
  expect(made.size).toBe(50)
  for (const password of made) expect(password).toMatch(/^[\w-]{20}$/)
})

verifies('rfc8628-3.1-client-auth', 'the secret of a confidential client is told once, and counts at once', async () => {
  const { server, admin } = await house()
  const { client, secret } = await admin.addClient({ id: 'robot', name: 'Robot', confidential: true })
  expect(client).toMatchObject({ id: 'robot', name: 'Robot', authentication: 'client_secret' })
  expect(JSON.stringify([client, await admin.listClients(), await admin.showClient('robot')])).not.toMatch(/secretDigest|"secret"/)
  const form = { client_id: 'robot', resource: NOTES.resource }
  const endpoint = `${server.url}/device_authorization`
  expect(await post(endpoint, form)).toMatchObject({ status: 401, json: { error: 'invalid_client' } })
  const authorization = `Basic ${Buffer.from(`robot:${encodeURIComponent(secret ?? '')}`).toString('base64')}`
  const answer = await fetch(endpoint, { method: 'POST', body: new URLSearchParams(form), headers: { authorization } })
  expect(answer.status).toBe(200)
})

test('the client of our command line is public, for a device or for a browser on the same machine, with nothing to keep', async () => {
  const { admin } = await house()
  expect(await admin.showClient('countersign-cli')).toEqual({
    id: 'countersign-cli',
    name: 'Countersign CLI',
    authentication: 'none',
    grantTypes: ['urn:ietf:params:oauth:grant-type:device_code', 'authorization_code', 'refresh_token'],
    redirectUris: ['http://127.0.0.1/callback', 'http://[::1]/callback'],
    createdAt: expect.any(Number),
  })
})

test('a client is described by names an operator knows, and judged', async () => {
  const { admin } = await house()
  const { client } = await admin.addClient({
    name: 'TV',
    grantTypes: ['device_code'],
    scope: 'read write read',
    approvalPolicy: 'enrolled',
    dpopBound: true,
  })
  expect(client).toMatchObject({
    grantTypes: ['urn:ietf:params:oauth:grant-type:device_code'],
    scopes: ['read', 'write'],
    approvalPolicy: 'enrolled',
    dpopBound: true,
  })
  const add = (more: object) => admin.addClient({ name: 'TV', ...more })
  await expect(add({ grantTypes: ['devicecode'] })).rejects.toMatchObject({ code: 'usage', hint: 'did you mean "device_code"?' })
  await expect(add({ grantTypes: ['password'] })).rejects.toMatchObject({
    code: 'usage',
    hint: 'there are device_code, authorization_code, refresh_token and client_credentials',
  })
  await expect(add({ approvalPolicy: 'closed' })).rejects.toMatchObject({ code: 'usage', hint: 'there are open, same-network, enrolled' })
  await expect(add({ scope: 'a"b' })).rejects.toMatchObject({ code: 'usage' })
  await expect(add({ name: 'T\u001bV' })).rejects.toMatchObject({ code: 'usage' })
  await expect(add({ id: 'countersign-cli' })).rejects.toMatchObject({ code: 'usage' })
  const { client: app } = await add({ redirectUris: ['http://127.0.0.1/callback', 'https://app.example/callback'] })
  expect(app).toMatchObject({
    grantTypes: ['authorization_code', 'refresh_token'],
    redirectUris: ['http://127.0.0.1/callback', 'https://app.example/callback'],
  })
  const both = await add({ grantTypes: ['device_code', 'authorization_code'], redirectUris: ['https://app.example/callback'] })
  expect(both.client.grantTypes).toEqual(['urn:ietf:params:oauth:grant-type:device_code', 'authorization_code'])
  await expect(add({ redirectUris: ['http://app.example/callback'] })).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringContaining('http://app.example/callback'),
  })
  await expect(add({ grantTypes: ['authorization_code'] })).rejects.toMatchObject({ code: 'usage' })
  expect(await admin.listClients()).toHaveLength(4)
})

test('what takes a secret is for confidential clients only', async () => {
  const { admin } = await house()
  const robot = { name: 'Robot', grantTypes: ['client_credentials'], resources: [NOTES.resource] }
  await expect(admin.addClient(robot)).rejects.toMatchObject({ code: 'usage' })
  await expect(admin.addClient({ ...robot, grantTypes: undefined })).rejects.toMatchObject({ code: 'usage' })
  const { client } = await admin.addClient({ ...robot, confidential: true })
  expect(client).toMatchObject({ grantTypes: ['client_credentials'], resources: [NOTES.resource] })
  await expect(admin.addClient({ ...robot, confidential: true, resources: ['notes'] })).rejects.toMatchObject({ code: 'usage' })
})

test('a client that signs assertions is known by its public keys, and no private key is taken', async () => {
  const { admin } = await house()
  const suite = nodeSuite()
  const key = await suite.generateKey('ES256')
  const jwk = publicOf(key)
  const { client, secret } = await admin.addClient({ name: 'Robot', jwks: { keys: [{ ...jwk, kid: 'a', use: 'sig' }] } })
  expect(secret).toBeUndefined()
  expect(client).toMatchObject({ authentication: 'private_key_jwt', jwks: [{ ...jwk, kid: 'a' }] })
  expect((await admin.addClient({ name: 'Robot', jwks: jwk })).client.jwks).toEqual([jwk])
  await expect(admin.addClient({ name: 'Robot', jwks: key })).rejects.toMatchObject({ code: 'usage', message: 'key 1 is a private key' })
  for (const jwks of [{}, { keys: [] }, { keys: {} }, null, 'x', { keys: [jwk, { kty: 'oct', k: 'x' }] }]) {
    await expect(admin.addClient({ name: 'Robot', jwks })).rejects.toMatchObject({ code: 'usage' })
  }
  expect(await admin.listClients()).toHaveLength(3)
})

test('a removed client is gone', async () => {
  const { admin } = await house()
  await admin.removeClient('countersign-cli')
  expect(await admin.listClients()).toEqual([])
  await expect(admin.showClient('countersign-cli')).rejects.toMatchObject({ code: 'usage' })
  await expect(admin.removeClient('countersign-cli')).rejects.toMatchObject({ code: 'usage' })
})

test('a device key is enrolled for a name or a subject, listed and forgotten; for nobody else it is known', async () => {
  const { admin } = await house()
  const { subject } = await admin.addUser('ada', 'correct horse')
  await admin.addUser('bob', 'correct horse')
  const [one, two] = ['1', '2'].map((digit) => digit.repeat(43)) as [string, string]
  await admin.enrollDeviceKey('Ada', one)
  await admin.enrollDeviceKey(subject, two)
  await admin.enrollDeviceKey('ada', one)
  expect((await admin.listDeviceKeys('ada')).map(({ keyThumbprint }) => keyThumbprint)).toEqual([one, two])
  expect(await admin.listDeviceKeys(subject)).toEqual(await admin.listDeviceKeys('ada'))
  expect(await admin.listDeviceKeys('bob')).toEqual([])
  const usage = { code: 'usage' }
  await expect(admin.forgetDeviceKey('bob', one)).rejects.toMatchObject({ ...usage, message: '"bob" knows no such key' })
  await admin.forgetDeviceKey('ada', one)
  await expect(admin.forgetDeviceKey('ada', one)).rejects.toMatchObject(usage)
  expect(await admin.listDeviceKeys('ada')).toHaveLength(1)
  for (const act of [admin.enrollDeviceKey('eve', one), admin.listDeviceKeys('eve'), admin.forgetDeviceKey('eve', one)]) {
    await expect(act).rejects.toMatchObject({ ...usage, message: 'there is no account named "eve"' })
  }
})

test('a registration token of the operator registers clients at the running server until it is taken back', async () => {
  const server = await start(ownDirectory(), { settings: { registration: 'initial-access-token' } })
  const admin = await administrate(server)
  expect(admin.registration).toBe('initial-access-token')
  const { token, id, expiresAt } = await admin.addInitialAccessToken({ registrations: 2, life: 3600 })
  const register = () =>
    fetch(`${server.url}/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({
        client_name: 'TV',
        grant_types: ['urn:ietf:params:oauth:grant-type:device_code'],
        token_endpoint_auth_method: 'none',
      }),
    })
  expect((await register()).status).toBe(201)
  expect(await admin.listInitialAccessTokens()).toEqual([{ id, remaining: 1, createdAt: expect.any(Number), expiresAt }])
  await admin.removeInitialAccessToken(id)
  expect((await register()).status).toBe(401)
  expect((await administrate(await start(ownDirectory()))).registration).toBe('off')
})

test('where no server was, none is made', async () => {
  const directory = join(ownDirectory(), 'mistyped')
  await expect(openAdministration(configurationOf(directory))).rejects.toMatchObject({
    code: 'configuration_invalid',
    message: `there is no server in "${directory}"`,
  })
})
