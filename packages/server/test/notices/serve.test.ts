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
import { bodyOf, headerOf, openMailbox, type Received } from './mailbox.ts'

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

test('with a mail server, who approves and has an address gets a mail in the language of the configuration; others get none', async () => {
  const mailbox = await openMailbox()
  const mail = { host: '127.0.0.1', port: mailbox.port, security: 'none', from: 'no-reply@auth.example', language: 'de' } as const
  const server = await start(ownDirectory(), { notices: { mail }, operator: { name: 'Northgate', contact: 'security@northgate.example' } })
  const admin = await administrate(server)
  await admin.addUser('ada', 'correct horse', 'ada@mail.example')
  await admin.addUser('bob', 'correct horse')
  for (const name of ['bob', 'ada']) {
    const { json } = await post(`${server.url}/device_authorization`, { client_id: 'countersign-cli', device_name: 'build-7' })
    const browser = openScriptlessBrowser(server.url, overHttp(server.url))
    await browser.signIn(name, 'correct horse')
    expect((await browser.approve(await browser.enter(String(json['user_code'])))).status).toBe(200)
  }
  const [received] = (await mailbox.arrived(1)) as [Received]
  expect(received.to).toEqual(['ada@mail.example'])
  expect(headerOf(received, 'from')).toBe('Northgate <no-reply@auth.example>')
  const text = bodyOf(received).replaceAll('\r\n', '\n')
  expect(text).toMatch(/^Bei 127\.0\.0\.1:\d+ wurde ein Gerät zugelassen\. Es kann jetzt als ada handeln\.\n/)
  expect(text).toContain('build-7')
  expect(text).toContain('Darf\n  Read your notes\n')
  expect(text).toContain(`${server.url}/devices\n`)
  expect(text).toContain('security@northgate.example')
  await server.close()
  expect(mailbox.received).toHaveLength(1)
})

test('approving does not wait for a mail server that is not there', async () => {
  const mail = { host: '127.0.0.1', port: 1, security: 'none', from: 'no-reply@auth.example' } as const
  const server = await start(ownDirectory(), { notices: { mail } })
  await (await administrate(server)).addUser('ada', 'correct horse', 'ada@mail.example')
  const { json } = await post(`${server.url}/device_authorization`, { client_id: 'countersign-cli' })
  const browser = openScriptlessBrowser(server.url, overHttp(server.url))
  await browser.signIn('ada', 'correct horse')
  expect((await browser.approve(await browser.enter(String(json['user_code'])))).status).toBe(200)
  await server.close()
  expect(server.log.at(-1)).toMatch(/ notice\.failed via=mail attempts=1 lost=1 cause=.*ECONNREFUSED/)
})

test('the password of the mail user is read from its file or its variable, and without it there is no start', async () => {
  const mail = { host: 'mail.example', user: 'countersign', from: 'no-reply@auth.example' }
  for (const [notices, message] of [
    [{ mail: { ...mail, passwordFile: '/nowhere/at/all' } }, 'the mail password file "/nowhere/at/all" does not exist'],
    [{ mail: { ...mail, passwordVariable: 'COUNTERSIGN_TEST_UNSET' } }, 'the environment variable "COUNTERSIGN_TEST_UNSET", which holds'],
    [{ mail: { ...mail, passwordFile: secretFile('two\nlines') } }, 'holds no line of text'],
  ] as const) {
    await expect(start(ownDirectory(), { notices })).rejects.toThrow(message)
  }
})

/** Reads `notices` as it would stand in the file of this directory. */
function reader(directory = ownDirectory()) {
  const file = join(directory, 'countersign.json')
  return (notices: unknown) => {
    writeFileSync(file, JSON.stringify({ notices }))
    return readConfiguration({ config: file }, {}).notices
  }
}

test('the configuration names the place and the file, beside which it lies', () => {
  const directory = ownDirectory()
  const read = reader(directory)
  expect(read({ webhook: { url: 'https://hooks.example/x?y', secretFile: 'secret' } })).toEqual({
    webhook: { url: 'https://hooks.example/x?y', secretFile: join(directory, 'secret') },
  })
  for (const [wrong, message] of [
    [{}, 'notices: expected a webhook or mail, found an object'],
    [{ webhook: { url: 'http://hooks.example/', secretFile: 's' } }, 'notices.webhook.url: expected an https URL'],
    [{ webhook: { url: 'https://user:pass@hooks.example/', secretFile: 's' } }, 'notices.webhook.url'],
    [{ webhook: { url: 'https://hooks.example/' } }, 'notices.webhook.secretFile: expected the path of a file'],
    [{ webhook: { url: 'https://hooks.example/', secret: 'x' } }, 'unknown key "secret"'],
  ] as const) {
    expect(() => read(wrong)).toThrow(message)
  }
})

test('the configuration names the mail server, who this server is there, and where the password is', () => {
  const directory = ownDirectory()
  const read = reader(directory)
  const mail = { host: 'mail.example', from: 'no-reply@auth.example' }
  expect(read({ mail })).toEqual({ mail })
  expect(read({ mail: { ...mail, port: 2525, security: 'tls', user: 'u', passwordFile: 'secret', language: 'fr' } })).toEqual({
    mail: { ...mail, port: 2525, security: 'tls', user: 'u', passwordFile: join(directory, 'secret'), language: 'fr' },
  })
  expect(read({ mail: { ...mail, user: 'u', passwordVariable: 'SMTP_PASSWORD' } })).toMatchObject({
    mail: { passwordVariable: 'SMTP_PASSWORD' },
  })
  expect(read({ mail: { ...mail, host: '::1', security: 'none' } })).toMatchObject({ mail: { security: 'none' } })
  for (const [wrong, message] of [
    [{ from: mail.from }, 'notices.mail.host: expected a mail server, found nothing'],
    [{ host: mail.host }, 'notices.mail.from: expected a mail address, found nothing'],
    [{ ...mail, from: 'Northgate <no-reply@auth.example>' }, 'notices.mail.from: expected a mail address, like "no-reply@example.com"'],
    [{ ...mail, host: 'mail.example/x' }, 'notices.mail.host: expected the name or the address of a mail server'],
    [{ ...mail, port: 0 }, 'notices.mail.port: expected 1 to 65535 as a port, found 0'],
    [{ ...mail, port: 25.5 }, 'notices.mail.port: expected a port, found 25.5'],
    [{ ...mail, security: 'none' }, 'notices.mail.security: expected "starttls" or "tls", because the mail server is not on this machine'],
    [{ ...mail, user: 'u' }, 'notices.mail.user: expected one of passwordFile and passwordVariable beside it'],
    [
      { ...mail, user: 'u', passwordFile: 'f', passwordVariable: 'V' },
      'notices.mail.user: expected one of passwordFile and passwordVariable',
    ],
    [{ ...mail, passwordFile: 'f' }, 'notices.mail.user: expected the name that the password belongs to, found nothing'],
    [{ ...mail, user: 'u', passwordVariable: '$V' }, 'notices.mail.passwordVariable: expected the name of an environment variable'],
    [{ ...mail, user: 'u', password: 'correct horse' }, 'unknown key "password"'],
    [{ ...mail, language: 'nl' }, 'notices.mail.language: expected "en" or'],
  ] as const) {
    expect(() => read({ mail: wrong })).toThrow(message)
  }
})
