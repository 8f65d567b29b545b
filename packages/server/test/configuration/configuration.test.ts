import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { BASE31 } from '@countersign/protocol'
import { configure, type Environment, type Flags, readConfiguration } from '@countersign/server'
import { describe, expect, test } from 'vitest'
import { verifies } from '../../../../requirements/verifies.ts'
import { faultOf, ownDirectory, put } from '../directory.ts'

const NOTES = { resource: 'https://notes.example/mcp', name: 'Notes', scopes: { read: 'Read your notes' } }

/** A configuration file read as the server would, in a directory of its own. */
function readFile(content: string | object, flags: Flags = {}, environment: Environment = {}) {
  const file = put(ownDirectory(), 'server.json', content)
  return readConfiguration({ config: file, ...flags }, environment)
}

test('without anything, the server listens on loopback and keeps its things in the usual place', () => {
  const directory = ownDirectory()
  const configuration = readConfiguration({}, { XDG_DATA_HOME: directory, LOCALAPPDATA: directory })
  expect(configuration).toMatchObject({ listen: { host: '127.0.0.1', port: 8628 }, issuer: undefined, log: 'text', resources: [] })
  if (process.platform === 'linux') expect(configuration.dataDirectory).toBe(join(directory, 'countersign-server'))
})

test('flags win over the environment, the environment over the file, the file over defaults', () => {
  const file = { issuer: 'https://file.example', listen: '127.0.0.1:1', log: 'json' }
  const environment = { COUNTERSIGN_ISSUER: 'https://environment.example', COUNTERSIGN_LISTEN: '127.0.0.1:2' }
  const read = readFile(file, { issuer: 'https://flag.example' }, environment)
  expect(read.issuer).toBe('https://flag.example')
  expect(read.listen).toEqual({ host: '127.0.0.1', port: 2 })
  expect(read.log).toBe('json')
  expect(read.trustProxy).toEqual([])
})

test('an environment variable that is empty is none', () => {
  expect(readFile({ log: 'off' }, {}, { COUNTERSIGN_LOG: '', COUNTERSIGN_ISSUER: '' })).toMatchObject({ log: 'off', issuer: undefined })
})

test('every key of the file arrives', () => {
  const resources = [
    { ...NOTES, scopes: { read: 'Read', write: 'Write' }, defaultScope: 'read write', risky: 'write', accessTokens: 'opaque' },
  ]
  const read = readFile({
    issuer: 'https://auth.example/tenant',
    listen: '[::1]:0',
    dataDirectory: 'kept',
    masterKeyFile: '/run/secrets/master',
    resources,
    trustProxy: ['10.0.0.0/8'],
    settings: {
      codeLife: 120,
      pace: { interval: 2 },
      userCodeAlphabet: 'base31',
      approvalPolicy: 'enrolled',
      dpopNonce: 'always',
      otherCountry: 'refuse',
      perGrant: { device_code: { accessTokenLife: 300, refreshAbsolute: 86_400 }, client_credentials: { accessTokenLife: 60 } },
      codesPerMinute: 9,
      guessing: { perBrowser: 3 },
    },
    operator: { name: 'Example Ltd', contact: 'security@example' },
    theme: { accent: '#0b57d0', logo: 'logo.svg' },
    log: 'off',
  })
  expect(read.listen).toEqual({ host: '::1', port: 0 })
  expect(read.dataDirectory).toBe(join(resolve(read.file, '..'), 'kept'))
  expect(read.masterKeyFile).toBe('/run/secrets/master')
  expect(read.resources[0]).toMatchObject({ defaultScope: ['read', 'write'], risky: ['write'], accessTokens: 'opaque' })
  expect(read.settings).toMatchObject({
    codeLife: 120,
    pace: { interval: 2, longest: 60 },
    userCodeAlphabet: BASE31,
    approvalPolicy: 'enrolled',
    dpopNonce: 'always',
    otherCountry: 'refuse',
    perGrant: { device_code: { accessTokenLife: 300, refreshAbsolute: 86_400 }, client_credentials: { accessTokenLife: 60 } },
    codesPerMinute: 9,
    guessing: { perBrowser: 3, perAccount: 10 },
  })
  expect(read.operator).toEqual({ name: 'Example Ltd', contact: 'security@example' })
  expect(read.theme).toEqual({ accent: '#0b57d0', logo: join(resolve(read.file, '..'), 'logo.svg') })
})

test('the file in the directory itself is found', () => {
  const directory = ownDirectory()
  put(directory, 'countersign.json', { resources: [NOTES] })
  expect(readConfiguration({ data: directory }, {}).resources).toEqual([NOTES])
  expect(readConfiguration({}, { COUNTERSIGN_DATA: directory }).resources).toEqual([NOTES])
})

test('the file in the directory cannot point to another directory', () => {
  const directory = ownDirectory()
  mkdirSync(join(directory, 'other'))
  const file = put(directory, 'countersign.json', { dataDirectory: 'other' })
  expect(faultOf(() => readConfiguration({ data: directory }, {})).message).toBe(
    `${file}: dataDirectory: expected no other directory than the one this file was found in, found "${join(directory, 'other')}"`,
  )
})

describe('what is wrong in a file is told by the path of its key, what was expected and what was found', () => {
  const cases: readonly [title: string, content: object, message: string, hint?: string][] = [
    ['unknown key', { resouces: [] }, 'unknown key "resouces"', 'did you mean "resources"?'],
    ['a secret by value', { masterKey: 'x' }, 'unknown key "masterKey"', 'did you mean "masterKeyFile"?'],
    [
      'unknown key, far from all',
      { telemetry: 1 },
      'unknown key "telemetry"',
      'known keys: issuer, listen, dataDirectory, masterKeyFile, masterKeyCommand, masterKeyVariable, store, storePasswordFile, resources, trustProxy, settings, operator, theme, identityProviders, localAccounts, notices, placeDatabase, riskProfile, log, metrics, alerts, drain',
    ],
    ['unknown setting', { settings: { codelife: 1 } }, 'settings: unknown key "codelife"', 'did you mean "codeLife"?'],
    ['listen', { listen: 8628 }, 'listen: expected host:port, found 8628', 'like "127.0.0.1:8628" or "[::1]:8628"'],
    ['port', { listen: '127.0.0.1:65536' }, 'listen: expected host:port, found "127.0.0.1:65536"'],
    ['IPv6 without brackets', { listen: '::1:80' }, 'listen: expected host:port, found "::1:80"'],
    ['issuer', { issuer: 'auth.example' }, 'issuer: expected an https URL (http is for loopback addresses only), found "auth.example"'],
    [
      'query in the issuer',
      { issuer: 'https://a.example/?x' },
      'issuer: expected a URL without query, fragment and user name, found "https://a.example/?x"',
    ],
    ['resources', { resources: {} }, 'resources: expected an array, found an object'],
    [
      'resource',
      { resources: [{ ...NOTES, resource: 'notes' }] },
      'resources[0].resource: expected an absolute URI without a fragment, found "notes"',
    ],
    ['name', { resources: [{ ...NOTES, name: '' }] }, 'resources[0].name: expected a line of text, found ""'],
    [
      'missing scopes',
      { resources: [NOTES, { resource: 'urn:x', name: 'X' }] },
      'resources[1].scopes: expected an object with a sentence for each scope, found nothing',
    ],
    ['sentence', { resources: [{ ...NOTES, scopes: { read: true } }] }, 'resources[0].scopes["read"]: expected a line of text, found true'],
    ['scope', { resources: [{ ...NOTES, scopes: { 'a b': 'x' } }] }, 'resources[0].scopes: expected one scope, found "a b"'],
    [
      'default scope',
      { resources: [{ ...NOTES, defaultScope: 'read write' }] },
      'resources[0].defaultScope: expected scopes out of resources[0].scopes, found "write"',
    ],
    ['twice', { resources: [NOTES, NOTES] }, 'resources[1].resource: expected each resource once, found "https://notes.example/mcp"'],
    ['proxies', { trustProxy: [1] }, 'trustProxy[0]: expected a line of text, found 1'],
    ['length of time', { settings: { codeLife: '5m' } }, 'settings.codeLife: expected 60 to 1800 seconds, found "5m"'],
    [
      'a grant without refresh tokens',
      { settings: { perGrant: { client_credentials: { refreshIdle: 60 } } } },
      'settings.perGrant.client_credentials: unknown key "refreshIdle"',
    ],
    ['kind of grant', { settings: { perGrant: { device: {} } } }, 'settings.perGrant: unknown key "device"', 'did you mean "device_code"?'],
    [
      'life of a kind of grant',
      { settings: { perGrant: { device_code: { accessTokenLife: 7200 } } } },
      'settings.perGrant.device_code.accessTokenLife: expected 60 to 3600 seconds, found 7200',
    ],
    ['bounds', { settings: { pace: { interval: 0 } } }, 'settings.pace.interval: expected 1 to 60 seconds, found 0'],
    [
      'language',
      { settings: { defaultLanguage: 'nl' } },
      'settings.defaultLanguage: expected "en" or "ar" or "de" or "es" or "fr" or "ja" or "pt" or "zh", found "nl"',
    ],
    ['alphabet', { settings: { userCodeAlphabet: 'digits' } }, 'settings.userCodeAlphabet: expected "base20" or "base31", found "digits"'],
    [
      'policy',
      { settings: { approvalPolicy: 'closed' } },
      'settings.approvalPolicy: expected "open" or "same-network" or "enrolled", found "closed"',
    ],
    [
      'risky scope',
      { resources: [{ ...NOTES, risky: 'write', accessTokens: 'opaque' }] },
      'resources[0].risky: expected scopes out of resources[0].scopes, found "write"',
    ],
    ['operator', { operator: { contact: 'x' } }, 'operator.name: expected a line of text, found nothing'],
    [
      'colour that cannot be read',
      { theme: { accent: '#ffcc00' } },
      'theme.accent: text in "#ffcc00" on "#ffffff" has a contrast of 1.51 to 1, and people need 4.5 to 1 (WCAG 2.2, 1.4.3); choose a darker colour',
    ],
    ['colour', { theme: { nightAccent: 'red' } }, 'theme.nightAccent: expected a colour like "#1a5a46", found "red"'],
    ['font', { theme: { font: 'a;b' } }, 'theme.font: expected the name of one font family, found "a;b"'],
    ['logo', { theme: { logo: '' } }, 'theme.logo: expected a path, found ""'],
    ['theme', { theme: { acent: '#1a5a46' } }, 'theme: unknown key "acent"', 'did you mean "accent"?'],
    ['log', { log: 'verbose' }, 'log: expected "text" or "json" or "off", found "verbose"'],
    ['not an object', [], 'the whole: expected an object, found an array'],
  ]
  test.each(cases)('%s', (_, content, message, hint) => {
    const file = put(ownDirectory(), 'c.json', content)
    const fault = faultOf(() => readConfiguration({ config: file }, {}))
    expect(fault.message).toBe(`${file}: ${message}`)
    expect(fault.code).toBe('configuration_invalid')
    if (hint !== undefined) expect(fault.hint).toBe(hint)
  })
})

test.each([
  ['{\n  "log": hidden\n}', ' from line 2, column 10 on'],
  ["{ 'log': 1 }", ' from line 1, column 3 on'],
  ['{"log": "off"} x', ' from line 1, column 16 on'],
  ['{"log": [1,]}', ''],
  ['{"log": "off"', ''],
])('a file that is no JSON is told by line and column where they are known, and not repeated (%j)', (text, place) => {
  const file = put(ownDirectory(), 'c.json', text)
  expect(faultOf(() => readConfiguration({ config: file }, {})).message).toBe(`the configuration file "${file}" is no JSON${place}`)
})

test('a file that is named must exist', () => {
  expect(faultOf(() => readConfiguration({ config: '/nowhere/c.json' }, {})).message).toBe(
    'the configuration file "/nowhere/c.json" does not exist',
  )
})

test('a bad flag is a usage error under its own name, a bad variable is not', () => {
  expect(faultOf(() => readConfiguration({ listen: 'here' }, {}))).toMatchObject({
    code: 'usage',
    message: '--listen: expected host:port, found "here"',
  })
  expect(faultOf(() => readConfiguration({}, { COUNTERSIGN_LISTEN: 'here' }))).toMatchObject({
    code: 'configuration_invalid',
    message: 'COUNTERSIGN_LISTEN: expected host:port, found "here"',
  })
})

test('a key put where its path belongs is not repeated', () => {
  const key = 'q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA'
  const { message } = faultOf(() => readConfiguration({}, { COUNTERSIGN_MASTER_KEY_FILE: key }))
  expect(message).toContain('COUNTERSIGN_MASTER_KEY_FILE: expected the path of a file')
  expect(message).not.toContain(key.slice(0, 8))
})

verifies('oauth21-1.5-https-everywhere', 'an http issuer is refused, unless it is the machine itself', () => {
  for (const issuer of ['http://auth.example', 'http://10.0.0.1:8628', 'http://127.0.0.1.example']) {
    expect(faultOf(() => configure({ dataDirectory: '/x', issuer })).message).toBe(
      `issuer: expected an https URL (http is for loopback addresses only), found "${issuer}"`,
    )
  }
  expect(configure({ dataDirectory: '/x', issuer: 'http://127.0.0.1:8628' }).issuer).toBe('http://127.0.0.1:8628')
})

verifies('oauth21-1.5-https-everywhere', 'where other machines can connect, the issuer must be https', () => {
  for (const host of ['0.0.0.0', '::', '192.0.2.7', 'auth.example']) {
    for (const given of [{}, { issuer: 'http://127.0.0.1:8628' }]) {
      const { code, message } = faultOf(() => configure({ dataDirectory: '/x', listen: { host, port: 8628 }, ...given }))
      expect(code).toBe('configuration_invalid')
      expect(message).toContain(`issuer: expected an https URL, because the server listens on ${host}, which other machines can reach`)
    }
  }
  const listen = { host: '0.0.0.0', port: 8628 }
  expect(configure({ dataDirectory: '/x', listen, issuer: 'https://auth.example' }).listen).toEqual(listen)
})

test('offline_access is refused as a scope of a resource, because it would be asked for in challenges', () => {
  const file = put(ownDirectory(), 'c.json', { resources: [{ ...NOTES, scopes: { offline_access: 'Stay signed in' } }] })
  expect(faultOf(() => readConfiguration({ config: file }, {}))).toMatchObject({
    message: `${file}: resources[0].scopes: expected scopes of the resource, found "offline_access"`,
    hint: 'refresh tokens need no scope here: remove it',
  })
})
