import { addClient } from '@countersign/authority'
import { decodeJwt } from '@countersign/proof'
import { CLIENT_CREDENTIALS } from '@countersign/protocol'
import { expect } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'
import { CLIENT, NOTES, openHouse } from './house.ts'

verifies(
  ['rfc9700-2.6-client-id-namespace', 'rfc9068-2.2-required-claims'],
  'a program that acts for itself gets a token that cannot be taken for a person, and no refresh token',
  async () => {
    const house = await openHouse()
    const grantTypes = [CLIENT_CREDENTIALS]
    const { secret } = await addClient(house, { id: house.subject, name: 'Job', confidential: true, grantTypes, scopes: ['notes:read'] })
    const credentials = { grant_type: CLIENT_CREDENTIALS, client_id: house.subject, client_secret: String(secret) }
    const { status, json } = await house.post('/token', credentials)
    expect(status).toBe(200)
    expect(json).toEqual({ access_token: expect.any(String), token_type: 'Bearer', expires_in: 900, scope: 'notes:read' })
    const claims = decodeJwt(String(json['access_token']))?.claims
    expect(claims).toMatchObject({ sub: `client:${house.subject}`, client_id: house.subject, aud: NOTES, scope: 'notes:read' })
    for (const claim of ['iss', 'exp', 'iat', 'jti']) expect(claims).toHaveProperty(claim)
    expect((await house.post('/token', { ...credentials, scope: 'notes:write' })).json['error']).toBe('invalid_scope')
  },
)

verifies(
  ['rfc6749-5.2-unauthorized-client', 'rfc9700-2.4-no-ropc'],
  'the grant is for confidential clients that are registered for it',
  async () => {
    const house = await openHouse()
    expect((await house.post('/token', { grant_type: CLIENT_CREDENTIALS, client_id: CLIENT })).json['error']).toBe('unauthorized_client')
    await addClient(house, { id: 'public', name: 'Public', grantTypes: [CLIENT_CREDENTIALS] })
    expect((await house.post('/token', { grant_type: CLIENT_CREDENTIALS, client_id: 'public' })).json['error']).toBe('unauthorized_client')
    for (const grant of ['password', 'implicit', 'urn:made:up']) {
      expect((await house.post('/token', { grant_type: grant, client_id: CLIENT })).json['error']).toBe('unsupported_grant_type')
    }
  },
)
