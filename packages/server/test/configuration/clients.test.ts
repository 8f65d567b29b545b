/** How clients that no operator registers are let in, as the configuration file says it. */
import { expect, test } from 'vitest'
import { verifies } from '../../../../requirements/verifies.ts'
import { resources } from '../../src/configuration/resources.ts'
import { settings } from '../../src/configuration/settings.ts'

test('documents of nobody, of everybody, or of some hosts', () => {
  for (const clientDocuments of ['off', 'any', [], ['app.example', 'app.example:8443', '[2001:db8::1]']]) {
    expect(settings({ clientDocuments }, 'settings')).toEqual({ clientDocuments })
  }
  for (const [clientDocuments, fault] of [
    ['app.example', 'settings.clientDocuments: expected "off" or "any" or an array of hosts, found "app.example"'],
    [true, 'settings.clientDocuments: expected "off" or "any" or an array of hosts, found true'],
    [['https://app.example'], 'settings.clientDocuments[0]: expected a host in lower case'],
    [['app.example', 'App.example'], 'settings.clientDocuments[1]: expected a host in lower case'],
    [['*.example'], 'settings.clientDocuments[0]: expected a host in lower case'],
    [['app.example:443'], 'settings.clientDocuments[0]: expected a host in lower case'],
    [['app.example/client'], 'settings.clientDocuments[0]: expected a host in lower case'],
    [[7], 'settings.clientDocuments[0]: expected a line of text, found 7'],
  ] as const) {
    expect(() => settings({ clientDocuments }, 'settings'), fault).toThrow(fault)
  }
})

test('registration is off, by token or open, and has a pace', () => {
  for (const registration of ['off', 'initial-access-token', 'open']) {
    expect(settings({ registration, registrationsPerHour: 5 }, 'settings')).toEqual({ registration, registrationsPerHour: 5 })
  }
  expect(() => settings({ registration: true }, 'settings')).toThrow(
    'settings.registration: expected "off" or "initial-access-token" or "open"',
  )
  expect(() => settings({ registrationsPerHour: 0 }, 'settings')).toThrow(
    'settings.registrationsPerHour: expected 1 to 10000 registrations an hour',
  )
})

verifies('rfc9068-5-distinct-aud-sub', 'no two resources share an identifier', () => {
  const notes = { resource: 'https://notes.example/mcp', name: 'Notes', scopes: { read: 'Read' } }
  const mail = { ...notes, resource: 'https://mail.example/mcp' }
  expect(resources([notes, mail], 'resources')).toHaveLength(2)
  expect(() => resources([notes, mail, { ...notes, name: 'Other' }], 'resources')).toThrow(
    'resources[2].resource: expected each resource once',
  )
})
