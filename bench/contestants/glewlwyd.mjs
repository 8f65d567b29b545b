// @ts-check
/**
 * Glewlwyd (C), as Debian packages it, when it is installed; or unpacked with `dpkg -x` into a directory that BENCH_GLEWLWYD_ROOT names.
 * Its files, its database and its one client are made for every start; nothing of an installed server is touched.
 */
import { generateKeyPairSync } from 'node:crypto'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { basic, get, post, postJson } from '../load/request.mjs'
import { freePort } from './free-port.mjs'
import { running } from './contestant.mjs'
import { DEVICE_CODE, oauthDialect, SCOPE } from './oauth-dialect.mjs'
import { missingPeer, peerFile } from './peer.mjs'
import { runNode, startProgram } from './program.mjs'

/** @typedef {import('./contestant.mjs').Contestant} Contestant @typedef {import('./contestant.mjs').Dialect} Dialect */

const root = process.env['BENCH_GLEWLWYD_ROOT'] ?? '/'
const PROGRAM = join(root, 'usr/bin/glewlwyd')
const MODULES = join(root, 'usr/lib/glewlwyd')
const SCHEMA = join(root, 'usr/share/dbconfig-common/data/glewlwyd/install/sqlite3')
const LIBRARIES = ['x86_64-linux-gnu', 'aarch64-linux-gnu'].map((triplet) => join(root, 'usr/lib', triplet)).join(delimiter)
const PATHS = { issue: '/api/oidc/device_authorization/', token: '/api/oidc/token/', introspect: '/api/oidc/introspect/' }
/** As the package is delivered. */
const ADMINISTRATOR = { username: 'admin', password: 'password' }
const PERSON = { username: 'ada', password: 'correct horse battery staple' }
const CLIENT = 'cli'

/** @type {Contestant} */
export const glewlwyd = {
  name: 'glewlwyd',
  title: 'Glewlwyd (C, SQLite as it comes)',
  missing: () => (existsSync(PROGRAM) && existsSync(SCHEMA) ? missingPeer('libsql') : 'not installed (apt-get install glewlwyd)'),
  start: async (folder) => {
    mkdirSync(folder, { recursive: true })
    const port = await freePort()
    const file = join(folder, 'glewlwyd.db')
    await runNode([peerFile('glewlwyd-database'), SCHEMA, file])
    writeFileSync(join(folder, 'glewlwyd.conf'), configuration(port, file))
    const environment = root === '/' ? {} : { LD_LIBRARY_PATH: LIBRARIES }
    const command = [PROGRAM, `--config-file=${join(folder, 'glewlwyd.conf')}`]
    const program = await startProgram(command, { environment, log: join(folder, 'log'), port })
    await setUp(program.url)
    return running(program, dialect)
  },
}

/** @param {number} port @param {string} file */
function configuration(port, file) {
  const modules = [
    ['user_module_path', 'user'],
    ['user_middleware_module_path', 'user_middleware'],
    ['client_module_path', 'client'],
    ['user_auth_scheme_module_path', 'scheme'],
    ['plugin_module_path', 'plugin'],
  ].map(([key, name]) => `${key}="${join(MODULES, name ?? '')}"`)
  return `port=${port}
bind_address="127.0.0.1"
external_url="http://127.0.0.1:${port}"
login_url="login.html"
api_prefix="api"
static_files_path="${join(root, 'usr/share/glewlwyd/webapp/')}"
log_mode="console"
log_level="WARNING"
cookie_domain="127.0.0.1"
cookie_secure=0
admin_scope="g_admin"
profile_scope="g_profile"
hash_algorithm="SHA512"
${modules.join('\n')}
database = { type = "sqlite3" path = "${file}" };
`
}

/** The scope, the person, the clients and the plugin, as an administrator makes them. @param {string} url */
async function setUp(url) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const key = { ...privateKey.export({ format: 'jwk' }), kid: 'one', alg: 'ES256', use: 'sig' }
  const plugin = {
    iss: url,
    'jwt-type': 'ecdsa',
    'jwt-key-size': '256',
    key: privateKey.export({ format: 'pem', type: 'pkcs8' }),
    cert: publicKey.export({ format: 'pem', type: 'spki' }),
    'jwks-private': JSON.stringify({ keys: [key] }),
    'default-kid': 'one',
    'access-token-duration': 900,
    'refresh-token-duration': 14 * 86_400,
    'code-duration': 600,
    'refresh-token-rolling': true,
    'refresh-token-one-use': 'always',
    'allow-non-oidc': true,
    'auth-type-code-enabled': true,
    'auth-type-client-enabled': true,
    'auth-type-device-enabled': true,
    'auth-type-refresh-enabled': true,
    'device-authorization-expiration': 1800,
    'device-authorization-interval': 5,
    'introspection-revocation-allowed': true,
    'introspection-revocation-auth-scope': [SCOPE],
    'introspection-revocation-allow-target-client': true,
  }
  const client = { enabled: true, redirect_uri: ['https://files.example/callback'] }
  const device = { client_id: CLIENT, name: 'CLI', confidential: false, token_endpoint_auth_method: ['none'], scope: [] }
  const files = {
    client_id: 'files',
    name: 'Files',
    confidential: true,
    token_endpoint_auth_method: ['client_secret_basic'],
    scope: [SCOPE],
  }
  const administrator = await signIn(url, ADMINISTRATOR)
  /** @param {string} path @param {object} body */
  const make = (path, body) => call(url, 'POST', path, administrator, body)
  await make('/api/scope/', { name: SCOPE, display_name: 'Tools', description: 'Use the tools', password_required: false, scheme: {} })
  await make('/api/user/', { ...PERSON, name: 'Ada', scope: [SCOPE, 'g_profile'], enabled: true })
  await make('/api/client/', { ...client, ...device, authorization_type: [DEVICE_CODE, 'device_authorization', 'refresh_token'] })
  await make('/api/client/', { ...client, ...files, client_secret: 'secret', authorization_type: ['client_credentials'] })
  await make('/api/mod/plugin/', { module: 'oidc', name: 'oidc', display_name: 'OIDC', parameters: plugin })
  await call(url, 'PUT', `/api/auth/grant/${CLIENT}`, await signIn(url, PERSON), { scope: SCOPE })
}

/** @param {string} url @param {object} who */
async function signIn(url, who) {
  const response = await call(url, 'POST', '/api/auth/', '', who)
  return response.headers.getSetCookie()[0]?.split(';')[0] ?? ''
}

/** @param {string} url @param {string} method @param {string} path @param {string} cookie @param {object} body */
async function call(url, method, path, cookie, body) {
  const response = await fetch(url + path, { method, headers: { 'content-type': 'application/json', cookie }, body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`${method} ${path} was answered with ${response.status}: ${await response.text()}`)
  return response
}

const { proofUrls: _, ...spoken } = oauthDialect({ paths: PATHS, clientId: CLIENT, introspector: { id: 'files', secret: 'secret' } })

/** It knows no resource parameter, and its access tokens are JWTs always. @type {Dialect} */
const dialect = {
  ...spoken,
  issue: (device) => post(PATHS.issue, { client_id: CLIENT, scope: SCOPE }, { device }),
  introspect: (token) => post(PATHS.introspect, { token }, { headers: basic('files', 'secret') }),
  openPerson: async (connection) => {
    const signedIn = await connection.ask(postJson('/api/auth/', PERSON))
    const headers = { Cookie: /\r\nset-cookie: ([^;\r]*)/i.exec(signedIn.head)?.[1] ?? '' }
    return {
      // What its pages do once the person is signed in and has granted the scope: look the code up, and go on with it.
      approve: async (at, { device, userCode }) => {
        const looked = await at.ask(get(`/api/oidc/device?code=${userCode}`, { device, headers }))
        if (looked.status !== 302) throw new Error(`the code was answered with ${looked.status}: ${looked.body}`)
        const decided = await at.ask(get(`/api/oidc/device?code=${userCode}&g_continue`, { device, headers }))
        if (!decided.head.includes('prompt=deviceComplete'))
          throw new Error(`the decision was answered with ${decided.status}: ${decided.head}`)
      },
    }
  },
}
