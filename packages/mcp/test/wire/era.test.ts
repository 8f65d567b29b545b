import { expect, test } from 'vitest'
import { canElicit, legacyIdentity, legacyVersion, META, modernIdentity, withEnvelope, withoutEnvelope } from '../../src/wire/era.ts'

const host = { era: 'modern', version: '2026-07-28', clientInfo: { name: 'h' }, capabilities: { elicitation: {} } } as const

test('the envelope goes on and comes off; what else is in _meta stays', () => {
  const params = { name: 'add', _meta: { progressToken: 1 } }
  const wrapped = withEnvelope(params, host, 'debug')
  expect(modernIdentity(wrapped)).toEqual(host)
  expect(wrapped['_meta']).toMatchObject({ progressToken: 1, [META.logLevel]: 'debug' })
  expect(withoutEnvelope(wrapped)).toEqual(params)
  expect(withoutEnvelope(withEnvelope({ name: 'add' }, host))).toEqual({ name: 'add' })
})

test('a request without a version in _meta is of the legacy era, whatever else is there', () => {
  expect(modernIdentity({})).toBeUndefined()
  expect(modernIdentity({ _meta: null })).toBeUndefined()
  expect(modernIdentity({ _meta: { [META.version]: 1, [META.clientInfo]: {} } })).toBeUndefined()
})

test('a sender that says nothing useful of itself is one that can do nothing', () => {
  expect(modernIdentity({ _meta: { [META.version]: '2026-07-28', [META.clientInfo]: 'x', [META.clientCapabilities]: [] } })).toEqual({
    era: 'modern',
    version: '2026-07-28',
    clientInfo: undefined,
    capabilities: {},
  })
  expect(legacyIdentity({ protocolVersion: 1, clientInfo: [], capabilities: 'all' })).toEqual({
    era: 'legacy',
    version: '2025-11-25',
    clientInfo: undefined,
    capabilities: {},
  })
})

test('a known version is answered with itself, an unknown one with the newest of its era', () => {
  expect(['2024-11-05', '2025-06-18', '1999-01-01'].map(legacyVersion)).toEqual(['2024-11-05', '2025-06-18', '2025-11-25'])
})

test.each([
  [undefined, false, false],
  [{}, false, true],
  [{ form: {} }, false, true],
  [{ url: {} }, true, false],
  [{ url: {}, form: {} }, true, true],
  [[], false, false],
  ['form', false, false],
])('elicitation %j: url %s, form %s', (elicitation, url, form) => {
  const capabilities = elicitation === undefined ? {} : { elicitation }
  expect([canElicit(capabilities, 'url'), canElicit(capabilities, 'form')]).toEqual([url, form])
})
