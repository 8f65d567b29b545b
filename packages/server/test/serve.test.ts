import { once } from 'node:events'
import { chmodSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { DEVICE_CODE } from '@countersign/protocol'
import { openAdministration, startServer } from '@countersign/server'
import { expect, test } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'
import { ownDirectory } from './directory.ts'
import { administrate, browserOn, configurationOf, NOTES, post, start } from './running.ts'

const CLIENT = { client_id: 'countersign-cli', resource: NOTES.resource }

async function keyIds({ issuer }: { issuer: string }): Promise<unknown> {
  const { keys } = (await (await fetch(`${issuer}/jwks`)).json()) as { keys: readonly { kid: string }[] }
  return keys.map(({ kid }) => kid)
}

test('a server on a free port is its own issuer, and its metadata is where it says', async () => {
  const server = await start(ownDirectory())
  expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  expect(server.issuer).toBe(server.url)
  const response = await fetch(server.metadataUrl)
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe('application/json')
  const metadata = (await response.json()) as Record<string, unknown>
  expect(metadata).toMatchObject({ issuer: server.url, device_authorization_endpoint: `${server.url}/device_authorization` })
})

verifies('rfc8414-3-path-insertion', 'a server behind a proxy answers under the issuer it was given, path and all', async () => {
  const server = await start(ownDirectory(), { issuer: 'https://auth.example/tenant', riskProfile: 'standard' })
  expect(server.metadataUrl).toBe('https://auth.example/.well-known/oauth-authorization-server/tenant')
  const metadata = await fetch(`${server.url}/.well-known/oauth-authorization-server/tenant`)
  expect(await metadata.json()).toMatchObject({
    issuer: 'https://auth.example/tenant',
    token_endpoint: 'https://auth.example/tenant/token',
  })
})

test('the first start makes directory, key and store for our eyes only, and the client of our command line', async () => {
  const directory = join(ownDirectory(), 'auth')
  const server = await start(directory)
  expect(server).toMatchObject({ isFirstStart: true, masterKeyMade: true, exposed: false, accounts: 0 })
  expect(statSync(directory).mode & 0o777).toBe(0o700)
  for (const name of readdirSync(directory)) expect(statSync(join(directory, name)).mode & 0o777, name).toBe(0o600)
  const answer = await post(`${server.url}/device_authorization`, CLIENT)
  expect(answer).toMatchObject({ status: 200, json: { expires_in: 300, interval: 5, verification_uri: `${server.url}/device` } })
})

test('a restart keeps accounts, clients and keys; a removed client stays removed', async () => {
  const directory = ownDirectory()
  const first = await start(directory)
  const keys = await keyIds(first)
  const administration = await administrate(first)
  await administration.addUser('ada', 'correct horse')
  await administration.addClient({ id: 'tv', name: 'TV' })
  await administration.removeClient('countersign-cli')
  await administration.close()
  await first.close()
  const second = await start(directory)
  expect(second).toMatchObject({ isFirstStart: false, masterKeyMade: false, accounts: 1 })
  expect(await keyIds(second)).toEqual(keys)
  expect(await post(`${second.url}/device_authorization`, { ...CLIENT, client_id: 'tv' })).toMatchObject({ status: 200 })
  expect(await post(`${second.url}/device_authorization`, CLIENT)).toMatchObject({ json: { error: 'invalid_client' } })
})

test('another master key is refused, and changes nothing', async () => {
  const directory = ownDirectory()
  await (await start(directory)).close()
  const file = join(directory, 'master.key')
  const kept = readFileSync(file)
  const fault = {
    code: 'configuration_invalid',
    message: `the master key in "${file}" is not the one that this store was made with`,
    hint: 'give the server the master key it was first started with',
  }
  writeFileSync(file, Buffer.from(Uint8Array.from({ length: 32 }, (_, index) => index)).toString('base64url'))
  await expect(start(directory)).rejects.toMatchObject(fault)
  await expect(openAdministration(configurationOf(directory))).rejects.toMatchObject(fault)
  writeFileSync(file, kept)
  expect(await start(directory)).toMatchObject({ isFirstStart: false })
})

test('a lost master key is not replaced by a new one', async () => {
  const directory = ownDirectory()
  await (await start(directory)).close()
  const file = join(directory, 'master.key')
  rmSync(file)
  await expect(start(directory)).rejects.toMatchObject({
    code: 'configuration_invalid',
    message: `the master key file "${file}" is gone, and "${join(directory, 'countersign.sqlite')}" cannot be used without it`,
  })
  expect(existsSync(file)).toBe(false)
})

test('a master key kept elsewhere is used, and none is made for it', async () => {
  const directory = ownDirectory()
  const elsewhere = join(ownDirectory(), 'key')
  await expect(start(directory, { masterKeyFile: elsewhere })).rejects.toMatchObject({
    message: `the master key file "${elsewhere}" does not exist`,
  })
  await (await start(directory)).close()
  renameSync(join(directory, 'master.key'), elsewhere)
  expect(await start(directory, { masterKeyFile: elsewhere })).toMatchObject({ masterKeyFile: elsewhere, masterKeyMade: false })
  expect(existsSync(join(directory, 'master.key'))).toBe(false)
})

test('an address that is taken is told, and nothing is left open', async () => {
  const server = await start(ownDirectory())
  const port = Number(new URL(server.url).port)
  const directory = ownDirectory()
  const second = startServer(configurationOf(directory, { listen: { host: '127.0.0.1', port } }))
  await expect(second).rejects.toMatchObject({
    code: 'configuration_invalid',
    message: expect.stringContaining(`cannot listen on '127.0.0.1' port ${port}`),
  })
  expect(await start(directory)).toMatchObject({ isFirstStart: true })
})

test('what cannot be is a fault of the configuration, and a start that failed leaves nothing open', async () => {
  const free = await start(ownDirectory())
  await free.close()
  const listen = { host: '127.0.0.1', port: Number(new URL(free.url).port) }
  const directory = ownDirectory()
  const invalid = { code: 'configuration_invalid' }
  await expect(start(directory, { listen, settings: { codeLife: 5 } })).rejects.toMatchObject(invalid)
  // What was written has left the log of writes, and the port can be had.
  expect(statSync(join(directory, 'countersign.sqlite-wal'), { throwIfNoEntry: false })?.size ?? 0).toBe(0)
  expect(await start(directory, { listen })).toMatchObject({ url: free.url })
  await expect(start(ownDirectory(), { trustProxy: ['everybody'] })).rejects.toMatchObject(invalid)
})

test.skipIf(process.platform === 'win32')('a directory that others can look into is noticed', async () => {
  const directory = ownDirectory()
  chmodSync(directory, 0o755)
  expect((await start(directory)).exposed).toBe(true)
})

test('a trusted proxy says who the peer is, a stranger does not', async () => {
  for (const [trustProxy, address] of [
    [['loopback'], '203.0.113.9'],
    [[], '127.0.0.1'],
  ] as const) {
    const server = await start(ownDirectory(), { trustProxy, log: 'json' })
    const form = new URLSearchParams(CLIENT)
    await fetch(`${server.url}/device_authorization`, { method: 'POST', body: form, headers: { 'x-forwarded-for': '203.0.113.9' } })
    expect(server.log.map((line) => JSON.parse(line) as object)).toMatchObject([{ type: 'device.opened', address }])
  }
})

test('closing lets a request under way finish and takes no new one', async () => {
  const directory = ownDirectory()
  const server = await start(directory)
  const { port } = new URL(server.url)
  const body = new URLSearchParams(CLIENT).toString()
  const socket = connect(Number(port), '127.0.0.1')
  await once(socket, 'connect')
  const head = `POST /device_authorization HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/x-www-form-urlencoded\r\n`
  socket.write(`${head}Content-Length: ${body.length}\r\n\r\n${body.slice(0, 5)}`)
  // The server has begun to read when it has answered a request sent later.
  await fetch(server.metadataUrl)
  const closed = server.close()
  socket.write(body.slice(5))
  const [answer] = (await once(socket.setEncoding('utf8'), 'data')) as [string]
  expect(answer).toMatch(/^HTTP\/1\.1 200 /)
  await closed
  await expect(fetch(server.metadataUrl)).rejects.toThrow()
})

verifies(
  'seed-002-no-code-logging',
  'the log of a whole login tells what happened and holds no code, token, cookie or password',
  async () => {
    for (const log of ['text', 'json'] as const) {
      const server = await start(ownDirectory(), { log })
      const administration = await administrate(server)
      const password = administration.generatePassword()
      await administration.addUser('ada', password)
      await administration.close()
      const opened = await post(`${server.url}/device_authorization`, { ...CLIENT, scope: 'notes:read' })
      const { device_code: deviceCode, user_code: userCode } = opened.json as { device_code: string; user_code: string }
      const browser = browserOn(server)
      await browser.signIn('ada', 'not the password')
      await browser.signIn('ada', password)
      await browser.enter('BCD-FGH-JKF')
      await browser.approve(await browser.enter(userCode))
      const redeem = { grant_type: DEVICE_CODE, client_id: 'countersign-cli', device_code: deviceCode }
      const { json: tokens } = await post(`${server.url}/token`, redeem)
      expect(tokens).toMatchObject({ token_type: 'Bearer', scope: 'notes:read' })
      const { access_token: access, refresh_token: refresh } = tokens as { access_token: string; refresh_token: string }
      const { json: renewed } = await post(`${server.url}/token`, {
        grant_type: 'refresh_token',
        client_id: 'countersign-cli',
        refresh_token: refresh,
      })
      await post(`${server.url}/token`, redeem)
      await post(`${server.url}/token`, { ...redeem, device_code: 'no-such-code' })

      const written = server.log.join('\n')
      for (const type of [
        'device.opened',
        'account.refused',
        'account.signed_in',
        'code.guessed_wrong',
        'device.approved',
        'device.redeemed',
        'family.rotated',
      ]) {
        expect(written).toContain(type)
      }
      const secrets = [deviceCode, userCode, userCode.replace('-', ''), access, refresh, renewed['access_token'], renewed['refresh_token']]
      const typed = [password, 'not the password', 'BCD-FGH-JKF', 'BCDFGHJKF', 'no-such-code']
      for (const secret of [...secrets, ...typed, ...browser.cookies.values()]) {
        expect(secret).toEqual(expect.any(String))
        expect(written).not.toContain(secret)
      }
    }
  },
)
