/**
 * Notices by mail, to those accounts that have an address. Invariant: over TLS or not off this machine, headers hold nothing that a stranger
 * chose, and neither the password nor what the mail server answers reaches a log.
 */
import type { Letter, Notice } from '@countersign/authority'
import { randomText, type Suite } from '@countersign/proof'
import { createTransport } from 'nodemailer'
import type { MailServer } from '../configuration/mail-server.ts'
import { type Attempt, type Channel, type DeliveryPorts, openDelivery } from './delivery.ts'

export interface MailPorts extends DeliveryPorts {
  readonly suite: Suite
  /** Where a subject is written to; `undefined`: nowhere. */
  readonly addressOf: (subject: string) => Promise<string | undefined>
  readonly write: (notice: Notice) => Letter
  /** Who the mail says it is from, beside the address. */
  readonly senderName: string
}

const PORTS = { starttls: 587, tls: 465, none: 25 } as const
const PATIENCE_MS = 30_000

/** @param password of the user that the configuration names */
export function openMail(server: MailServer, password: string | undefined, ports: MailPorts): Channel {
  const { addressOf, senderName, suite, write } = ports
  const { from, host, security = 'starttls', port = PORTS[security], user } = server
  const delivery = openDelivery('mail', ports)
  const transport = createTransport({
    pool: true,
    maxConnections: 2,
    host,
    port,
    secure: security === 'tls',
    // RFC 3207 section 4.1: whoever stands between could take the offer of TLS away, so it is demanded.
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    ...(user === undefined ? {} : { auth: { user, pass: password ?? '' } }),
    dnsTimeout: PATIENCE_MS / 3,
    connectionTimeout: PATIENCE_MS / 3,
    greetingTimeout: PATIENCE_MS / 3,
    socketTimeout: PATIENCE_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  const domain = from.slice(from.lastIndexOf('@') + 1)

  async function send(notice: Notice, messageId: string, signal: AbortSignal): Promise<Attempt> {
    try {
      const address = await addressOf(notice.subject)
      if (address === undefined) return 'arrived'
      await transport.sendMail({
        from: { name: senderName, address: from },
        to: { name: '', address },
        ...write(notice),
        date: new Date('changedAt' in notice ? notice.changedAt : notice.approvedAt),
        messageId,
        // RFC 3834 section 5: no robot answers it.
        headers: { 'Auto-Submitted': 'auto-generated' },
        signal: AbortSignal.any([AbortSignal.timeout(PATIENCE_MS), signal]),
      })
      return 'arrived'
    } catch (cause) {
      return failureOf(cause)
    }
  }

  return {
    notify: (notice) => {
      // The same for every attempt, so that one that arrived without our hearing of it is not shown twice.
      const messageId = `<${randomText(suite, 16)}@${domain}>`
      delivery.begin((signal) => send(notice, messageId, signal))
    },
    close: async () => {
      await delivery.close()
      transport.close({ force: true })
    },
  }
}

/** RFC 5321 section 4.2.1: 4yz may pass, 5yz does not. What the server says beside the number may repeat addresses, so it is not kept. */
function failureOf(cause: unknown): Attempt {
  const { code, responseCode } = cause as { readonly code?: unknown; readonly responseCode?: unknown }
  if (typeof responseCode !== 'number') return { final: false, status: undefined, cause }
  return { final: responseCode >= 500, status: responseCode, cause: typeof code === 'string' ? code : undefined }
}
