// @ts-check
/** Ours: `countersign serve` as an operator runs it, and an embedding program on the other stores. */
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CONNECTIONS } from '../load/closed-loop.mjs'
import { get, post } from '../load/request.mjs'
import { running } from './contestant.mjs'
import { oauthDialect, RESOURCES, SCOPE } from './oauth-dialect.mjs'
import { startProgram } from './program.mjs'
import { besideRedis, missingRedis, startRedis } from './redis.mjs'

/** @typedef {import('./contestant.mjs').Contestant} Contestant @typedef {import('./contestant.mjs').Dialect} Dialect */

const COMMAND = fileURLToPath(new URL('../../packages/cli/dist/main.cjs', import.meta.url))
const REDIS_STORE = fileURLToPath(new URL('../../packages/store-redis/dist/index.js', import.meta.url))
const EMBEDDED = fileURLToPath(new URL('../servers/embedded.mjs', import.meta.url))
const PATHS = { issue: '/device_authorization', token: '/token', introspect: '/introspect' }
const CLIENT = 'countersign-cli'
const INTROSPECTOR = 'files'
/** Everybody who approves has an account: one person does not approve in thirty browsers at once, and is not let to. */
const PASSWORD = 'correct horse battery staple'
/** @param {number} number */
const personOf = (number) => `person-${number}`
export const PERSONS = Array.from({ length: CONNECTIONS }, (_, number) => ({ name: personOf(number), password: PASSWORD }))

const missingBuild = () => (existsSync(COMMAND) ? undefined : 'not built: npm run build')

/**
 * The configuration of the server, as an operator writes it. Nothing is turned off: devices come from addresses of their own
 * through a proxy, as in the open, so that no limit on one address is met; and codes live as long as they may, so that those
 * that wait in a pool do not expire under a workload.
 * @param {object} [settings]
 */
export function configuration(settings = {}) {
  return {
    listen: '127.0.0.1:0',
    trustProxy: ['loopback'],
    resources: [
      { resource: RESOURCES.jwt, name: 'Tools', scopes: { [SCOPE]: 'Use the tools that only read' } },
      { resource: RESOURCES.opaque, name: 'Files', scopes: { [SCOPE]: 'Read the files' }, accessTokens: 'opaque' },
    ],
    settings: { codeLife: 1800, ...settings },
  }
}

/**
 * Makes the directory of a server, and in its store the people and the client that the workloads need.
 * @param {string} folder @param {object} settings
 * @returns {Promise<string>} the secret of the client that introspects
 */
async function prepare(folder, settings) {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  writeFileSync(join(folder, 'countersign.json'), JSON.stringify(settings))
  const first = await serve(folder)
  await first.stop()
  // What `countersign admin user add` and `countersign admin client add` do.
  const { openAdministration, readConfiguration } = await import('@countersign/server')
  const administration = await openAdministration(readConfiguration({ data: folder }, {}))
  try {
    for (const { name, password } of PERSONS) await administration.addUser(name, password)
    const client = { id: INTROSPECTOR, name: 'Files', confidential: true, resources: [RESOURCES.opaque] }
    return (await administration.addClient(client)).secret ?? ''
  } finally {
    await administration.close()
  }
}

/** @param {string} folder @param {readonly string[]} [flags] of Node.js */
const serve = (folder, flags = []) =>
  startProgram([process.execPath, ...flags, COMMAND, 'serve', '--data', folder], { log: join(folder, 'log') })

/**
 * `countersign serve`. The directory is made once and copied for every start.
 * @param {object} [settings] @param {readonly string[]} [flags] of Node.js
 * @returns {Contestant}
 */
export function serveOnSqlite(settings, flags) {
  /** @type {{ folder: string, secret: string } | undefined} */
  let prepared
  return {
    name: 'serve',
    title: 'countersign serve (SQLite, flushed)',
    missing: missingBuild,
    start: async (folder) => {
      prepared ??= { folder: `${folder}-prepared`, secret: await prepare(`${folder}-prepared`, configuration(settings)) }
      cpSync(prepared.folder, folder, { recursive: true })
      return running(await serve(folder, flags), dialectOf(prepared.secret))
    },
  }
}

/** The same with its store in Redis. @returns {Contestant} */
export function serveOnRedis() {
  return {
    name: 'serve-redis',
    title: 'countersign serve (Redis)',
    missing: () => missingBuild() ?? (existsSync(REDIS_STORE) ? missingRedis() : 'there is no store on Redis'),
    start: async (folder) => {
      const redis = await startRedis(`${folder}-redis`)
      try {
        const secret = await prepare(folder, { ...configuration(), store: redis.url })
        return besideRedis(running(await serve(folder), dialectOf(secret)), redis)
      } catch (error) {
        await redis.stop()
        throw error
      }
    },
  }
}

/** An authority inside another program. @param {'memory' | 'sqlite'} store @param {readonly string[]} [only] @returns {Contestant} */
export function embeddedOn(store, only) {
  return {
    name: `embedded-${store}`,
    title: `countersign embedded (${store === 'memory' ? 'memory' : 'SQLite, FULL'})`,
    ...(only === undefined ? {} : { only }),
    missing: missingBuild,
    start: async (folder) => {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      const program = await startProgram([process.execPath, EMBEDDED, store, folder], { log: join(folder, 'log') })
      const secret = /secret (\S+)/.exec(program.said)?.[1] ?? ''
      /** @type {NonNullable<Dialect['approveInside']>} */
      const approveInside = ({ device, userCode }) => post('/bench/approve', { user_code: userCode }, { device })
      return running(program, { ...dialectOf(secret), approveInside })
    },
  }
}

/** @param {string} secret @returns {Dialect} */
function dialectOf(secret) {
  const spoken = oauthDialect({ paths: PATHS, clientId: CLIENT, introspector: { id: INTROSPECTOR, secret } })
  return { ...spoken, openPerson }
}

/** Signs in on our pages, and then approves as a browser does: opens the link, sends the code, decides. @type {NonNullable<Dialect['openPerson']>} */
async function openPerson(connection, number) {
  const shown = await connection.ask(get('/sign-in'))
  const form = { csrf: hiddenIn(shown.body, 'csrf'), name: personOf(number), password: PASSWORD }
  const signedIn = await connection.ask(post('/sign-in', form, { headers: { Cookie: cookiesIn(shown.head) } }))
  if (signedIn.status !== 303) throw new Error(`signing in was answered with ${signedIn.status}`)
  const headers = { Cookie: cookiesIn(signedIn.head) }
  return {
    approve: async (at, { device, userCode }) => {
      const entry = await at.ask(get(`/device?user_code=${userCode}`, { device, headers }))
      const csrf = hiddenIn(entry.body, 'csrf')
      const looked = await at.ask(post('/device', { csrf, user_code: userCode }, { device, headers }))
      if (looked.status !== 200) throw new Error(`the code was answered with ${looked.status}`)
      const decision = { csrf: hiddenIn(looked.body, 'csrf'), user_code: userCode, scope: SCOPE, confirmed: 'yes', decision: 'approve' }
      const decided = await at.ask(post('/device/decide', decision, { device, headers }))
      if (decided.status !== 200) throw new Error(`the decision was answered with ${decided.status}`)
    },
  }
}

/** @param {string} html @param {string} name */
function hiddenIn(html, name) {
  const value = new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1]
  if (value === undefined) throw new Error(`no field "${name}" on the page: ${html.slice(0, 200)}`)
  return value
}

/** The cookies an answer sets. @param {string} head */
function cookiesIn(head) {
  const pairs = [...head.matchAll(/\r\nset-cookie: ([^;\r]*)/gi)].map(([, pair = '']) => pair)
  return pairs.filter((pair) => !pair.endsWith('=')).join('; ')
}
