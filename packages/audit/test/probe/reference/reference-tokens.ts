/** The endpoints of the reference server that programs talk to. */
import { createHash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import {
  CLIENTS,
  type DeviceRecord,
  type GrantRecord,
  newToken,
  type ReferenceClient,
  Refusal,
  type Request,
  type State,
} from './reference-state.ts'

const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code'

function clientOf(state: State, { form, headers }: Request, secretUnchecked: boolean): ReferenceClient {
  const [, basic = ''] = /^Basic (.+)$/.exec(headers['authorization'] ?? '') ?? []
  const [id = '', secret] =
    basic === '' ? [form.get('client_id') ?? ''] : Buffer.from(basic, 'base64').toString().split(':').map(decodeURIComponent)
  if (id === '' && !state.has('codes without client')) throw new Refusal('invalid_request')
  const client = CLIENTS.find((each) => each.id === id)
  if (client === undefined) {
    if (state.has('codes without client')) return { id, hasGrant: true, scope: ['read'] }
    throw new Refusal('invalid_client', 401)
  }
  if (client.secret !== undefined && client.secret !== secret && !secretUnchecked) throw new Refusal('invalid_client', 401)
  return client
}

export function deviceAuthorization(state: State, request: Request, base: string): object {
  const client = clientOf(state, request, state.has('secret unchecked when asking'))
  if (!client.hasGrant && !state.has('grant for all')) throw new Refusal('unauthorized_client')
  const asked = (request.form.get('scope') ?? client.scope.join(' ')).split(' ').filter((each) => each !== '')
  if (asked.some((each) => !client.scope.includes(each)) && !state.has('unknown scope granted')) throw new Refusal('invalid_scope')
  const userCode = state.drawUserCode()
  const deviceCode = state.drawDeviceCode(userCode)
  const expiresAt = state.clock.now() + state.codeLife * 1000
  const record: DeviceRecord = {
    clientId: client.id,
    userCode,
    scope: asked,
    expiresAt,
    state: 'pending',
    subject: '',
    grantId: '',
    interval: state.interval,
    polledAt: undefined,
  }
  state.devices.set(deviceCode, record)
  return {
    device_code: deviceCode,
    user_code: userCode,
    verification_uri: `${base}/device`,
    verification_uri_complete: `${base}/device?user_code=${userCode}`,
    expires_in: state.codeLife,
    interval: state.interval,
  }
}

export async function token(state: State, request: Request, issuer: string): Promise<object> {
  const form = parameters(state, request)
  const client = clientOf(state, { ...request, form }, state.has('secret unchecked when polling'))
  const key = provenKey(state, request, `${issuer}/token`)
  if (form.get('grant_type') === 'refresh_token') return refreshed(state, client, form, key)
  if (form.get('grant_type') !== DEVICE_CODE) throw new Refusal('unsupported_grant_type')
  if (!client.hasGrant && !state.has('grant for all at redemption')) throw new Refusal('unauthorized_client')
  return redeemed(state, client, form, key)
}

function parameters(state: State, { method, form, query }: Request): URLSearchParams {
  if (method === 'GET' && state.has('token by GET')) return query
  if (method !== 'POST') throw new Refusal('invalid_request', 405)
  if (state.has('code in the address') && query.has('device_code')) form.set('device_code', query.get('device_code') ?? '')
  if (state.has('last one wins')) return new URLSearchParams(Object.fromEntries(form))
  if (new Set(form.keys()).size < [...form.keys()].length) throw new Refusal('invalid_request')
  return form
}

async function redeemed(state: State, client: ReferenceClient, form: URLSearchParams, key: string | undefined): Promise<object> {
  const deviceCode = form.get('device_code') ?? ''
  if (deviceCode === '') throw new Refusal('invalid_request')
  const record = recordOf(state, deviceCode)
  if (record === undefined) throw state.has('crash on unknown') ? new Error('no such code') : new Refusal('invalid_grant')
  const isStranger = record.clientId !== client.id && client.hasGrant && !state.has('any client redeems')
  if (isStranger && !(state.has('pending for strangers') && record.state === 'pending')) throw new Refusal('invalid_grant')
  const isOver = state.clock.now() >= record.expiresAt
  if (isOver && !(state.has('expiry only while pending') && record.state === 'approved') && !state.has('late approval')) {
    throw new Refusal('expired_token')
  }
  if (record.state === 'denied') throw new Refusal(state.has('denial forgotten') ? 'authorization_pending' : 'access_denied')
  if (record.state === 'pending') throw state.clock.now() >= record.expiresAt ? new Refusal('expired_token') : paced(state, record)
  if (state.has('race')) await setImmediate()
  if (record.state === 'redeemed' && !(state.has('race') && state.clock.now() === record.polledAt)) {
    if (!state.has('replay')) {
      const grant = state.grants.get(record.grantId)
      if (grant !== undefined) grant.isEnded = true
      throw new Refusal('invalid_grant')
    }
  }
  if (state.has('race')) await setImmediate()
  record.state = 'redeemed'
  record.polledAt = state.clock.now()
  record.grantId = newToken()
  const scope = state.has('scope widened at redemption') && form.has('scope') ? (form.get('scope') ?? '').split(' ') : record.scope
  const grant: GrantRecord = { clientId: record.clientId, subject: record.subject, scope, key, generation: 0, isEnded: false }
  state.grants.set(record.grantId, grant)
  return issued(state, record.grantId, grant, key)
}

function recordOf(state: State, deviceCode: string): DeviceRecord | undefined {
  if (!state.has('prefix is enough')) return state.devices.get(deviceCode)
  return [...state.devices].find(([known]) => known.startsWith(deviceCode.slice(0, 40)))?.[1]
}

/** RFC 8628 section 3.5: what comes too early gets five seconds more, for good; the window stays where it was. */
function paced(state: State, record: DeviceRecord): Refusal {
  const now = state.clock.now()
  const { polledAt } = record
  const isEarly = polledAt !== undefined && now - polledAt < record.interval * 1000 - 50
  if (!isEarly || state.has('never slow_down')) {
    record.polledAt = now
    return new Refusal('authorization_pending')
  }
  if (state.has('slow_down for ever')) record.interval = Number.POSITIVE_INFINITY
  else if (!state.has('slow_down forgotten')) record.interval += 5
  return new Refusal('slow_down', state.has('429 for slow_down') ? 429 : 400)
}

function refreshed(state: State, client: ReferenceClient, form: URLSearchParams, key: string | undefined): object {
  const old = state.refreshes.get(form.get('refresh_token') ?? '')
  const grant = old && state.grants.get(old.grantId)
  if (old === undefined || grant === undefined || grant.isEnded) throw new Refusal('invalid_grant')
  if (grant.clientId !== client.id && !state.has('refresh for anybody')) throw new Refusal('invalid_grant')
  if (grant.key !== undefined && grant.key !== key && !state.has('refresh with any key')) throw new Refusal('invalid_grant')
  const asked = form.get('scope')?.split(' ') ?? grant.scope
  if (asked.some((each) => !grant.scope.includes(each))) throw new Refusal('invalid_scope')
  if (state.has('no rotation')) return { ...issued(state, old.grantId, grant, key), refresh_token: form.get('refresh_token') }
  if (old.generation !== grant.generation) {
    if (!state.has('family survives')) grant.isEnded = true
    throw new Refusal('invalid_grant')
  }
  grant.generation++
  return issued(state, old.grantId, grant, key)
}

function issued(state: State, grantId: string, grant: GrantRecord, key: string | undefined): object {
  const isBound = key !== undefined && !state.has('bearer for a key')
  const claims = {
    iss: 'reference',
    sub: grant.subject,
    aud: 'reference-api',
    scope: grant.scope.join(' '),
    ...(isBound ? { cnf: { jkt: key } } : {}),
  }
  const refreshToken = newToken()
  state.refreshes.set(refreshToken, { grantId, generation: grant.generation })
  // Nobody checks the signature here: the probe reads claims and trusts none.
  const accessToken = [{ alg: 'none' }, { ...claims, jti: newToken() }]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  return {
    access_token: `${accessToken}.${newToken()}`,
    token_type: isBound ? 'DPoP' : 'Bearer',
    expires_in: state.tokenLife,
    scope: grant.scope.join(' '),
    refresh_token: refreshToken,
  }
}

/** RFC 9449 section 4.3, as much of it as the probe looks at; signatures are not. */
function provenKey(state: State, { headers, method }: Request, url: string): string | undefined {
  const proof = headers['dpop']
  if (proof === undefined) return undefined
  const [head, claims] = proof.split('.').map((part) => Buffer.from(part, 'base64url').toString())
  const { jwk } = JSON.parse(head ?? '') as { jwk: object }
  const { htm, htu, iat, jti } = JSON.parse(claims ?? '') as Record<string, string | number>
  const isElsewhere = htm !== method || htu !== url
  if (isElsewhere && !state.has('proofs for anything')) throw new Refusal('invalid_dpop_proof')
  const isStale = Math.abs(state.clock.now() / 1000 - Number(iat)) > 60
  if (isStale && !state.has('stale proofs')) throw new Refusal('invalid_dpop_proof')
  if (state.proofs.has(String(jti))) throw new Refusal('invalid_dpop_proof')
  state.proofs.add(String(jti))
  return createHash('sha256').update(JSON.stringify(jwk)).digest('base64url')
}

export function revoked(state: State, request: Request): object {
  const client = clientOf(state, request, false)
  const found = state.refreshes.get(request.form.get('token') ?? '')
  const grant = found && state.grants.get(found.grantId)
  if (grant?.clientId === client.id && !state.has('revocation does nothing')) grant.isEnded = true
  return {}
}

export function userinfo(state: State, { headers }: Request): object {
  const [, scheme = '', accessToken = ''] = /^(\w+) (.+)$/.exec(headers['authorization'] ?? '') ?? []
  const claims = JSON.parse(Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString()) as { sub: string; cnf?: { jkt: string } }
  const isBound = claims.cnf !== undefined
  if (isBound) {
    const { jwk } = JSON.parse(Buffer.from((headers['dpop'] ?? '').split('.')[0] ?? '', 'base64url').toString() || '{}') as { jwk?: object }
    const proven = createHash('sha256')
      .update(JSON.stringify(jwk ?? {}))
      .digest('base64url')
    if (scheme !== 'DPoP' || proven !== claims.cnf?.jkt) throw new Refusal('invalid_token', 401)
  }
  return { sub: claims.sub }
}
