/** The device authorization endpoint (RFC 8628 sections 3.1 and 3.2). */
import {
  DEVICE_CODE,
  type DeviceAuthorizationResponse,
  drawUserCode,
  formatUserCode,
  OAuthError,
  type PendingAuthorization,
  userCodeLength,
} from '@countersign/protocol'
import { authenticateClient } from '../clients/authentication/authenticate.ts'
import { type Context, type Endpoint, urlOf } from '../context.ts'
import { liveCodes } from '../limits/guessing.ts'
import { limitIssuance } from '../limits/issuance-limit.ts'
import { deviceRecordId, drawDeviceCode, userCodeLookup } from '../records/device-record.ts'
import { json } from '../requests/replies.ts'
import { postedForm } from '../requests/request.ts'
import { originOf } from '../requests/origin.ts'
import { proofOf, withFreshNonce } from '../requests/request-proof.ts'
import { targetOf } from '../requests/resources.ts'

export const deviceAuthorizationEndpoint: Endpoint = async (context, exchange) => {
  const form = postedForm(exchange)
  const client = await authenticateClient(context, exchange, form)
  // RFC 7591 section 2: the device grant needs explicit registration.
  if (!client.grantTypes.includes(DEVICE_CODE)) throw new OAuthError('unauthorized_client')
  const target = targetOf(context, client, form)
  const proof = await proofOf(context, exchange, '/device_authorization')
  if (client.dpopBound === true && proof === undefined) throw new OAuthError('invalid_dpop_proof', 'this client must prove a key')
  await limitIssuance(context, client, exchange.remoteAddress)

  const { clock, settings } = context
  const now = clock.now()
  const { deviceCode, userCode, id } = await open(context, {
    state: 'pending',
    clientId: client.id,
    scope: target.scope,
    resources: target.resources,
    keyThumbprint: proof?.thumbprint,
    deviceName: form.get('device_name')?.slice(0, 64),
    countersignSupported: form.get('countersign_supported') === 'true',
    origin: originOf(exchange),
    createdAt: now,
    expiresAt: now + settings.codeLife * 1000,
    entered: undefined,
  })
  context.events({
    type: 'device.opened',
    clientId: client.id,
    address: exchange.remoteAddress,
    authorization: id.slice(0, 8),
    keyBound: proof !== undefined,
  })
  const shown = formatUserCode(userCode)
  const page = urlOf(context, '/device')
  const response: DeviceAuthorizationResponse = {
    device_code: deviceCode,
    user_code: shown,
    verification_uri: page,
    verification_uri_complete: `${page}?user_code=${shown}`,
    expires_in: settings.codeLife,
    interval: settings.pace.interval,
  }
  return withFreshNonce(context, proof, json(response))
}

const ATTEMPTS = 8

/** RFC 8628 section 3.2: both codes unique among the living ones. A taken user code is drawn again, never overwritten. */
async function open(context: Context, record: PendingAuthorization) {
  const { settings, store, suite } = context
  const length = userCodeLength(await liveCodes(context, 1), settings.userCodeAlphabet)
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const userCode = drawUserCode(suite, length, settings.userCodeAlphabet)
    const lookup = await userCodeLookup(context, userCode)
    const deviceCode = drawDeviceCode(context, lookup)
    const id = await deviceRecordId(context, deviceCode)
    const inserted = await store.insert({
      kind: 'device',
      id,
      value: record,
      lookups: [lookup],
      // The record outlives the codes, so that a late poll hears expired_token and not invalid_grant (RFC 8628 section 3.5).
      expiresAt: record.expiresAt + settings.afterlife * 1000,
    })
    if (inserted) return { deviceCode, userCode, id }
  }
  throw new OAuthError('temporarily_unavailable', 'no free user code was found; try again')
}
