// @ts-check
/**
 * What a contestant is. A workload speaks to all of them in the same words; how each wants to be asked is its dialect.
 * Texts are whole HTTP requests (load/request.mjs). What a dialect does not have, the contestant cannot do, and its cell stays empty.
 *
 * @typedef {import('../load/connection.mjs').Answer} Answer
 * @typedef {import('../load/connection.mjs').Connection} Connection
 *
 * A login that waits. `device` numbers the device, which is where it asks from.
 * @typedef {{ readonly device: number, readonly deviceCode: string, readonly userCode: string }} Login
 * @typedef {{ readonly access: string, readonly refresh: string }} Tokens
 *
 * Somebody signed in, in a browser of its own.
 * @typedef {{ readonly approve: (connection: Connection, login: Login) => Promise<void> }} Person
 *
 * What a token is to be: `jwt` signed with ES256, or `opaque`.
 * @typedef {'jwt' | 'opaque'} TokenFormat
 *
 * @typedef {{
 *   readonly issue: (device: number, format: TokenFormat, dpop?: string) => string,
 *   readonly readIssue: (answer: Answer) => Pick<Login, 'deviceCode' | 'userCode'> | undefined,
 *   readonly poll: (login: Pick<Login, 'device' | 'deviceCode'>, format: TokenFormat, dpop?: string) => string,
 *   readonly isPending: (answer: Answer) => boolean,
 *   readonly readTokens?: (answer: Answer) => Tokens | undefined,
 *   readonly refresh?: (token: string, device: number, format: TokenFormat) => string,
 *   readonly introspect?: (token: string) => string,
 *   readonly isActive?: (answer: Answer) => boolean,
 *   readonly proofUrls?: (issuer: string) => { readonly issue: string, readonly poll: string },
 *   readonly openPerson?: (connection: Connection, number: number) => Promise<Person>,
 *   readonly approveInside?: (login: Login) => string,
 * }} Dialect
 *
 * A running server. `pids`: every program whose time is its cost. `spawnedAt`: by `performance.now()`.
 * @typedef {{
 *   readonly port: number,
 *   readonly url: string,
 *   readonly pids: readonly number[],
 *   readonly spawnedAt: number,
 *   readonly dialect: Dialect,
 *   readonly stop: () => Promise<void>,
 * }} Running
 *
 * `missing`: why it cannot run here, if it cannot. `only`: the workloads it takes part in, when not all that it can.
 * @typedef {{
 *   readonly name: string,
 *   readonly title: string,
 *   readonly only?: readonly string[],
 *   readonly missing: () => string | undefined,
 *   readonly start: (folder: string) => Promise<Running>,
 * }} Contestant
 */

/** A contestant that is one program. @param {import('./program.mjs').Program} program @param {Dialect} dialect @returns {Running} */
export function running({ port, url, pid, spawnedAt, stop }, dialect) {
  return { port, url, pids: [pid], spawnedAt, dialect, stop }
}
