/** A program that registers itself, and manages what it registered. */
import { DEVICE_CODE } from '@countersign/protocol'
import { type House, ISSUER } from './house.ts'

/** What a program for devices registers. */
export const DEVICE_METADATA = {
  client_name: 'Field App',
  grant_types: [DEVICE_CODE, 'refresh_token'],
  response_types: [],
  token_endpoint_auth_method: 'none',
} as const

export interface Asking {
  readonly token?: string
  readonly address?: string
  readonly contentType?: string
}

export type Answer = {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly json: Record<string, unknown>
}

/** One request to the registration endpoint; `path` may be the whole client configuration URL. */
export async function askRegistration(
  house: House,
  method: string,
  body: unknown,
  asking: Asking = {},
  path = '/register',
): Promise<Answer> {
  const { token, address = '203.0.113.7', contentType = 'application/json' } = asking
  const reply = await house.send(method, path.replace(ISSUER, ''), {
    body: body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body),
    headers: { 'content-type': contentType, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
    remoteAddress: address,
  })
  return {
    status: reply.status,
    headers: reply.headers,
    json: reply.body === '' ? {} : (JSON.parse(reply.body) as Record<string, unknown>),
  }
}

/** A registered client and the requests that manage it. */
export async function registerClient(house: House, metadata: object = DEVICE_METADATA, asking: Asking = {}) {
  const { json, status } = await askRegistration(house, 'POST', metadata, asking)
  if (status !== 201) throw new Error(`the registration was answered with ${status}: ${JSON.stringify(json)}`)
  const path = String(json['registration_client_uri'])
  const token = String(json['registration_access_token'])
  const manage = (method: string, body?: unknown, more: Asking = {}) => askRegistration(house, method, body, { token, ...more }, path)
  return { id: String(json['client_id']), secret: json['client_secret'], token, path, registered: json, manage }
}
