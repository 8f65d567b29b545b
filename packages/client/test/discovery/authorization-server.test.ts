import { deviceEndpoints } from '@countersign/client'
import { expect, test } from 'vitest'
import { verifies } from '../../../../requirements/verifies.ts'
import { DEVICE, metadata, TOKEN } from '../support/authority.ts'

verifies('rfc8414-device-endpoint-same-document', 'both endpoints come from the one document, or neither does', () => {
  expect(deviceEndpoints(metadata())).toEqual({ deviceAuthorization: DEVICE, token: TOKEN })
  const lacking = [
    { device_authorization_endpoint: undefined },
    { device_authorization_endpoint: '' },
    { device_authorization_endpoint: 7 },
    { token_endpoint: undefined },
    { grant_types_supported: [] },
    { grant_types_supported: ['authorization_code', 'refresh_token'] },
    { grant_types_supported: 'urn:ietf:params:oauth:grant-type:device_code' },
  ]
  for (const more of lacking) {
    expect(() => deviceEndpoints(metadata(more))).toThrow(expect.objectContaining({ code: 'device_grant_not_supported' }))
  }
})

test('a server that publishes the endpoint and no list of grants is believed', () => {
  expect(deviceEndpoints(metadata({ grant_types_supported: undefined })).deviceAuthorization).toBe(DEVICE)
})
