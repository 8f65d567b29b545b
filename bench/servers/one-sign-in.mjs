// @ts-check
/** An authority inside this program, and one sign-in to it, approved from within. */
import { addAccount, addClient, createAuthority, masterKeys, memoryStore } from '@countersign/authority'
import { discover, login } from '@countersign/client'
import { nodeSuite, systemClock, systemSleep } from '@countersign/node'
import { createHttpServer } from '@countersign/node/http'
import { keyedDigest } from '@countersign/proof'
import { cookiesOf, csrfIn } from './page-reply.mjs'

/** @typedef {import('@countersign/protocol').Reply} Reply @typedef {import('@countersign/protocol').Handle} Handle */

const PERSON = { name: 'ada', password: 'correct horse' }
const suite = nodeSuite()
const clock = systemClock()

/** @param {(request: () => Promise<Reply>, pid: number) => Promise<Reply>} onRefresh stands between a refresh and the authority */
export async function openAuthority(onRefresh) {
  /** @type {Handle} */
  let answer = () => Promise.reject(new Error('not open yet'))
  const http = createHttpServer((exchange) => answer(exchange), { onError: () => undefined })
  const { port } = await http.listen(0)
  const issuer = `http://127.0.0.1:${port}`
  const resource = `${issuer}/notes`
  const store = memoryStore(clock)
  const masterKey = suite.random(32)
  const hasher = {
    hash: async (/** @type {string} */ password) => `plain:${password}`,
    verify: async (/** @type {string} */ hash, /** @type {string} */ password) => hash === `plain:${password}`,
  }
  const resources = [{ resource, name: 'Notes', scopes: { 'notes:read': 'Read your notes' } }]
  const authority = await createAuthority({ issuer, store, suite, clock, masterKey, identity: { hasher }, resources })
  const digest = keyedDigest(suite, (await masterKeys(suite, masterKey)).digest)
  await addAccount({ store, suite, clock, hasher }, PERSON.name, PERSON.password)
  await addClient({ store, suite, clock, digest }, { id: 'countersign-cli', name: 'Countersign CLI' })
  answer = (exchange) => {
    const isRefresh = exchange.path === '/token' && new URLSearchParams(exchange.body).get('grant_type') === 'refresh_token'
    const request = async () => authority.handle(exchange)
    return isRefresh ? onRefresh(request, Number(exchange.headers['x-program'])) : request()
  }

  /** @param {string} method @param {string} path @param {string} cookie @param {Record<string, string>} [form] */
  const page = async (method, path, cookie, form = {}) => {
    const headers = { cookie, 'content-type': 'application/x-www-form-urlencoded' }
    return authority.handle({ method, path, query: '', headers, body: new URLSearchParams(form).toString(), remoteAddress: '127.0.0.1' })
  }

  /** @param {string} userCode */
  async function approve(userCode) {
    const shown = await page('GET', '/sign-in', '')
    const cookie = cookiesOf(await page('POST', '/sign-in', cookiesOf(shown), { csrf: csrfIn(shown), ...PERSON }))
    const csrf = csrfIn(await page('GET', '/device', cookie))
    await page('POST', '/device', cookie, { csrf, user_code: userCode })
    const decision = { csrf, user_code: userCode, scope: 'notes:read', confirmed: 'yes', decision: 'approve' }
    const { status } = await page('POST', '/device/decide', cookie, decision)
    if (status !== 200) throw new Error(`the decision was answered with ${status}`)
  }

  return {
    issuer,
    resource,
    signIn: async () => {
      const runtime = { fetch, clock, sleep: systemSleep(), suite }
      const place = await discover(runtime, issuer)
      return login(runtime, place, {
        clientId: 'countersign-cli',
        resource,
        scope: ['notes:read'],
        onEvent: (event) => {
          if (event.type === 'code') void approve(event.invitation.userCode)
        },
      })
    },
    close: () => http.close(0),
  }
}
