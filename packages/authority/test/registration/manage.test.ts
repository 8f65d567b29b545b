import { addClient } from '@countersign/authority'
import { AUTHORIZATION_CODE, DEVICE_CODE } from '@countersign/protocol'
import { expect, test } from 'vitest'
import { verifies } from '../../../../requirements/verifies.ts'
import { CLIENT, openHouse } from '../house.ts'
import { decide } from '../person.ts'
import { askRegistration, DEVICE_METADATA, registerClient } from '../registering.ts'

const open = () => openHouse({ settings: { registration: 'open', approvalPolicy: 'open', registrationsPerHour: 100 } })

verifies('rfc7592-2-management', 'the registration token and nothing else opens a registration', async () => {
  const house = await open()
  const mine = await registerClient(house)
  const yours = await registerClient(house)
  expect((await mine.manage('GET')).json).toEqual(mine.registered)
  const strangers: readonly [string, string | undefined][] = [
    [mine.path, undefined],
    [mine.path, 'guessed'],
    [mine.path, yours.token],
    [yours.path, mine.token],
    ['/register?client_id=nobody', mine.token],
    [`/register?client_id=${CLIENT}`, mine.token],
    // A client registered by hand has no token at all.
    [`/register?client_id=${CLIENT}`, 'undefined'],
  ]
  for (const [path, token] of strangers) {
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const body = method === 'PUT' ? { ...DEVICE_METADATA, client_id: mine.id } : undefined
      const { status, json, headers } = await askRegistration(house, method, body, token === undefined ? {} : { token }, path)
      expect([path, method, status, json['error']]).toEqual([path, method, 401, 'invalid_token'])
      expect(headers['www-authenticate']).toContain('Bearer')
    }
  }
  for (const method of ['POST', 'PATCH', 'OPTIONS']) {
    const { status, headers } = await mine.manage(method, DEVICE_METADATA)
    expect([method, status, headers['allow']]).toEqual([method, 405, 'GET, PUT, DELETE'])
  }
  for (const client_id of [yours.id, '', undefined, 7]) {
    const { status, json } = await mine.manage('PUT', { ...DEVICE_METADATA, client_id })
    expect([client_id, status, json['error']]).toEqual([client_id, 400, 'invalid_client_metadata'])
  }
  expect((await mine.manage('GET')).json).toEqual(mine.registered)
  expect((await yours.manage('GET')).json).toEqual(yours.registered)
})

verifies('rfc7592-2.2-replace-semantics', 'what is sent is the whole registration; the secret is ours to choose', async () => {
  const house = await open()
  const full = {
    ...DEVICE_METADATA,
    grant_types: [DEVICE_CODE, AUTHORIZATION_CODE],
    response_types: ['code'],
    redirect_uris: ['https://app.example/callback'],
    scope: 'notes:read',
    token_endpoint_auth_method: 'client_secret_basic',
  }
  const { id, secret, manage, registered } = await registerClient(house, full)
  const next = { client_id: id, grant_types: [DEVICE_CODE], token_endpoint_auth_method: 'client_secret_basic', client_name: 'New name' }
  for (const [member, value] of [
    ['client_secret', 'mine'],
    ['client_secret', ''],
    ['client_secret', 7],
    ['registration_access_token', 'mine'],
    ['registration_client_uri', 'https://auth.example/register'],
    ['client_secret_expires_at', 0],
    ['client_id_issued_at', 1],
  ] as const) {
    const { status, json } = await manage('PUT', { ...next, [member]: value })
    expect([member, status, json['error']]).toEqual([member, 400, 'invalid_client_metadata'])
  }
  expect((await manage('PUT', { ...next, grant_types: ['implicit'] })).json['error']).toBe('invalid_client_metadata')
  const replaced = await manage('PUT', { ...next, client_secret: secret })
  const { client_id_issued_at, registration_access_token, registration_client_uri } = registered
  expect([replaced.status, replaced.json]).toEqual([
    200,
    {
      client_id: id,
      client_id_issued_at,
      registration_access_token,
      registration_client_uri,
      client_name: 'New name',
      grant_types: [DEVICE_CODE],
      response_types: [],
      token_endpoint_auth_method: 'client_secret_basic',
    },
  ])
  expect((await manage('GET')).json).toEqual(replaced.json)
  // The secret it had goes on; the scope it gave up is no longer a limit, and the grant it gave up is no longer one.
  const start = (client_secret: unknown) =>
    house.post('/device_authorization', { client_id: id, client_secret: String(client_secret), scope: 'notes:write' })
  expect((await start(secret)).status).toBe(200)
  expect((await house.send('GET', `/authorize?client_id=${id}&redirect_uri=https%3A%2F%2Fapp.example%2Fcallback`)).status).toBe(400)
  // Public for a while, then confidential again: with a new secret, and the old one is dead.
  const open_ = await manage('PUT', { ...next, token_endpoint_auth_method: 'none' })
  expect(open_.json).not.toHaveProperty('client_secret')
  expect((await start(secret)).json['error']).toBe('invalid_client')
  const closed = await manage('PUT', next)
  expect(closed.json).toMatchObject({ client_secret: expect.stringMatching(/^[\w-]{43}$/), client_secret_expires_at: 0 })
  expect((await start(secret)).json['error']).toBe('invalid_client')
  expect((await start(closed.json['client_secret'])).status).toBe(200)
})

verifies(
  'rfc7592-2.3-delete-cascade',
  'with the client go its token, its logins under way, its grants and what was born of them',
  async () => {
    const house = await open()
    const { secret } = await addClient(house, { id: 'notes', name: 'Notes', confidential: true, resources: ['https://notes.example/mcp'] })
    const { id, manage } = await registerClient(house)
    const device = await house.device('none', id)
    const [first, second] = [await device.start(), await device.start()]
    await decide(house, first.userCode, 'approve')
    await decide(house, second.userCode, 'approve')
    const tokens = (await device.poll(first.deviceCode)).json
    const introspect = async (token: unknown) =>
      (await house.post('/introspect', { client_id: 'notes', client_secret: String(secret), token: String(token) })).json['active']
    expect(await introspect(tokens['access_token'])).toBe(true)

    const { status, json } = await manage('DELETE')
    expect([status, json]).toEqual([204, {}])
    for (const method of ['GET', 'PUT', 'DELETE']) expect((await manage(method, DEVICE_METADATA)).status).toBe(401)
    expect((await device.poll(second.deviceCode)).json['error']).toBe('invalid_client')
    expect((await device.refresh(tokens['refresh_token'])).json['error']).toBe('invalid_client')
    expect(await introspect(tokens['access_token'])).toBe(false)
    const bearer = { headers: { authorization: `Bearer ${String(tokens['access_token'])}` } }
    expect((await house.send('GET', '/userinfo', bearer)).status).toBe(401)
    expect(house.events).toContainEqual(expect.objectContaining({ type: 'client.removed', clientId: id }))
    // Used after the end, the grant itself has ended: no later client of that id would inherit it.
    expect(house.events).toContainEqual(expect.objectContaining({ type: 'grant.revoked', clientId: id }))
  },
)

test('a removal that meets a change removes all the same', async () => {
  const house = await open()
  const { id, manage } = await registerClient(house)
  const { store } = house
  const remove = store.remove.bind(store)
  let met = 0
  Object.assign(store, {
    remove: async (kind: string, key: string, version: number) => {
      if (met++ === 0) await manage('PUT', { ...DEVICE_METADATA, client_id: id })
      return remove(kind, key, version)
    },
  })
  expect((await manage('DELETE')).status).toBe(204)
  expect(await store.read('client', id)).toBeUndefined()
})

test('replacing and removing at once ends in a client that is gone', async () => {
  const house = await open()
  const { id, manage } = await registerClient(house)
  const [removed, replaced] = await Promise.all([manage('DELETE'), manage('PUT', { ...DEVICE_METADATA, client_id: id })])
  expect(removed.status).toBe(204)
  expect([200, 401]).toContain(replaced.status)
  expect(await house.store.read('client', id)).toBeUndefined()
})

test("what the operator decided about a client is not the client's to replace", async () => {
  const house = await open()
  const { id, manage } = await registerClient(house)
  const row = await house.store.read('client', id)
  const value = { ...(row?.value as object), disabled: true, approvalPolicy: 'enrolled' }
  expect(await house.store.swap({ kind: 'client', id, version: row?.version ?? 0, value })).toBe(true)
  expect((await manage('PUT', { ...DEVICE_METADATA, client_id: id })).status).toBe(200)
  expect((await house.store.read('client', id))?.value).toMatchObject({ disabled: true, approvalPolicy: 'enrolled' })
  expect((await (await house.device('none', id)).start()).json['error']).toBe('invalid_client')
})

test('tokens of a disabled client sleep, and wake with it', async () => {
  const house = await open()
  const { id } = await registerClient(house)
  const device = await house.device('none', id)
  const { deviceCode, userCode } = await device.start()
  await decide(house, userCode, 'approve')
  const bearer = { headers: { authorization: `Bearer ${String((await device.poll(deviceCode)).json['access_token'])}` } }
  const disable = async (disabled: boolean) => {
    const row = await house.store.read('client', id)
    const value = { ...(row?.value as object), disabled }
    await house.store.swap({ kind: 'client', id, version: row?.version ?? 0, value })
    return (await house.send('GET', '/userinfo', bearer)).status
  }
  expect([await disable(true), await disable(false)]).toEqual([401, 200])
})
