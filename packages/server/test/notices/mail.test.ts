import { type Notice, noticeLetter } from '@countersign/authority'
import { nodeSuite } from '@countersign/node'
import { expect, onTestFinished, test } from 'vitest'
import { certificateFor } from '../../../client/test/support/certificate.ts'
import type { MailServer } from '../../src/configuration/mail-server.ts'
import type { NoticeFailure } from '../../src/notices/delivery.ts'
import { openMail } from '../../src/notices/mail.ts'
import { bodyOf, headerOf, openMailbox, type Received } from './mailbox.ts'

const notice: Notice = {
  type: 'device.approved',
  subject: 'subject-1',
  name: 'Ada',
  clientId: 'countersign-cli',
  clientName: 'Countersign CLI',
  deviceName: 'build-7',
  scope: ['notes:read'],
  resources: ['https://notes.example/mcp'],
  askedFrom: { address: '203.0.113.7', userAgent: 'countersign/0.1.0' },
  approvedFrom: { address: '203.0.113.9', userAgent: 'Firefox' },
  approvedAt: 1_800_000_000_000,
  devicesUrl: 'https://auth.example/devices',
}

interface Given {
  readonly server?: Partial<MailServer>
  readonly password?: string
  readonly address?: string | undefined
}

/** A sender to a mail server on this machine; waits between attempts are over when `wake` is called. */
function openSender(port: number, { server = {}, password, ...more }: Given = {}) {
  const failures: NoticeFailure[] = []
  const pauses: number[] = []
  let wake: () => void = () => undefined
  let told: () => void = () => undefined
  const sender = openMail({ host: '127.0.0.1', port, security: 'none', from: 'no-reply@auth.example', ...server }, password, {
    suite: nodeSuite(),
    senderName: 'Northgate "Guards", Ltd',
    addressOf: async () => ('address' in more ? more.address : 'ada@mail.example'),
    write: (given) => noticeLetter(given, { language: 'en' }),
    failed: (failure) => {
      failures.push(failure)
      told()
    },
    sleep: (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        pauses.push(milliseconds)
        wake = resolve
        signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
        told()
      }),
  })
  onTestFinished(() => sender.close())
  const next = () => new Promise<void>((resolve) => (told = resolve))
  return { ...sender, failures, pauses, next, wake: () => wake() }
}

test('a notice is one plain text mail to the address of its subject, from us, that no robot answers', async () => {
  const mailbox = await openMailbox()
  const { notify, failures } = openSender(mailbox.port)
  expect(notify(notice)).toBeUndefined()
  const [mail] = (await mailbox.arrived(1)) as [Received]
  expect([mail.from, mail.to]).toEqual(['no-reply@auth.example', ['ada@mail.example']])
  expect(headerOf(mail, 'from')).toBe('"Northgate \\"Guards\\", Ltd" <no-reply@auth.example>')
  expect(headerOf(mail, 'to')).toBe('ada@mail.example')
  expect(headerOf(mail, 'subject')).toBe('auth.example: a device can now act as you')
  expect(headerOf(mail, 'date')).toBe('Fri, 15 Jan 2027 08:00:00 +0000')
  expect(headerOf(mail, 'auto-submitted')).toBe('auto-generated')
  expect(headerOf(mail, 'content-type')).toBe('text/plain; charset=utf-8')
  expect(headerOf(mail, 'message-id')).toMatch(/^<[\w-]{22}@auth\.example>$/)
  expect(bodyOf(mail).replaceAll('\r\n', '\n')).toContain('\n  Calls itself Countersign CLI\n')
  expect(bodyOf(mail)).toContain('https://auth.example/devices')
  expect(failures).toEqual([])
})

test('a passkey that was removed is a mail of that moment', async () => {
  const mailbox = await openMailbox()
  const { notify } = openSender(mailbox.port)
  notify({
    type: 'account.passkey_removed',
    subject: 'subject-1',
    name: 'Ada',
    passkeyName: 'laptop',
    changedFrom: { address: '203.0.113.9', userAgent: 'Firefox' },
    changedAt: 1_800_000_060_000,
    passkeysUrl: 'https://auth.example/passkeys',
  })
  const [mail] = (await mailbox.arrived(1)) as [Received]
  expect(headerOf(mail, 'subject')).toBe('auth.example: a passkey of yours was removed')
  expect(headerOf(mail, 'date')).toBe('Fri, 15 Jan 2027 08:01:00 +0000')
  expect(bodyOf(mail)).toContain('https://auth.example/passkeys')
})

test('names full of line breaks and headers add neither a header nor a recipient', async () => {
  const mailbox = await openMailbox()
  const { notify } = openSender(mailbox.port)
  const evil = 'x\r\nBcc: eve@evil.example\r\nSubject: Act now\r\n\r\n.\r\nRCPT TO:<eve@evil.example>\r\n'
  notify({ ...notice, name: evil, clientId: evil, clientName: evil, deviceName: evil, approvedFrom: { address: evil, userAgent: evil } })
  const [mail] = (await mailbox.arrived(1)) as [Received]
  expect(mail.to).toEqual(['ada@mail.example'])
  expect(headerOf(mail, 'subject')).toBe('auth.example: a device can now act as you')
  expect(headerOf(mail, 'bcc')).toBeUndefined()
  expect(mail.raw.slice(0, mail.raw.indexOf('\r\n\r\n'))).not.toContain('evil')
  expect(mailbox.received).toHaveLength(1)
})

test('who has no address is not written to, and that is no failure', async () => {
  const mailbox = await openMailbox()
  const { notify, close, failures } = openSender(mailbox.port, { address: undefined })
  notify(notice)
  await close()
  expect([mailbox.connections(), failures]).toEqual([0, []])
})

test('a mail server that is busy or away is tried again under the same message id, one that refuses is not', async () => {
  let answers = [451, 250]
  const refuse = (code: number) => Object.assign(new Error('try later, says ada@mail.example'), { responseCode: code })
  const mailbox = await openMailbox({
    onRcptTo: (_, __, done) => {
      const code = answers.shift() ?? 250
      done(code === 250 ? null : refuse(code))
    },
  })
  const { notify, failures, pauses, next, wake } = openSender(mailbox.port)
  let waits = next()
  notify(notice)
  await waits
  expect(pauses).toEqual([2_000])
  wake()
  await mailbox.arrived(1)
  expect(failures).toEqual([])
  answers = [550]
  waits = next()
  notify(notice)
  await waits
  expect(failures).toEqual([{ via: 'mail', attempts: 1, status: 550, lost: 1, cause: 'EENVELOPE' }])
})

test('a message keeps its id from attempt to attempt', async () => {
  const ids: (string | undefined)[] = []
  let both: () => void = () => undefined
  const twice = new Promise<void>((resolve) => (both = resolve))
  const mailbox = await openMailbox({
    onData: (stream, _, done) => {
      let raw = ''
      stream.on('data', (chunk: Buffer) => void (raw += chunk.toString()))
      stream.on('end', () => {
        ids.push(/^message-id: (.*)$/im.exec(raw)?.[1]?.trim())
        if (ids.length === 2) both()
        done(ids.length === 1 ? Object.assign(new Error('not now'), { responseCode: 452 }) : null)
      })
    },
  })
  const { notify, next, wake } = openSender(mailbox.port)
  const waits = next()
  notify(notice)
  await waits
  wake()
  await twice
  expect(ids[0]).toMatch(/@auth\.example>$/)
  expect(ids[1]).toBe(ids[0])
})

test('where nobody answers it is tried later; what goes wrong is told without what the server said', async () => {
  const away = await openMailbox()
  await away.close()
  const nobody = openSender(away.port)
  const waits = nobody.next()
  nobody.notify(notice)
  await waits
  expect(nobody.pauses).toEqual([2_000])
  await nobody.close()
  expect(nobody.failures).toMatchObject([{ attempts: 1, status: undefined, lost: 1 }])
  expect(String(nobody.failures[0]?.cause)).toContain('ECONNREFUSED')
})

test('a wrong password is final, and neither it nor the answer is told', async () => {
  const password = 'a secret nobody prints'
  const onAuth = (_: unknown, __: unknown, done: (error: Error) => void) =>
    done(Object.assign(new Error(`no such password: ${password}`), { responseCode: 535 }))
  const mailbox = await openMailbox({ authOptional: false, allowInsecureAuth: true, onAuth })
  const { notify, failures, next } = openSender(mailbox.port, { server: { user: 'countersign' }, password })
  const told = next()
  notify(notice)
  await told
  expect(failures).toEqual([{ via: 'mail', attempts: 1, status: 535, lost: 1, cause: 'EAUTH' }])
})

test("where TLS is demanded and not offered, or the certificate is nobody's, nothing is sent", async () => {
  const own = certificateFor('127.0.0.1', new Date(Date.now() - 86_400_000), 30)
  const named = { server: { security: 'starttls', user: 'u' }, password: 'p' } as const
  const nameless = { server: { security: 'starttls' } } as const
  for (const [options, given] of [{}, { disabledCommands: [], ...own }].flatMap((each) => [
    [each, named] as const,
    [each, nameless] as const,
  ])) {
    const mailbox = await openMailbox(options)
    const { notify, close, failures, next } = openSender(mailbox.port, given)
    const waits = next()
    notify(notice)
    await waits
    await close()
    expect(mailbox.received).toEqual([])
    expect(failures).toMatchObject([{ attempts: 1, lost: 1 }])
  }
})

test('a mail server that stalls holds up neither who approves nor the end of the server', async () => {
  const mailbox = await openMailbox({ onMailFrom: () => undefined })
  const { notify, close, failures, next, wake } = openSender(mailbox.port)
  notify(notice)
  const moment = next()
  const closed = close()
  await moment
  wake()
  await closed
  expect(failures).toMatchObject([{ attempts: 1, status: undefined, lost: 1 }])
})
