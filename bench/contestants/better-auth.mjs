// @ts-check
/** better-auth: form bodies at the OAuth endpoints, JSON and a cookie where people approve. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { basic, get, post, postJson } from '../load/request.mjs'
import { running } from './contestant.mjs'
import { DEVICE_CODE, oauthDialect, RESOURCES, SCOPE } from './oauth-dialect.mjs'
import { missingPeer, peerFile } from './peer.mjs'
import { startProgram } from './program.mjs'

/** @typedef {import('./contestant.mjs').Contestant} Contestant @typedef {import('./contestant.mjs').Dialect} Dialect */

const BASE = '/api/auth'
const PATHS = { issue: `${BASE}/device/code`, token: `${BASE}/oauth2/token`, introspect: `${BASE}/oauth2/introspect` }
const SCOPES = `${SCOPE} offline_access`
const PERSON = { email: 'ada@example.com', password: 'correct horse battery staple' }

/** @type {Contestant} */
export const onSqlite = {
  name: 'better-auth',
  title: 'better-auth (SQLite, WAL, NORMAL)',
  missing: () => missingPeer('better-auth'),
  start: async (folder) => {
    mkdirSync(folder, { recursive: true })
    const program = await startProgram([process.execPath, peerFile('better-auth'), folder], { log: join(folder, 'log') })
    const told = JSON.parse(program.said.split('\n')[0] ?? '')
    return running(program, dialectOf(program.url, told))
  },
}

/**
 * A token for a resource is always a JWT there, and one for none is opaque; who introspects it must be the client it was issued to.
 * @param {string} url
 * @param {{ client: string, introspector: string, secret: string }} told
 * @returns {Dialect}
 */
function dialectOf(url, { client, introspector, secret }) {
  const { proofUrls: _, ...spoken } = oauthDialect({ paths: PATHS, clientId: client, introspector: { id: introspector, secret } })
  const headers = basic(introspector, secret)
  return {
    ...spoken,
    issue: (device, format) =>
      format === 'jwt'
        ? post(PATHS.issue, { client_id: client, scope: SCOPES, resource: RESOURCES.jwt }, { device })
        : post(PATHS.issue, { client_id: introspector, scope: SCOPES }, { device, headers }),
    poll: ({ device, deviceCode }, format) =>
      format === 'jwt'
        ? post(PATHS.token, { grant_type: DEVICE_CODE, client_id: client, device_code: deviceCode }, { device })
        : post(PATHS.token, { grant_type: DEVICE_CODE, device_code: deviceCode }, { device, headers }),
    refresh: (token, device) =>
      post(PATHS.token, { grant_type: 'refresh_token', client_id: client, refresh_token: token, resource: RESOURCES.jwt }, { device }),
    openPerson: async (connection) => {
      const signedIn = await connection.ask(postJson(`${BASE}/sign-in/email`, PERSON, { headers: { Origin: url } }))
      const cookie = /\r\nset-cookie: ([^;\r]*)/i.exec(signedIn.head)?.[1]
      if (cookie === undefined) throw new Error(`signing in was answered with ${signedIn.status}: ${signedIn.body}`)
      const signed = { Cookie: cookie, Origin: url }
      return {
        approve: async (at, { device, userCode }) => {
          const looked = await at.ask(get(`${BASE}/device?user_code=${userCode}`, { device, headers: signed }))
          if (looked.status !== 200) throw new Error(`the code was answered with ${looked.status}: ${looked.body}`)
          const decided = await at.ask(postJson(`${BASE}/device/approve`, { userCode }, { device, headers: signed }))
          if (decided.status !== 200) throw new Error(`the decision was answered with ${decided.status}: ${decided.body}`)
        },
      }
    },
  }
}
