// @ts-check
/** oidc-provider, by its own dialect of the standards and its own pages. */
import { get, post } from '../load/request.mjs'
import { running } from './contestant.mjs'
import { oauthDialect } from './oauth-dialect.mjs'
import { missingPeer, peerFile } from './peer.mjs'
import { startProgram } from './program.mjs'
import { besideRedis, missingRedis, startRedis } from './redis.mjs'

/** @typedef {import('./contestant.mjs').Contestant} Contestant @typedef {import('./contestant.mjs').Dialect} Dialect */

const paths = { issue: '/device/auth', token: '/token', introspect: '/token/introspection' }

/** @type {Dialect} */
const dialect = {
  ...oauthDialect({ paths, clientId: 'cli', introspector: { id: 'files', secret: 'secret' } }),
  // It holds proofs against the Host header, where ours holds them against its issuer.
  proofUrls: () => ({ issue: `http://127.0.0.1${paths.issue}`, poll: `http://127.0.0.1${paths.token}` }),
  openPerson: async () => openPerson(),
  approveInside: ({ device, userCode }) => post('/bench/approve', { user_code: userCode }, { device }),
}

/** @type {Contestant} */
export const onMap = {
  name: 'oidc-map',
  title: 'oidc-provider (Map, not durable)',
  missing: () => missingPeer('oidc-provider'),
  start: async () => running(await startProgram([process.execPath, peerFile('oidc-provider'), 'map']), dialect),
}

/** @type {Contestant} */
export const onRedis = {
  name: 'oidc-redis',
  title: 'oidc-provider (Redis)',
  missing: () => missingPeer('oidc-provider') ?? missingRedis(),
  start: async (folder) => {
    const redis = await startRedis(folder)
    try {
      const program = await startProgram([process.execPath, peerFile('oidc-provider'), 'redis', redis.url])
      return besideRedis(running(program, dialect), redis)
    } catch (error) {
      await redis.stop()
      throw error
    }
  },
}

/**
 * A browser on its pages. The first approval leads through sign-in and consent; later ones through two forms, because the browser is signed in
 * and what it consented to is remembered.
 */
function openPerson() {
  /** @type {Map<string, string>} */
  const cookies = new Map()
  let known = false

  /** @param {import('./contestant.mjs').Connection} at @param {string} request */
  async function ask(at, request) {
    const answer = await at.ask(request)
    for (const [, name = '', value = ''] of answer.head.matchAll(/\r\nset-cookie: ([^=;]+)=([^;\r]*)/gi)) {
      if (value === '') cookies.delete(name)
      else cookies.set(name, value)
    }
    return answer
  }
  const headers = () => ({ Cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') })
  /** @param {string} url */
  const pathOf = (url) => new URL(url, 'http://127.0.0.1').pathname

  /** @type {import('./contestant.mjs').Person['approve']} */
  async function approve(at, { device, userCode }) {
    const opened = await ask(at, get(`/device?user_code=${userCode}`, { device, headers: headers() }))
    const asked = await ask(
      at,
      post('/device', { xsrf: fieldIn(opened.body, 'xsrf'), user_code: userCode }, { device, headers: headers() }),
    )
    const decision = { xsrf: fieldIn(asked.body, 'xsrf'), user_code: userCode, confirm: 'yes' }
    let answer = await ask(at, post('/device', decision, { device, headers: headers() }))
    for (let step = 0; !known && step < 8 && answer.status !== 200; step++) {
      const path = pathOf(/\r\nlocation: ([^\r]+)/i.exec(answer.head)?.[1] ?? '')
      answer = await ask(at, get(path, { device, headers: headers() }))
      const prompt = /name="prompt" value="(\w+)"/.exec(answer.body)?.[1]
      if (prompt === undefined) continue
      const form = prompt === 'login' ? { prompt, login: `person ${device}`, password: 'any' } : { prompt }
      const action = /<form[^>]* action="([^"]*)"/.exec(answer.body)?.[1] ?? ''
      answer = await ask(at, post(pathOf(action), form, { device, headers: headers() }))
    }
    if (answer.status !== 200) throw new Error(`the decision was answered with ${answer.status}: ${answer.body.slice(0, 300)}`)
    known = true
  }
  return { approve }
}

/** @param {string} html @param {string} name */
function fieldIn(html, name) {
  const value = new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1]
  if (value === undefined) throw new Error(`no field "${name}" on the page: ${html.slice(0, 300)}`)
  return value
}
