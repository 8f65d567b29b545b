/** Where a request came from, as it is kept and shown: for the device and for the person alike (RFC 8628 sections 5.3 and 5.4). */
import { type Exchange, headerOf, type Origin } from '@countersign/protocol'

/** What a stranger says of its software is kept short. */
const LONGEST_USER_AGENT = 200

export function originOf(exchange: Exchange): Origin {
  return { address: exchange.remoteAddress, userAgent: (headerOf(exchange, 'user-agent') ?? '').slice(0, LONGEST_USER_AGENT) }
}
