// @ts-check
/**
 * A runtime with nothing of Node.js in it: first everything is taken away that a worker does not have, then the authority is loaded as
 * it was built, and a device signs in over Request and Response. Prints the tokens' type; whatever is missed ends it with an error.
 */
import { register } from 'node:module'

/** What there is to answer with. */
const { exit, stdout } = process
const now = Date.now

// Whoever imports a module of Node.js from here on is refused.
register(
  `data:text/javascript,${encodeURIComponent(`
    export async function resolve(specifier, context, next) {
      const found = await next(specifier, context)
      if (found.url.startsWith('node:')) throw new Error(context.parentURL + ' imports ' + found.url)
      return found
    }`)}`,
)
const HIDDEN = ['process', 'Buffer', 'global', 'setImmediate', 'setTimeout', 'setInterval', 'fetch', 'performance', 'navigator', 'require']
for (const name of HIDDEN) {
  const value = Reflect.get(globalThis, name)
  // Node.js makes Request and Response out of these, so it still sees them; no file does.
  const get = () => (new Error().stack?.split('\n')[2]?.includes('file:') === true ? undefined : value)
  Object.defineProperty(globalThis, name, { get, configurable: true })
}

const ISSUER = 'https://app.example/auth'
const FORM = 'application/x-www-form-urlencoded'

async function signIn() {
  const { addClient, createAuthority, masterKeys, memoryStore, toFetchHandler } = await import('@countersign/authority')
  const { keyedDigest } = await import('@countersign/proof')
  const { webSuite } = await import('@countersign/proof/web')
  const { DEVICE_CODE } = await import('@countersign/protocol')

  const clock = { now }
  const ports = { store: memoryStore(clock), suite: webSuite(), clock }
  const masterKey = ports.suite.random(32)
  const person = { subject: '7', name: 'Ada', authenticatedAt: now(), browser: 'browser-1' }
  const identity = {
    recognise: async () => person,
    signIn: async () => ({ status: 303, headers: { location: '/login' }, body: '' }),
    isActive: async () => true,
    nameOf: async () => person.name,
    routes: {},
  }
  const authority = await createAuthority({ ...ports, issuer: ISSUER, masterKey, identity })
  const digest = keyedDigest(ports.suite, (await masterKeys(ports.suite, masterKey)).digest)
  await addClient({ ...ports, digest }, { id: 'tv-app', name: 'TV app' })
  const answer = toFetchHandler(authority.handle)

  /** @param {string} path @param {Record<string, string>} form */
  async function post(path, form) {
    const request = new Request(ISSUER + path, { method: 'POST', headers: { 'content-type': FORM }, body: new URLSearchParams(form) })
    return (await answer(request, '203.0.113.7')).text()
  }
  /** @param {string} page */
  const csrf = (page) => /name="csrf" value="([^"]+)"/.exec(page)?.[1] ?? ''

  const device = JSON.parse(await post('/device_authorization', { client_id: 'tv-app' }))
  const entry = await (await answer(new Request(device.verification_uri_complete), '203.0.113.7')).text()
  const { user_code } = device
  const decision = await post('/device', { csrf: csrf(entry), user_code })
  await post('/device/decide', { csrf: csrf(decision), user_code, confirmed: 'yes', decision: 'approve' })
  const tokens = JSON.parse(await post('/token', { grant_type: DEVICE_CODE, client_id: 'tv-app', device_code: device.device_code }))
  return tokens.token_type ?? JSON.stringify(tokens)
}

signIn().then(
  (type) => stdout.write(`${type}\n`, () => exit(0)),
  (error) => stdout.write(`${error.stack}\n`, () => exit(1)),
)
