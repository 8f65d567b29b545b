/** An authorization server of a few lines, which says what a test wants it to say. */
import type { Discovery } from '@countersign/client'
import { DEVICE_CODE } from '@countersign/protocol'
import { json, type Network, oauthError, routes } from './stage.ts'

export const ISSUER = 'https://as.example'
export const DEVICE = `${ISSUER}/device_authorization`
export const TOKEN = `${ISSUER}/token`
export const REVOKE = `${ISSUER}/revoke`
export const USERINFO = `${ISSUER}/userinfo`
export const RESOURCE = 'https://mcp.example/mcp'

export function metadata(more: Record<string, unknown> = {}, issuer = ISSUER): Discovery['metadata'] {
  return {
    issuer,
    token_endpoint: `${issuer}/token`,
    device_authorization_endpoint: `${issuer}/device_authorization`,
    revocation_endpoint: `${issuer}/revoke`,
    userinfo_endpoint: `${issuer}/userinfo`,
    grant_types_supported: [DEVICE_CODE, 'refresh_token'],
    dpop_signing_alg_values_supported: ['ES256'],
    ...more,
  }
}

export function place(more: Partial<Discovery> = {}): Discovery {
  return { resource: RESOURCE, scope: ['read'], issuer: ISSUER, metadata: metadata(), bindingRequired: false, ...more }
}

export const deviceAnswer = {
  device_code: 'device-code-secret-GmRhmhcxhwAzkoEqiMEg',
  user_code: 'WDJB-MJHT',
  verification_uri: `${ISSUER}/device`,
  verification_uri_complete: `${ISSUER}/device?user_code=WDJB-MJHT`,
  expires_in: 300,
  interval: 5,
}

export const tokenAnswer = {
  access_token: 'access-token-secret-2YotnFZFEjr1zCsicMWpAA',
  token_type: 'DPoP',
  expires_in: 900,
  refresh_token: 'refresh-token-secret-tGzv3JOkF0XG5Qx2TlKWIA',
  scope: 'read',
}

export const pending = () => oauthError('authorization_pending')
export const tokens = (more: Record<string, unknown> = {}) => json({ ...tokenAnswer, ...more })

/** Answers of the token endpoint in order; the last one repeats. */
export function authority(answers: readonly (() => Response | Promise<Response>)[], device: Record<string, unknown> = {}): Network {
  const left = [...answers]
  return routes({
    [DEVICE]: () => json({ ...deviceAnswer, ...device }),
    [TOKEN]: () => {
      const answer = left.length > 1 ? left.shift() : left[0]
      if (answer === undefined) throw new Error('no answer is left')
      return answer()
    },
    [REVOKE]: new Response(null, { status: 200 }),
  })
}

/** The error a promise rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise
  } catch (error) {
    if (error instanceof Error) return error
  }
  throw new Error('it was expected to reject with an error')
}
