/** How much one client may open from one address: device codes, authorization requests. Each is a record before anybody signed in. */
import { type Awaitable, OAuthError, whenKnown } from '@countersign/protocol'
import { isSelfMade } from '../clients/client-lookup.ts'
import type { Context } from '../context.ts'
import type { Client } from '../records/records.ts'

/**
 * RFC 10027 section 6.1.11. Refused requests count too: who keeps asking keeps waiting. Clients that cost nothing to make share one count,
 * or each new name would be a new allowance.
 * @throws OAuthError `temporarily_unavailable` with status 429
 */
export function limitIssuance({ clock, settings, store }: Context, client: Client, address: string): Awaitable<void> {
  const counted = isSelfMade(client) ? 'self-made' : client.id
  return whenKnown(store.count(`open:${counted}:${address}`, clock.now() + 60_000, 1), (opened) => {
    if (opened <= settings.codesPerMinute) return
    throw new OAuthError('temporarily_unavailable', 'too many codes were asked for from here; try again in a minute', {
      status: 429,
      headers: { 'retry-after': '60' },
    })
  })
}
