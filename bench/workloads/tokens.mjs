// @ts-check
/** What comes after a login: refresh tokens that rotate (RFC 6749 section 6), and resource servers that ask about tokens (RFC 7662). */
import { overLanes } from '../load/lanes.mjs'
import { inside, logIn, openPersons } from './login.mjs'
import { devices, unexpected } from './workload.mjs'

/**
 * @typedef {import('./workload.mjs').Workload} Workload
 * @typedef {import('./workload.mjs').Running} Running
 * @typedef {import('../contestants/contestant.mjs').TokenFormat} TokenFormat
 * @typedef {import('../contestants/contestant.mjs').Tokens} Tokens
 */

/** Logins whose tokens are used in turn. */
const LOGINS = 256
const PERSONS = 8

/** @param {Running} running @param {TokenFormat} format @returns {Promise<(Tokens & { readonly device: number })[]>} */
async function obtain({ dialect, port }, format) {
  const device = devices()
  const approves = dialect.approveInside === undefined ? await openPersons(port, dialect, PERSONS) : [inside(dialect.approveInside)]
  /** @type {(Tokens & { readonly device: number })[]} */
  const obtained = []
  // As many at once as there are people: each has one browser, and does one thing at a time.
  for (const approve of approves) {
    await overLanes(
      port,
      LOGINS / approves.length,
      async (connection) => {
        const one = device()
        obtained.push({ device: one, ...(await logIn(dialect, connection, one, format, approve)) })
      },
      dialect.approveInside === undefined ? 1 : undefined,
    )
  }
  return obtained
}

/** @type {Workload} */
export const refresh = {
  name: 'refresh',
  title: 'refresh rotation',
  about: `a device refreshes: a new ES256 JWT and the next refresh token, in ${LOGINS} families`,
  supports: ({ refresh: ask, readTokens }) => ask !== undefined && readTokens !== undefined,
  play: async (running) => {
    const { dialect } = running
    // A family is used by one connection at a time.
    const resting = (await obtain(running, 'jwt')).map(({ device, refresh: token }) => ({ device, token }))
    return {
      ready: async () => undefined,
      turn: async (connection) => {
        const family = resting.shift()
        if (family === undefined) return false
        const answer = await connection.ask(dialect.refresh?.(family.token, family.device, 'jwt') ?? '')
        const token = dialect.readTokens?.(answer)?.refresh
        if (token === undefined) throw unexpected('refresh', answer)
        family.token = token
        resting.push(family)
        return true
      },
    }
  },
}

/** @type {Workload} */
export const introspect = {
  name: 'introspect',
  title: 'introspection',
  about: `a resource server with a secret asks about an opaque access token, ${LOGINS} tokens in turn`,
  supports: ({ introspect: ask }) => ask !== undefined,
  play: async (running) => {
    const { dialect } = running
    const tokens = await obtain(running, 'opaque')
    let next = 0
    return {
      ready: async () => undefined,
      turn: async (connection) => {
        const answer = await connection.ask(dialect.introspect?.(tokens[next++ % tokens.length]?.access ?? '') ?? '')
        if (dialect.isActive?.(answer) !== true) throw unexpected('introspection', answer)
        return true
      },
    }
  },
}
