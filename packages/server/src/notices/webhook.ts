/**
 * Notices as signed requests to a place of the operator, which mails, chats or rings (docs/notices.md). The form is that of Standard Webhooks.
 * Invariant: nobody who approves waits for it, and neither the secret nor what an answer says reaches a log.
 */
import type { Notice, Notices } from '@countersign/authority'
import { encodeBase64url, type Suite } from '@countersign/proof'
import type { Clock, Fetch, Sleep } from '@countersign/protocol'

export interface WebhookPorts {
  readonly suite: Suite
  readonly clock: Clock
  readonly fetch: Fetch
  readonly sleep: Sleep
  readonly failed: (failure: NoticeFailure) => void
}

/** A notice that did not arrive. `status`: of the last answer, if there was one. */
export interface NoticeFailure {
  readonly attempts: number
  readonly status: number | undefined
  readonly cause?: unknown
}

export interface Webhook {
  readonly notify: Notices
  /** Gives up what waits to be tried again. */
  close(): Promise<void>
}

/** Waits before the second attempt and those after it: a restart of the other side, a night without it. */
const PAUSES_MS = [2_000, 15_000, 120_000, 900_000, 3_600_000, 14_400_000] as const
const PATIENCE_MS = 10_000
/** What waits is kept in memory; more than this means that nobody is there. */
const MOST_WAITING = 1_000

export function openWebhook(url: string, secret: Uint8Array, ports: WebhookPorts): Webhook {
  const { clock, failed, fetch, sleep, suite } = ports
  const mac = suite.hmac(secret)
  const closing = new AbortController()
  const waiting = new Set<Promise<void>>()

  async function deliver(id: string, body: string): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      const outcome = await send(id, body)
      if (outcome === 'arrived') return
      const pause = PAUSES_MS[attempt]
      if (pause === undefined || outcome.final || closing.signal.aborted) {
        failed({ attempts: attempt + 1, status: outcome.status, cause: outcome.cause })
        return
      }
      // Ended by closing, the next attempt is the last.
      await sleep(pause, closing.signal).catch(() => undefined)
      if (closing.signal.aborted) {
        failed({ attempts: attempt + 1, status: outcome.status, cause: outcome.cause })
        return
      }
    }
  }

  async function send(id: string, body: string): Promise<'arrived' | { final: boolean; status: number | undefined; cause?: unknown }> {
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
        signal: AbortSignal.any([AbortSignal.timeout(PATIENCE_MS), closing.signal]),
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
      if (waiting.size >= MOST_WAITING || closing.signal.aborted) {
        failed({ attempts: 0, status: undefined })
        return
      }
      const delivery = deliver(`msg_${encodeBase64url(suite.random(16))}`, JSON.stringify(wireNotice(notice)))
      waiting.add(delivery)
      void delivery.finally(() => waiting.delete(delivery))
    },
    close: async () => {
      closing.abort()
      await Promise.all(waiting)
    },
  }
}

/** A notice by the names the wire uses. */
function wireNotice(notice: Notice): object {
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
    asked_from: askedFrom && { address: askedFrom.address, user_agent: askedFrom.userAgent },
    approved_from: { address: approvedFrom.address, user_agent: approvedFrom.userAgent },
    devices_url: notice.devicesUrl,
  }
}
