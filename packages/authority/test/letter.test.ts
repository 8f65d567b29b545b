import { LANGUAGES, type Notice, noticeLetter } from '@countersign/authority'
import { expect, test } from 'vitest'
import { messagesIn } from '../src/pages/index.ts'
import { NOTES, resources } from './house.ts'

const notice: Notice = {
  type: 'device.approved',
  subject: 'subject-1',
  name: 'Ada',
  clientId: 'countersign-cli',
  clientName: 'Countersign CLI',
  deviceName: 'build-7',
  scope: ['notes:read', 'notes:share'],
  resources: [NOTES, 'urn:other'],
  askedFrom: { address: '203.0.113.7', userAgent: 'countersign/0.1.0', place: { country: 'FR', city: 'Reims' } },
  approvedFrom: { address: '2001:db8::9', userAgent: 'Lynx/2.9' },
  approvedAt: 1_800_000_000_000,
  devicesUrl: 'https://auth.example/devices',
}
const operator = { name: 'Northgate', contact: 'security, extension 7' }

test('a letter tells who, what, where, from where and when, and what to do if it was somebody else', () => {
  const style = { dateStyle: 'full', timeStyle: 'long', timeZone: 'UTC' } as const
  const when = new Intl.DateTimeFormat('en', style).format(notice.approvedAt)
  expect(when).toMatch(/^Friday, January 15, 2027.* 8:00:00\sAM UTC$/)
  expect(noticeLetter(notice, { language: 'en', resources, operator })).toEqual({
    subject: 'auth.example: a device can now act as you',
    text: `A device was approved at auth.example and can now act as Ada.

Client
  Calls itself Countersign CLI
  (not verified)
  registered as countersign-cli
Device
  Says it is build-7
  (not verified)
May
  Read your notes
  notes[:]share
Where
  Notes
  urn[:]other
Asked from
  203.0.113.7
  probably in Reims, France
  says it uses countersign/0.1.0
Approved
  ${when}
  in a browser at 2001:db8::9
  says it uses Lynx/2.9

If you approved this yourself, there is nothing to do.

If you did not, revoke it now. Here you see everything that can act as you:
https://auth.example/devices

And report it: security, extension 7

Do not answer this message, and never tell anyone a code, a number or a password.
`,
  })
})

test('a program that sent the browser is called so, and what is not known is not made up', () => {
  const bare = {
    ...notice,
    type: 'authorization.approved',
    deviceName: undefined,
    askedFrom: undefined,
    clientName: '',
    scope: [],
    resources: [],
  } as const
  const { subject, text } = noticeLetter(bare, { language: 'en' })
  expect(subject).toBe('auth.example: a program can now act as you')
  expect(text).toContain('A program was approved at auth.example and can now act as Ada.')
  expect(text).toContain('Client\n  a client without a name\n')
  expect(text).toContain('May\n  Nothing in particular\nWhere\n  No particular server\nApproved\n')
  expect(text).not.toMatch(/Device|Asked from|report/)
  const silent = noticeLetter({ ...notice, deviceName: undefined }, { language: 'en' }).text
  expect(silent).toContain('Device\n  Did not say what it is\nMay\n')
})

test('what strangers call themselves stays on its line, turns nothing around, and is a link for no mail program', () => {
  const evil = 'A\r\nBcc: eve@evil.example\n\nhttps://evil.example/fix\u202e www.evil。example tel:555 mailto:e@v.il'
  const hostile: Notice = {
    ...notice,
    name: evil,
    clientId: 'https://evil.example/client.json',
    clientName: evil,
    deviceName: evil,
    askedFrom: { address: 'evil.example', userAgent: evil, place: { country: 'FR', city: evil } },
    approvedFrom: { address: '203.0.113.9', userAgent: evil },
  }
  for (const language of LANGUAGES) {
    const { subject, text } = noticeLetter(hostile, { language, resources, operator })
    const lines = noticeLetter(notice, { language, resources, operator }).text.split('\n').length
    expect(subject, language).not.toMatch(/evil|[\r\n]/)
    expect(text.split('\n'), language).toHaveLength(lines)
    expect(text).not.toMatch(/^bcc/im)
    expect(text).not.toMatch(/evil[.。]example|https:(?!\/\/auth\.example\/devices\n)|mailto:|tel:|\w@\w|[\u202a-\u202e\u2066-\u2069]/)
    expect(text).toContain('https://auth.example/devices\n')
  }
})

test('every language has a letter of its own, with the time in numbers anybody can read', () => {
  const letters = LANGUAGES.map((language) => noticeLetter(notice, { language, resources, operator }))
  expect(new Set(letters.map(({ subject }) => subject)).size).toBe(LANGUAGES.length)
  for (const [index, { text }] of letters.entries()) {
    const words = messagesIn(LANGUAGES[index] ?? 'en')
    expect(text).toContain(`${words.notice.notYou}\nhttps://auth.example/devices\n`)
    expect(text).toContain(`${words.decide.client}\n`)
    expect(text).toMatch(/2027/)
  }
})

const added: Notice = {
  type: 'account.passkey_added',
  subject: 'subject-1',
  name: 'Ada',
  passkeyName: 'evil.example',
  changedFrom: { address: '203.0.113.9', userAgent: 'Lynx/2.9', place: { country: 'JP' } },
  changedAt: 1_800_000_000_000,
  passkeysUrl: 'https://auth.example/passkeys',
}

test('a passkey that was added is told with its name, from where and when, and with the place to remove it', () => {
  const style = { dateStyle: 'full', timeStyle: 'long', timeZone: 'UTC' } as const
  expect(noticeLetter(added, { language: 'en', operator })).toEqual({
    subject: 'auth.example: a passkey of yours was added',
    text: `A passkey was added at auth.example that signs people in as Ada.

Passkey
  evil[.]example
Added
  ${new Intl.DateTimeFormat('en', style).format(added.changedAt)}
  in a browser at 203.0.113.9
  probably in Japan
  says it uses Lynx/2.9

If that was you, there is nothing to do.

If it was not, somebody else has got into your account. Remove what is not yours here, and tell whoever runs the server:
https://auth.example/passkeys

And report it: security, extension 7

Do not answer this message, and never tell anyone a code, a number or a password.
`,
  })
})

test('in every language a passkey that was removed is told otherwise than one that was added, and one without a name has words for it', () => {
  for (const language of LANGUAGES) {
    const removed = noticeLetter({ ...added, type: 'account.passkey_removed', passkeyName: '' }, { language })
    const { notice: words, passkeys } = messagesIn(language)
    expect(removed.subject, language).toBe([words.subject.passkey_removed('auth.example')].flat().map(String).join(''))
    expect(removed.subject).not.toBe(noticeLetter(added, { language }).subject)
    expect(removed.text).toContain(`${words.passkey}\n  ${passkeys.unnamed}\n${passkeys.removed}\n`)
    expect(removed.text).toContain(`${words.notYouPasskey}\nhttps://auth.example/passkeys\n`)
  }
})
