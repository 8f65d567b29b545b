/** The one place that knows where clients come from: registered here, or described by a document at the address that is their id. */
import { type Awaitable, whenKnown } from '@countersign/protocol'
import { isClientIdUrl } from './metadata-document/client-id-url.ts'
import type { Context } from '../context.ts'
import { type Client, readRecord, type Versioned } from '../records/records.ts'
import { unlessRefused } from '../requests/replies.ts'
import { longestLives } from '../tokens/lives.ts'

/**
 * The client of this id, as it may act now; `undefined` when there is none or it is disabled. Who is registered needs no document.
 * @throws OAuthError `invalid_client` with the fault of a metadata document, `temporarily_unavailable`
 */
export function findClientFor(context: Context, clientId: string): Awaitable<Client | undefined> {
  return whenKnown(readRecord(context.store, 'client', clientId), (found) => {
    if (found === undefined) return context.clientDocuments.clientAt(clientId)
    if (found.value.disabled === true) return undefined
    // Who was registered by hand is kept whether it is used or not.
    return found.value.registration?.keptUntil === undefined ? found.value : keepWhileUsed(context, found)
  })
}

/**
 * The same for pages, where a document that cannot be had right now must not stand between a person and the Deny button:
 * what the client was asked for is on record, and the program itself meets the fault when it comes for its token.
 */
export function clientIfKnown(context: Context, clientId: string): Awaitable<Client | undefined> {
  return unlessRefused(() => findClientFor(context, clientId))
}

/**
 * What tokens of this client are still worth. `suspended`: the operator may let it in again, be it disabled or an address whose documents
 * are not accepted now. Nothing is fetched, so a resource server that introspects never waits for a third party.
 */
export function standingOf(
  { store, clientDocuments }: Pick<Context, 'store' | 'clientDocuments'>,
  clientId: string,
): Awaitable<'good' | 'suspended' | 'removed'> {
  return whenKnown(readRecord(store, 'client', clientId), (registered) => {
    if (registered !== undefined) return registered.value.disabled === true ? 'suspended' : 'good'
    if (clientDocuments.accepts(clientId)) return 'good'
    return isClientIdUrl(clientId) ? 'suspended' : 'removed'
  })
}

/** Whether the client came by itself: no operator has looked at it, and making another one costs nothing. */
export function isSelfMade(client: Client): boolean {
  return client.documentHost !== undefined || client.registration?.keptUntil !== undefined
}

const DAY_MS = 86_400_000

/** How long a client that anybody could have registered is kept unused: no shorter than what it was granted may lie idle. */
export function unusedLife({ settings }: Pick<Context, 'settings'>): number {
  return Math.max(90 * DAY_MS, longestLives(settings).refreshIdle * 1000)
}

/** Moves the end of such a client on; at most one write a day. Losing a race to another use is as good as winning it. */
async function keepWhileUsed(context: Context, { id, version, value }: Versioned<'client'>): Promise<Client> {
  const { registration } = value
  const keptUntil = context.clock.now() + unusedLife(context)
  if (registration?.keptUntil === undefined || keptUntil - registration.keptUntil < DAY_MS) return value
  const used: Client = { ...value, registration: { ...registration, keptUntil } }
  await context.store.swap({ kind: 'client', id, version, value: used, expiresAt: keptUntil })
  return value
}
