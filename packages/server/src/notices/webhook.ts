/**
 * Notices as signed requests to a place of the operator, which mails, chats or rings (docs/notices.md). The form is that of Standard Webhooks.
 * Invariant: nobody who approves waits for it, and neither the secret nor what an answer says reaches a log.
 */
import type { ApprovalNotice, Notice, PasskeyNotice, Whereabouts } from '@countersign/authority'
import { encodeBase64url, type Suite } from '@countersign/proof'
import type { Clock, Fetch } from '@countersign/protocol'
import { type Attempt, type Channel, type DeliveryPorts, openDelivery } from './delivery.ts'

export interface WebhookPorts extends DeliveryPorts {
  readonly suite: Suite
  readonly clock: Clock
  readonly fetch: Fetch
}

const PATIENCE_MS = 10_000

export function openWebhook(url: string, secret: Uint8Array, ports: WebhookPorts): Channel {
  const { clock, fetch, suite } = ports
  const mac = suite.hmac(secret)
  const delivery = openDelivery('webhook', ports)

  async function send(id: string, body: string, signal: AbortSignal): Promise<Attempt> {
    // Signed anew for every attempt: a receiver refuses what is old.
    const timestamp = String(Math.floor(clock.now() / 1000))
    const signature = Buffer.from(await mac(`${id}.${timestamp}.${body}`), 'base64url').toString('base64')
    try {
      const response = await fetch(url, {
        method: 'POST',
        // A redirect could lead the notice anywhere.
        redirect: 'manual',
        headers: {
          'content-type': 'application/json',
          'webhook-id': id,
          'webhook-timestamp': timestamp,
          'webhook-signature': `v1,${signature}`,
        },
        body,
        signal: AbortSignal.any([AbortSignal.timeout(PATIENCE_MS), signal]),
      })
      await response.body?.cancel()
      if (response.ok) return 'arrived'
      // What is refused for good stays refused; too busy and too slow pass.
      const { status } = response
      return { final: status >= 400 && status < 500 && status !== 408 && status !== 429, status }
    } catch (cause) {
      return { final: false, status: undefined, cause }
    }
  }

  return {
    notify: (notice) => {
      const id = `msg_${encodeBase64url(suite.random(16))}`
      const body = JSON.stringify(wireNotice(notice))
      delivery.begin((signal) => send(id, body, signal))
    },
    close: delivery.close,
  }
}

/** A notice by the names the wire uses. */
function wireNotice(notice: Notice): object {
  return 'changedAt' in notice ? wirePasskey(notice) : wireApproval(notice)
}

function wirePasskey({ type, subject, name, passkeyName, changedAt, changedFrom, passkeysUrl }: PasskeyNotice): object {
  return {
    type,
    timestamp: new Date(changedAt).toISOString(),
    sub: subject,
    name,
    passkey_name: passkeyName,
    changed_from: wireWhereabouts(changedFrom),
    passkeys_url: passkeysUrl,
  }
}

function wireApproval(notice: ApprovalNotice): object {
  const { askedFrom, approvedFrom } = notice
  return {
    type: notice.type,
    timestamp: new Date(notice.approvedAt).toISOString(),
    sub: notice.subject,
    name: notice.name,
    client_id: notice.clientId,
    client_name: notice.clientName,
    device_name: notice.deviceName,
    scope: notice.scope.join(' '),
    resources: notice.resources,
    asked_from: askedFrom && wireWhereabouts(askedFrom),
    approved_from: wireWhereabouts(approvedFrom),
    devices_url: notice.devicesUrl,
  }
}

function wireWhereabouts({ address, place, userAgent }: Whereabouts): object {
  return { address, user_agent: userAgent, place }
}
