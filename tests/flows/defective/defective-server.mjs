/**
 * An authorization server with the device grant, written to be wrong in three ways, for the test that reads it and asks it: any client redeems any code,
 * a redeemed code is redeemed again, and nobody is told to slow down. It prints its address.
 */
import { randomBytes, randomInt } from 'node:crypto'
import { createServer } from 'node:http'

const GRANT = 'urn:ietf:params:oauth:grant-type:device_code'
const ALPHABET = 'BCDFGHJKLMNPQRSTVWXZ'
const DEVICE_CODE_LIFETIME = 300
const ACCESS_TOKEN_TTL = 900
const PERSON = { name: 'ada', password: 'correct horse' }
const clients = { cli: { name: 'Example CLI', scopes: ['read'] }, other: { name: 'Another CLI', scopes: ['read'] } }

const devices = new Map()
const browsers = new Map()
const mistakes = { count: 0 }
const routes = new Map()
const app = {
  get: (path, handler) => routes.set(`GET ${path}`, handler),
  post: (path, handler) => routes.set(`POST ${path}`, handler),
}
const here = { issuer: '' }

app.get('/.well-known/oauth-authorization-server', async (req, res) => {
  res.json({
    issuer: here.issuer,
    token_endpoint: `${here.issuer}/token`,
    device_authorization_endpoint: `${here.issuer}/device_authorization`,
    grant_types_supported: [GRANT],
  })
})

app.post('/device_authorization', async (req, res) => {
  const client = clients[req.body.client_id]
  if (client === undefined) return res.status(400).json({ error: 'invalid_client' })
  const scope = (req.body.scope ?? '')
    .split(' ')
    .filter((each) => client.scopes.includes(each))
    .join(' ')
  const device_code = randomBytes(32).toString('base64url')
  let user_code = ''
  for (let index = 0; index < 8; index++) user_code += ALPHABET[randomInt(ALPHABET.length)]
  devices.set(device_code, {
    user_code,
    client_id: req.body.client_id,
    scope,
    status: 'pending',
    expires_at: Date.now() + DEVICE_CODE_LIFETIME * 1000,
  })
  res.json({ device_code, user_code, verification_uri: `${here.issuer}/device`, expires_in: DEVICE_CODE_LIFETIME, interval: 5 })
})

app.post('/token', async (req, res) => {
  if (clients[req.body.client_id] === undefined) return res.status(400).json({ error: 'invalid_client' })
  if (req.body.grant_type === GRANT) return redeemDevice(req, res)
  return res.status(400).json({ error: 'unsupported_grant_type' })
})

async function redeemDevice(req, res) {
  const device = devices.get(req.body.device_code)
  if (device === undefined) return res.status(400).json({ error: 'invalid_grant' })
  if (device.expires_at < Date.now()) return res.status(400).json({ error: 'expired_token' })
  if (device.status === 'pending') return res.status(400).json({ error: 'authorization_pending' })
  if (device.status === 'denied') return res.status(400).json({ error: 'access_denied' })
  const access_token = randomBytes(32).toString('base64url')
  return res.json({ access_token, token_type: 'Bearer', expires_in: ACCESS_TOKEN_TTL, scope: device.scope })
}

app.get('/device', async (req, res) => {
  const browser = browsers.get(req.cookie)
  if (browser === undefined) {
    return res.page(
      '<form method="post" action="/sign-in"><input name="name"><input type="password" name="password"><button>Sign in</button></form>',
    )
  }
  return res.page(
    `<form method="post" action="/device"><input name="user_code"><input type="hidden" name="csrf" value="${browser.csrf}"><button>Go on</button></form>`,
  )
})

app.post('/sign-in', async (req, res) => {
  if (req.body.name !== PERSON.name || req.body.password !== PERSON.password) return res.status(403).page('No.')
  const id = randomBytes(16).toString('base64url')
  browsers.set(id, { user: PERSON.name, csrf: randomBytes(16).toString('base64url') })
  res.redirect('/device', { 'set-cookie': `browser=${id}; HttpOnly; SameSite=Strict; Path=/` })
})

app.post('/device', async (req, res) => {
  const browser = browsers.get(req.cookie)
  if (browser === undefined || req.body.csrf !== browser.csrf) return res.status(403).page('No.')
  if (mistakes.count >= 5) return res.status(429).page('Later.')
  const device = [...devices.values()].find(
    ({ user_code }) => user_code === (req.body.user_code ?? '').toUpperCase().replace(/[^A-Z]/g, ''),
  )
  if (device === undefined || device.status !== 'pending' || device.expires_at < Date.now()) {
    mistakes.count += 1
    return res.status(400).page('This code is not known.')
  }
  if (req.body.decision === undefined) {
    const { name } = clients[device.client_id]
    return res.page(`<p>${name} asks for: ${device.scope}. Code: ${device.user_code}. Only go on if you started this yourself.</p><form method="post" action="/device">
<input type="hidden" name="user_code" value="${device.user_code}"><input type="hidden" name="csrf" value="${browser.csrf}">
<button name="decision" value="approve">Approve</button><button name="decision" value="deny">Deny</button></form>`)
  }
  device.status = req.body.decision === 'approve' ? 'approved' : 'denied'
  device.user_id = browser.user
  return res.page('Done.')
})

async function respond(request, response) {
  const chunks = []
  for await (const chunk of request) chunks.push(chunk)
  const { pathname } = new URL(request.url, here.issuer)
  const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true
  const form = [...new URLSearchParams(isForm ? Buffer.concat(chunks).toString() : '')]
  const body = Object.fromEntries(form)
  const req = { body, cookie: /browser=([\w-]+)/.exec(request.headers.cookie ?? '')?.[1] }
  const send = (type, text, more = {}) =>
    response
      .writeHead(response.statusCode, { 'content-type': type, 'cache-control': 'no-store', 'x-frame-options': 'DENY', ...more })
      .end(text)
  const res = {
    status: (code) => {
      response.statusCode = code
      return res
    },
    json: (value) => send('application/json', JSON.stringify(value)),
    page: (html) => send('text/html', `<!doctype html><title>Device</title>${html}`),
    redirect: (to, headers) => res.status(303) && send('text/plain', '', { location: to, ...headers }),
  }
  if (form.length !== Object.keys(body).length) return res.status(400).json({ error: 'invalid_request' })
  await (routes.get(`${request.method} ${pathname}`)?.(req, res) ?? res.status(404).json({ error: 'not_found' }))
}

const server = createServer((request, response) => void respond(request, response))
server.listen(0, '127.0.0.1', () => {
  here.issuer = `http://127.0.0.1:${server.address().port}`
  process.stdout.write(`${here.issuer}\n`)
})
