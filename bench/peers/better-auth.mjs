/**
 * better-auth with its OAuth provider and device authorization, on SQLite: `better-auth.mjs FOLDER`. The file is in WAL mode with
 * `synchronous = NORMAL`, which is faster than what it gets by default and less durable than what ours does. Its rate limits are off.
 */
import { createServer } from 'node:http'
import { join } from 'node:path'
import { oauthDeviceAuthorization, oauthProvider } from '@better-auth/oauth-provider'
import { betterAuth } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'
import { toNodeHandler } from 'better-auth/node'
import { jwt } from 'better-auth/plugins'
import { SqliteDialect } from 'kysely'
import Database from 'libsql'

const [, , folder = '.'] = process.argv
const PERSON = { name: 'Ada', email: 'ada@example.com', password: 'correct horse battery staple' }
const JWT_RESOURCE = 'https://tools.example/mcp'
const SCOPE = 'tools:read'

const server = createServer()
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
const url = `http://127.0.0.1:${server.address().port}`

const database = new Database(join(folder, 'better-auth.sqlite'))
database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;')

const options = {
  baseURL: url,
  secret: 'a secret of at least thirty-two characters',
  database: { dialect: new SqliteDialect({ database }), type: 'sqlite', transaction: true },
  emailAndPassword: { enabled: true },
  rateLimit: { enabled: false },
  logger: { level: 'error' },
  telemetry: { enabled: false },
  plugins: [
    jwt({ jwks: { keyPairConfig: { alg: 'ES256' } } }),
    oauthProvider({
      loginPage: '/sign-in',
      consentPage: '/consent',
      scopes: ['openid', 'offline_access', SCOPE],
      resources: [JWT_RESOURCE],
      enforcePerClientResources: false,
      accessTokenExpiresIn: 900,
      silenceWarnings: { oauthAuthServerConfig: true, openidConfig: true },
    }),
    oauthDeviceAuthorization({ expiresIn: '30m' }),
  ],
}
const { runMigrations } = await getMigrations(options)
await runMigrations()
const auth = betterAuth(options)

const signedUp = await auth.api.signUpEmail({ body: PERSON, asResponse: true })
const headers = new Headers({
  cookie: signedUp.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; '),
})
const grants = ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token', 'authorization_code']
// Nothing is ever sent there.
const redirects = { redirect_uris: ['https://files.example/callback'] }
const device = await auth.api.adminCreateOAuthClient({
  headers,
  body: {
    ...redirects,
    client_name: 'Device',
    token_endpoint_auth_method: 'none',
    grant_types: grants,
    application_type: 'native',
    scope: `offline_access ${SCOPE}`,
  },
})
const files = await auth.api.adminCreateOAuthClient({
  headers,
  body: {
    ...redirects,
    client_name: 'Files',
    token_endpoint_auth_method: 'client_secret_basic',
    grant_types: grants,
    scope: `offline_access ${SCOPE}`,
  },
})

const answer = toNodeHandler(auth)
server.on('request', (request, response) => void answer(request, response))
const told = { client: device.client_id, introspector: files.client_id, secret: files.client_secret }
console.log(`${JSON.stringify(told)}\nlistening on ${url}`)
