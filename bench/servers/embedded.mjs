// @ts-check
/**
 * A program that has an authority inside: `embedded.mjs memory|sqlite FOLDER`. It differs from `countersign serve` in three things: its store can
 * be another one, it keeps no log, and `/bench/approve` approves from within, by sending the pages' own requests straight to the authority.
 */
import { join } from 'node:path'
import { addAccount, addClient, createAuthority, masterKeys, memoryStore } from '@countersign/authority'
import { nodeSuite, systemClock } from '@countersign/node'
import { createHttpServer } from '@countersign/node/http'
import { keyedDigest } from '@countersign/proof'
import { sqliteStore } from '@countersign/store-sqlite'
import { configuration, PERSONS } from '../contestants/countersign.mjs'
import { RESOURCES, SCOPE } from '../contestants/oauth-dialect.mjs'
import { cookiesOf, csrfIn } from './page-reply.mjs'

/** @typedef {import('@countersign/protocol').Exchange} Exchange @typedef {import('@countersign/protocol').Reply} Reply @typedef {import('@countersign/protocol').Handle} Handle */

const [, , kind, folder = '.'] = process.argv
const suite = nodeSuite()
const clock = systemClock()
const store = kind === 'sqlite' ? sqliteStore({ file: join(folder, 'embedded.sqlite'), clock }) : memoryStore(clock)
const masterKey = suite.random(32)
/** Passwords are not what is measured here. */
const hasher = {
  hash: async (/** @type {string} */ password) => `plain:${password}`,
  verify: async (/** @type {string} */ hash, /** @type {string} */ password) => hash === `plain:${password}`,
}

/** @type {Handle} */
let answer = () => Promise.reject(new Error('not open yet'))
const http = createHttpServer((exchange) => answer(exchange), { onError: console.error, trustedProxies: ['loopback'] })
const { port } = await http.listen(0)
const issuer = `http://127.0.0.1:${port}`

const { resources, settings } = configuration()
const authority = await createAuthority({
  issuer,
  store,
  suite,
  clock,
  masterKey,
  identity: { hasher },
  resources: /** @type {import('@countersign/authority').Resource[]} */ (resources),
  settings,
})
const digest = keyedDigest(suite, (await masterKeys(suite, masterKey)).digest)
for (const { name, password } of PERSONS) await addAccount({ store, suite, clock, hasher }, name, password)
await addClient({ store, suite, clock, digest }, { id: 'countersign-cli', name: 'Countersign CLI' })
const files = { id: 'files', name: 'Files', confidential: true, resources: [RESOURCES.opaque] }
const { secret } = await addClient({ store, suite, clock, digest }, files)

/** @param {string} method @param {string} path @param {string} cookie @param {Record<string, string>} form @param {string} remoteAddress */
function page(method, path, cookie, form = {}, remoteAddress = '127.0.0.1') {
  const headers = { cookie, 'content-type': 'application/x-www-form-urlencoded' }
  return authority.handle({ method, path, query: '', headers, body: new URLSearchParams(form).toString(), remoteAddress })
}

/** People signed in, who approve from within, one after the other. @type {{ cookie: string, csrf: string }[]} */
const people = []
let next = 0
for (const person of PERSONS) {
  const shown = await page('GET', '/sign-in', '')
  const cookie = cookiesOf(await page('POST', '/sign-in', cookiesOf(shown), { csrf: csrfIn(shown), ...person }))
  people.push({ cookie, csrf: csrfIn(await page('GET', '/device', cookie)) })
}

/** @param {Exchange} exchange */
async function approveInside({ body, remoteAddress }) {
  const { cookie = '', csrf = '' } = people[next++ % people.length] ?? {}
  const user_code = new URLSearchParams(body).get('user_code') ?? ''
  const entered = await page('POST', '/device', cookie, { csrf, user_code }, remoteAddress)
  if (entered.status !== 200) return { status: entered.status, headers: {}, body: 'the code was refused' }
  const decision = { csrf, user_code, scope: SCOPE, confirmed: 'yes', decision: 'approve' }
  const { status } = await page('POST', '/device/decide', cookie, decision, remoteAddress)
  return { status, headers: {}, body: '' }
}

answer = (exchange) => (exchange.path === '/bench/approve' ? approveInside(exchange) : authority.handle(exchange))
console.log(`secret ${secret}\nlistening on ${issuer}`)
process.once('SIGTERM', () => void http.close(0).then(() => store.close()))
