import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { readConfiguration } from '../../src/configuration/configuration.ts'
import { openScriptlessBrowser, overHttp } from '../../../../examples/first-login/src/scriptless-browser.ts'
import { ownDirectory } from '../directory.ts'
import { administrate, post, start } from '../running.ts'

const SECRET = Buffer.alloc(32, 9)

function secretFile(content = `whsec_${SECRET.toString('base64')}\n`, mode = 0o600): string {
  const file = join(ownDirectory(), 'webhook-secret')
  writeFileSync(file, content)
  chmodSync(file, mode)
  return file
}

test('a server that is told where posts every approval there, signed', async () => {
  const received: { headers: NodeJS.Dict<string | string[]>; body: string }[] = []
  const receiver = createServer((request, response) => {
    void text(request).then((body) => {
      received.push({ headers: request.headers, body })
      response.writeHead(204).end()
      receiver.emit('received')
    })
  }).listen(0, '127.0.0.1')
  await once(receiver, 'listening')
  onTestFinished(() => void receiver.close())
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`
  const server = await start(ownDirectory(), { notices: { webhook: { url, secretFile: secretFile() } } })
  await (await administrate(server)).addUser('ada', 'correct horse')

  const { json } = await post(`${server.url}/device_authorization`, { client_id: 'countersign-cli', device_name: 'build-7' })
  const browser = openScriptlessBrowser(server.url, overHttp(server.url))
  await browser.signIn('ada', 'correct horse')
  const arrived = once(receiver, 'received')
  await browser.approve(await browser.enter(String(json['user_code'])))
  await arrived
  const [{ headers, body }] = received as [(typeof received)[0]]
  const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`
  expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', SECRET).update(signed).digest('base64')}`)
  expect(JSON.parse(body)).toMatchObject({
    type: 'device.approved',
    name: 'ada',
    device_name: 'build-7',
    devices_url: `${server.url}/devices`,
  })
  expect(server.log.join('\n')).not.toContain(SECRET.toString('base64'))
})

test('a secret that is missing, weak or open to others stops the start', async () => {
  const url = 'https://hooks.example/'
  for (const [file, message] of [
    ['/nowhere/at/all', 'does not exist'],
    [secretFile('correct horse'), 'holds no secret'],
    [secretFile(`whsec_${Buffer.alloc(16, 1).toString('base64')}`), 'holds no secret'],
    ...(process.platform === 'win32' ? [] : [[secretFile(undefined, 0o644), 'can be read by others'] as const]),
  ] as const) {
    await expect(start(ownDirectory(), { notices: { webhook: { url, secretFile: file } } })).rejects.toThrow(message)
  }
})

test('the configuration names the place and the file, beside which it lies', () => {
  const directory = ownDirectory()
  const file = join(directory, 'countersign.json')
  const read = (notices: unknown) => {
    writeFileSync(file, JSON.stringify({ notices }))
    return readConfiguration({ config: file }, {}).notices
  }
  expect(read({ webhook: { url: 'https://hooks.example/x?y', secretFile: 'secret' } })).toEqual({
    webhook: { url: 'https://hooks.example/x?y', secretFile: join(directory, 'secret') },
  })
  for (const [wrong, message] of [
    [{}, 'notices.webhook: expected an object'],
    [{ webhook: { url: 'http://hooks.example/', secretFile: 's' } }, 'notices.webhook.url: expected an https URL'],
    [{ webhook: { url: 'https://user:pass@hooks.example/', secretFile: 's' } }, 'notices.webhook.url'],
    [{ webhook: { url: 'https://hooks.example/' } }, 'notices.webhook.secretFile: expected the path of a file'],
    [{ webhook: { url: 'https://hooks.example/', secret: 'x' } }, 'unknown key "secret"'],
  ] as const) {
    expect(() => read(wrong)).toThrow(message)
  }
})
