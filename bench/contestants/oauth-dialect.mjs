// @ts-check
/** The dialect of the standards: RFC 8628, RFC 6749, RFC 7662, RFC 8707. Contestants that keep to them differ in paths and names. */
import { basic, post } from '../load/request.mjs'

/** @typedef {import('./contestant.mjs').Dialect} Dialect @typedef {import('./contestant.mjs').TokenFormat} TokenFormat */

export const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code'
export const SCOPE = 'tools:read'
/** What tokens are for: one resource takes JWTs, the other asks by introspection. @type {Readonly<Record<TokenFormat, string>>} */
export const RESOURCES = { jwt: 'https://tools.example/mcp', opaque: 'https://files.example/mcp' }

/**
 * @param {{
 *   readonly paths: { readonly issue: string, readonly token: string, readonly introspect: string },
 *   readonly clientId: string,
 *   readonly introspector: { readonly id: string, readonly secret: string },
 * }} names
 * @returns {Dialect & Required<Pick<Dialect, 'readTokens' | 'refresh' | 'introspect' | 'isActive' | 'proofUrls'>>}
 */
export function oauthDialect({ paths, clientId, introspector }) {
  const introspectorHeaders = basic(introspector.id, introspector.secret)
  return {
    issue: (device, format, dpop) =>
      post(paths.issue, { client_id: clientId, scope: SCOPE, resource: RESOURCES[format] }, { device, dpop }),
    readIssue: ({ status, body }) => {
      if (status !== 200) return undefined
      const { device_code: deviceCode, user_code: userCode } = JSON.parse(body)
      return { deviceCode, userCode }
    },
    poll: ({ device, deviceCode }, _, dpop) =>
      post(paths.token, { grant_type: DEVICE_CODE, client_id: clientId, device_code: deviceCode }, { device, dpop }),
    isPending: ({ status, body }) => status === 400 && body.includes('"authorization_pending"'),
    readTokens: ({ status, body }) => {
      if (status !== 200) return undefined
      const { access_token: access, refresh_token: refresh } = JSON.parse(body)
      return { access, refresh }
    },
    refresh: (token, device) => post(paths.token, { grant_type: 'refresh_token', client_id: clientId, refresh_token: token }, { device }),
    introspect: (token) => post(paths.introspect, { token }, { headers: introspectorHeaders }),
    isActive: ({ status, body }) => status === 200 && body.includes('"active":true'),
    proofUrls: (issuer) => ({ issue: issuer + paths.issue, poll: issuer + paths.token }),
  }
}
