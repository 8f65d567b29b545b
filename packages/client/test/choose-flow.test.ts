import { chooseFlow, type Surroundings } from '@countersign/client'
import { DEVICE_CODE } from '@countersign/protocol'
import { expect, test } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'
import { ISSUER, metadata, place } from './support/authority.ts'

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
const code = { authorization_endpoint: `${ISSUER}/authorize`, code_challenge_methods_supported: ['S256'] }
const here: Surroundings = { browser: false, person: true, authenticated: false, workload: false }
const choose = (offers: Record<string, unknown>, more: Partial<Surroundings> = {}) =>
  chooseFlow(place({ metadata: metadata(offers) }), { ...here, ...more })
const noDevice = { device_authorization_endpoint: undefined }

verifies(
  'rfc10027-5-not-same-device',
  'with a browser on this machine the code is not carried across devices, if the server lets it',
  () => {
    expect(choose(code, { browser: true })).toBe('browser')
    expect(choose(code)).toBe('device')
    expect(choose({}, { browser: true })).toBe('device')
    expect(choose({ ...code, code_challenge_methods_supported: undefined }, { browser: true })).toBe('device')
    expect(choose(code, { browser: true, grantTypes: [DEVICE_CODE] })).toBe('device')
  },
)

test('without the device grant and without a browser the person carries the address back', () => {
  expect(choose({ ...code, ...noDevice })).toBe('paste')
  expect(choose(code, { grantTypes: ['authorization_code'] })).toBe('paste')
  expect(() => choose(noDevice)).toThrow(expect.objectContaining({ code: 'device_grant_not_supported' }))
})

test('where nobody can approve, what the platform says counts first, then what the client knows; a person always wins', () => {
  const nobody = { person: false }
  expect(choose({ grant_types_supported: [DEVICE_CODE, JWT_BEARER] }, { ...nobody, workload: true, authenticated: true })).toBe('workload')
  expect(choose({}, { ...nobody, workload: true, authenticated: true })).toBe('client-credentials')
  expect(choose({}, { ...nobody, workload: true })).toBe('device')
  expect(choose({}, { workload: true, authenticated: true })).toBe('device')
})
