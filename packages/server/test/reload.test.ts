import { DEVICE_CODE } from '@countersign/protocol'
import { expect, test } from 'vitest'
import { ownDirectory } from './directory.ts'
import { NOTES, post, start } from './running.ts'

const CLIENT = { client_id: 'countersign-cli', resource: NOTES.resource }

test('a new configuration counts from the next request on, and a login begun under the old one goes on under the new', async () => {
  const server = await start(ownDirectory())
  const { json: device } = await post(`${server.url}/device_authorization`, CLIENT)
  expect(device).toMatchObject({ expires_in: 300 })
  await server.reload(() => ({ ...server.configuration, settings: { codeLife: 120 } }))
  expect(server.log.at(-1)).toMatch(/configuration\.reloaded/)
  expect((await post(`${server.url}/device_authorization`, CLIENT)).json).toMatchObject({ expires_in: 120 })
  // The code of before is still good, and paced as before.
  const poll = { ...CLIENT, grant_type: DEVICE_CODE, device_code: String(device['device_code']) }
  expect((await post(`${server.url}/token`, poll)).json).toMatchObject({ error: 'authorization_pending' })
  await server.reload(() => server.configuration)
  expect((await post(`${server.url}/token`, poll)).json).toMatchObject({ error: 'slow_down' })
})

test('a configuration that cannot be is told in the log, and the old one stays', async () => {
  const server = await start(ownDirectory())
  await server.reload(() => {
    throw new Error('countersign.json is no JSON')
  })
  expect(server.log.at(-1)).toMatch(/configuration\.not_reloaded .*no JSON/)
  await server.reload(() => ({ ...server.configuration, settings: { codeLife: 1 } }))
  expect(server.log.at(-1)).toMatch(/configuration\.not_reloaded/)
  expect((await post(`${server.url}/device_authorization`, CLIENT)).json).toMatchObject({ expires_in: 300 })
})

test.each([
  ['issuer', 'https://other.example'],
  ['listen', { host: '127.0.0.1', port: 1 }],
  ['dataDirectory', '/elsewhere'],
  ['masterKeyFile', '/elsewhere'],
  ['store', 'redis://elsewhere:6379'],
  ['trustProxy', ['loopback']],
  ['log', 'json'],
])('%s takes a restart, and says so', async (key, value) => {
  const server = await start(ownDirectory())
  await server.reload(() => ({ ...server.configuration, [key]: value, settings: { codeLife: 120 } }))
  expect(server.log.at(-1)).toMatch(new RegExp(`configuration\\.not_reloaded .*${key}: cannot be changed while the server runs`))
  expect((await post(`${server.url}/device_authorization`, CLIENT)).json).toMatchObject({ expires_in: 300 })
})

test('requests that come while it changes are all answered', async () => {
  const server = await start(ownDirectory())
  const asking = Array.from({ length: 40 }, () => post(`${server.url}/device_authorization`, CLIENT))
  const reloading = [1, 2, 3].map(() => server.reload(() => ({ ...server.configuration, settings: { codeLife: 600 } })))
  await Promise.all(reloading)
  expect((await Promise.all(asking)).map(({ status }) => status)).toEqual(Array.from({ length: 40 }, () => 200))
  expect((await post(`${server.url}/device_authorization`, CLIENT)).json).toMatchObject({ expires_in: 600 })
})
