/**
 * oidc-provider as a device flow server: `oidc-provider.mjs map|redis [REDIS_URL]`. The Map adapter keeps everything and drops nothing, unlike the
 * one it comes with, which forgets all but the newest thousand; the Redis adapter is the one of its own examples.
 * `/bench/approve` does what an operator's own pages would do after their person has decided: it calls the library's models.
 */
import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import Provider from 'oidc-provider'
import { mapAdapter } from './map-adapter.mjs'
import { redisAdapter } from './redis-adapter.mjs'

const [, , kind, redisUrl] = process.argv
const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code'
const JWT_RESOURCE = 'https://tools.example/mcp'
const SCOPE = 'tools:read'
const LIFE_SECONDS = 1800
const jwk = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' })

const server = createServer()
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
const issuer = `http://127.0.0.1:${server.address().port}`

const provider = new Provider(issuer, {
  adapter: kind === 'redis' ? redisAdapter(redisUrl) : mapAdapter(),
  clients: [
    {
      client_id: 'cli',
      token_endpoint_auth_method: 'none',
      grant_types: [DEVICE_CODE, 'refresh_token'],
      redirect_uris: [],
      response_types: [],
    },
    { client_id: 'files', client_secret: 'secret', grant_types: [], redirect_uris: [], response_types: [] },
  ],
  jwks: { keys: [{ ...jwk, alg: 'ES256', use: 'sig', kid: 'one' }] },
  enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
  clientDefaults: { id_token_signed_response_alg: 'ES256' },
  cookies: { keys: ['one of the keys that sign cookies'] },
  findAccount: async (_, id) => ({ accountId: id, claims: async () => ({ sub: id }) }),
  issueRefreshToken: async () => true,
  rotateRefreshToken: true,
  expiresWithSession: () => false,
  ttl: {
    AccessToken: 900,
    DeviceCode: LIFE_SECONDS,
    Grant: 14 * 86_400,
    Interaction: 3600,
    RefreshToken: 14 * 86_400,
    Session: 8 * 3600,
  },
  features: {
    deviceFlow: { enabled: true },
    devInteractions: { enabled: true },
    dPoP: { enabled: true },
    introspection: { enabled: true, allowedPolicy: (ctx, client) => client.clientAuthMethod !== 'none' },
    resourceIndicators: {
      enabled: true,
      defaultResource: async (ctx, client, oneOf) => oneOf?.[0] ?? JWT_RESOURCE,
      useGrantedResource: async () => true,
      getResourceServerInfo: async (ctx, resource) => ({
        scope: SCOPE,
        audience: resource,
        accessTokenTTL: 900,
        accessTokenFormat: resource === JWT_RESOURCE ? 'jwt' : 'opaque',
        ...(resource === JWT_RESOURCE ? { jwt: { sign: { alg: 'ES256' } } } : {}),
      }),
    },
  },
})
// What stands before it is a proxy, as before everybody here.
provider.proxy = true

async function approve(userCode) {
  const code = await provider.DeviceCode.findByUserCode(userCode.replaceAll('-', ''))
  const grant = new provider.Grant({ accountId: 'ada', clientId: 'cli' })
  const { resource, scope } = code.params
  grant.addResourceScope(resource, scope)
  Object.assign(code, { accountId: 'ada', grantId: await grant.save(), authTime: Math.floor(Date.now() / 1000), resource, scope })
  await code.save()
}

const answer = provider.callback()
server.on('request', (request, response) => {
  if (request.url !== '/bench/approve') {
    void answer(request, response)
    return
  }
  let body = ''
  request.setEncoding('utf8').on('data', (text) => {
    body += text
  })
  request.on('end', () => {
    approve(new URLSearchParams(body).get('user_code') ?? '').then(
      () => response.writeHead(200, { 'content-length': '0' }).end(),
      (error) => response.writeHead(500).end(String(error)),
    )
  })
})
console.log(`listening on ${issuer}`)
