// @ts-check
/**
 * The second floor: the least that a correct device flow costs, in one file and in memory. Hashed codes, an interval that grows,
 * one redemption, ES256 JWTs, rotation with replay detection, introspection. It has no limits, no pages, no log, no durability,
 * no client registry and no proof keys: nobody should run it.
 */
import { createHmac, createSecretKey, generateKeyPairSync, hash, randomBytes, sign } from 'node:crypto'
import { createServer } from 'node:http'

const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code'
const LIFE_SECONDS = 1800
const TOKEN_SECONDS = 900
const INTERVAL_SECONDS = 5
const ALPHABET = 'BCDFGHJKLMNPQRSTVWXZ'

/** @typedef {{ expiresAt: number, interval: number, nextPoll: number, state: 'pending' | 'approved', userKey: string, opaque: boolean }} Device */
/** @typedef {{ family: string, generation: number, subject: string, opaque: boolean }} Grant */
/** @type {Map<string, Device>} */
const byDevice = new Map()
/** @type {Map<string, string>} */
const byUser = new Map()
/** @type {Map<string, Grant>} */
const grants = new Map()
/** @type {Map<string, object & { exp: number }>} */
const opaques = new Map()

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const familyKey = createSecretKey(randomBytes(32))
const header = encode(JSON.stringify({ typ: 'at+jwt', alg: 'ES256', kid: 'floor' }))
const introspectors = new Map([['Basic ' + Buffer.from('files:secret').toString('base64'), true]])

/** @param {string} text */
function encode(text) {
  return Buffer.from(text).toString('base64url')
}
/** @param {string} text */
function digest(text) {
  return hash('sha256', text, 'base64url')
}
/** @param {string} family @param {number} generation */
function refreshToken(family, generation) {
  return `${family}.${generation}.${createHmac('sha256', familyKey).update(`${family}.${generation}`).digest('base64url')}`
}

function drawUserCode() {
  let code = ''
  while (code.length < 8) for (const byte of randomBytes(12)) if (byte < 240 && code.length < 8) code += ALPHABET[byte % 20]
  return code
}

/** @param {Grant} grant */
function tokens({ family, generation, subject, opaque }) {
  const iat = Math.floor(Date.now() / 1000)
  const jti = randomBytes(16).toString('base64url')
  const claims = { iss: issuer, sub: subject, aud: 'tools', client_id: 'cli', iat, exp: iat + TOKEN_SECONDS, jti, scope: 'tools:read' }
  let access = jti
  if (opaque) opaques.set(digest(jti), claims)
  else {
    const input = `${header}.${encode(JSON.stringify(claims))}`
    access = `${input}.${sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
  }
  const token = refreshToken(family, generation)
  return { access_token: access, token_type: 'Bearer', expires_in: TOKEN_SECONDS, scope: 'tools:read', refresh_token: token }
}

/** @param {URLSearchParams} form @returns {[number, object]} */
function issue(form) {
  const deviceCode = randomBytes(32).toString('base64url')
  let userCode = drawUserCode()
  while (byUser.has(digest(userCode))) userCode = drawUserCode()
  const userKey = digest(userCode)
  const expiresAt = Date.now() + LIFE_SECONDS * 1000
  const opaque = form.get('resource')?.includes('files') === true
  byDevice.set(digest(deviceCode), { expiresAt, interval: INTERVAL_SECONDS, nextPoll: 0, state: 'pending', userKey, opaque })
  byUser.set(userKey, digest(deviceCode))
  const shown = `${userCode.slice(0, 4)}-${userCode.slice(4)}`
  const uri = `${issuer}/device`
  const links = { verification_uri: uri, verification_uri_complete: `${uri}?user_code=${shown}` }
  return [200, { device_code: deviceCode, user_code: shown, ...links, expires_in: LIFE_SECONDS, interval: INTERVAL_SECONDS }]
}

/** @param {URLSearchParams} form @returns {[number, object]} */
function redeem(form) {
  const key = digest(form.get('device_code') ?? '')
  const device = byDevice.get(key)
  const now = Date.now()
  if (device === undefined) return [400, { error: 'invalid_grant' }]
  if (now >= device.expiresAt) return [400, { error: 'expired_token' }]
  if (device.state === 'pending') {
    if (now >= device.nextPoll) {
      device.nextPoll = now + (device.interval - 1) * 1000
      return [400, { error: 'authorization_pending' }]
    }
    device.interval = Math.min(60, device.interval + 5)
    return [400, { error: 'slow_down', interval: device.interval }]
  }
  byDevice.delete(key)
  byUser.delete(device.userKey)
  const family = randomBytes(16).toString('base64url')
  const grant = { family, generation: 0, subject: 'ada', opaque: device.opaque }
  grants.set(family, grant)
  return [200, tokens(grant)]
}

/** @param {URLSearchParams} form @returns {[number, object]} */
function rotate(form) {
  const token = form.get('refresh_token') ?? ''
  const [family = '', generation = ''] = token.split('.')
  const grant = grants.get(family)
  if (grant === undefined || token !== refreshToken(family, Number(generation))) return [400, { error: 'invalid_grant' }]
  if (Number(generation) !== grant.generation) {
    grants.delete(family)
    return [400, { error: 'invalid_grant' }]
  }
  grant.generation++
  return [200, tokens(grant)]
}

/** @param {URLSearchParams} form @returns {[number, object]} */
function token(form) {
  if (form.get('client_id') !== 'cli') return [401, { error: 'invalid_client' }]
  const type = form.get('grant_type')
  return type === DEVICE_CODE ? redeem(form) : type === 'refresh_token' ? rotate(form) : [400, { error: 'unsupported_grant_type' }]
}

/** @param {URLSearchParams} form @param {string} authorization @returns {[number, object]} */
function introspect(form, authorization) {
  if (!introspectors.has(authorization)) return [401, { error: 'invalid_client' }]
  const claims = opaques.get(digest(form.get('token') ?? ''))
  return [
    200,
    claims !== undefined && claims.exp * 1000 > Date.now() ? { active: true, token_type: 'Bearer', ...claims } : { active: false },
  ]
}

/** @param {URLSearchParams} form @returns {[number, object]} */
function approve(form) {
  const device = byDevice.get(byUser.get(digest((form.get('user_code') ?? '').replace('-', ''))) ?? '')
  if (device?.state !== 'pending') return [404, {}]
  device.state = 'approved'
  return [200, {}]
}

/** @type {Readonly<Record<string, (form: URLSearchParams, authorization: string) => [number, object]>>} */
const routes = { '/device_authorization': issue, '/token': token, '/introspect': introspect, '/bench/approve': approve }

let issuer = ''
const server = createServer((request, response) => {
  let body = ''
  request.setEncoding('utf8')
  request.on('data', (/** @type {string} */ text) => {
    body += text
  })
  request.on('end', () => {
    const route = routes[request.url ?? '']
    const [status, answer] = route?.(new URLSearchParams(body), request.headers.authorization ?? '') ?? [404, { error: 'invalid_request' }]
    const text = JSON.stringify(answer)
    response.writeHead(status, ['content-type', 'application/json', 'cache-control', 'no-store', 'content-length', String(text.length)])
    response.end(text)
  })
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  issuer = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
  console.log(`listening on ${issuer}`)
})
