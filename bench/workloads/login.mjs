// @ts-check
/** Whole logins: a device asks for codes, a person approves, the device redeems them for an ES256 JWT and a refresh token. */
import { openConnection } from '../load/connection.mjs'
import { CONNECTIONS } from '../load/closed-loop.mjs'
import { devices, unexpected } from './workload.mjs'

/**
 * @typedef {import('./workload.mjs').Workload} Workload
 * @typedef {import('../contestants/contestant.mjs').Connection} Connection
 * @typedef {import('../contestants/contestant.mjs').Dialect} Dialect
 * @typedef {import('../contestants/contestant.mjs').Login} Login
 * @typedef {import('../contestants/contestant.mjs').Tokens} Tokens
 * @typedef {import('../contestants/contestant.mjs').TokenFormat} TokenFormat
 * @typedef {(connection: Connection, login: Login) => Promise<void>} Approve
 */

/** One login from its first request to its tokens. @param {Dialect} dialect @param {Connection} connection @param {number} device @param {TokenFormat} format @param {Approve} approve @returns {Promise<Tokens>} */
export async function logIn(dialect, connection, device, format, approve) {
  const asked = await connection.ask(dialect.issue(device, format))
  const issued = dialect.readIssue(asked)
  if (issued === undefined) throw unexpected('issue', asked)
  const login = { device, ...issued }
  await approve(connection, login)
  const redeemed = await connection.ask(dialect.poll(login, format))
  const tokens = dialect.readTokens?.(redeemed)
  if (tokens === undefined) throw unexpected('redeem', redeemed)
  return tokens
}

/** Approves from within the server, where it offers that. @param {NonNullable<Dialect['approveInside']>} approveInside @returns {Approve} */
export function inside(approveInside) {
  return async (connection, login) => {
    const answer = await connection.ask(approveInside(login))
    if (answer.status !== 200) throw unexpected('approval', answer)
  }
}

/** Everybody who approves, one person a connection, signed in one after the other. @param {number} port @param {Dialect} dialect @param {number} [count] @returns {Promise<Approve[]>} */
export async function openPersons(port, { openPerson }, count = CONNECTIONS) {
  /** @type {Approve[]} */
  const approves = []
  const connection = openConnection(port)
  for (let person = 0; openPerson !== undefined && person < count; person++) approves.push((await openPerson(connection, person)).approve)
  connection.close()
  return approves
}

/** @type {Workload} */
export const login = {
  name: 'login',
  title: 'full login, by the pages',
  about: 'issue, approve as a browser does with its person signed in (open the link, send the code, decide), redeem for an ES256 JWT',
  requests: 5,
  supports: ({ openPerson }) => openPerson !== undefined,
  play: async ({ dialect, port }) => {
    const device = devices()
    const approves = await openPersons(port, dialect)
    return {
      ready: async () => undefined,
      turn: async (connection, lane) => {
        await logIn(dialect, connection, device(), 'jwt', /** @type {Approve} */ (approves[lane]))
        return true
      },
    }
  },
}

/** @type {Workload} */
export const loginInside = {
  name: 'login-inside',
  title: 'full login, approved inside',
  about: 'the same, but the approval is one request that the server turns into calls of its own library: no page is fetched',
  requests: 3,
  supports: ({ approveInside }) => approveInside !== undefined,
  play: async ({ dialect }) => {
    const device = devices()
    const approve = inside(/** @type {NonNullable<Dialect['approveInside']>} */ (dialect.approveInside))
    return {
      ready: async () => undefined,
      turn: async (connection) => {
        await logIn(dialect, connection, device(), 'jwt', approve)
        return true
      },
    }
  },
}
