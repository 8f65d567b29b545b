/** Notices by mail, with the programs as they are: the server in a process of its own, and a mail server that wants TLS and a password. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openScriptlessBrowser, overHttp } from '../../../examples/first-login/src/scriptless-browser.ts'
import { certificateFor } from '../../client/test/support/certificate.ts'
import { bodyOf, openMailbox, type Received } from '../../server/test/notices/mailbox.ts'
import { ownDirectory, PATIENCE, serve } from './command.ts'
import { operatorOf } from './former-house.ts'

test('an approval is mailed over STARTTLS, by a user whose password is in the environment', PATIENCE, async () => {
  const directory = ownDirectory()
  const own = certificateFor('localhost', new Date(Date.now() - 86_400_000), 30)
  const authority = join(directory, 'ca.pem')
  writeFileSync(authority, own.cert)
  const mailbox = await openMailbox({
    ...own,
    authOptional: false,
    disabledCommands: [],
    onAuth: ({ username, password }, _, done) =>
      username === 'countersign' && password === 'a secret of mail' ? done(null, { user: username }) : done(new Error('no')),
  })
  const mail = {
    host: 'localhost',
    port: mailbox.port,
    user: 'countersign',
    passwordVariable: 'MAIL_PASSWORD',
    from: 'no-reply@auth.example',
  }
  writeFileSync(join(directory, 'countersign.json'), JSON.stringify({ notices: { mail }, settings: { defaultLanguage: 'fr' } }))
  const environment = { MAIL_PASSWORD: 'a secret of mail', NODE_EXTRA_CA_CERTS: authority }
  const server = await serve(['--data', directory], { environment })
  const admin = operatorOf(directory)
  await admin(['user', 'add', 'ada', '--password-stdin', '--mail', 'ada@mail.example'], 'correct horse\n')

  const form = new URLSearchParams({ client_id: 'countersign-cli', device_name: 'build-7' })
  const opened = (await (await fetch(`${server.url}/device_authorization`, { method: 'POST', body: form })).json()) as { user_code: string }
  const browser = openScriptlessBrowser(server.url, overHttp(server.url))
  await browser.signIn('ada', 'correct horse')
  await browser.approve(await browser.enter(opened.user_code))
  const [received] = (await mailbox.arrived(1)) as [Received]
  expect(received).toMatchObject({ to: ['ada@mail.example'], from: 'no-reply@auth.example', user: 'countersign', secure: true })
  expect(bodyOf(received)).toContain('Un appareil a été approuvé sur ')
  const { code, stderr } = await server.stop('SIGTERM')
  expect(code).toBe(0)
  expect(stderr).not.toMatch(/notice\.failed|a secret of mail/)
})
