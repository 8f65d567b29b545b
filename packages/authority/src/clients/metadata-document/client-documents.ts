/**
 * Clients that are described by a document at the address that is their client id (CIMD draft). The client has registered with nobody:
 * what is known is that whoever controls the address published this. Every fault ends in `invalid_client`.
 */
import { type Clock, type FetchDocument, OAuthError } from '@countersign/protocol'
import type { Events } from '../../ports/events.ts'
import type { Store } from '../../ports/store.ts'
import type { Client } from '../../records/records.ts'
import { clientOf, readClientMetadata } from '../registration/client-metadata.ts'
import { publicKeysOf } from '../registration/public-keys.ts'
import type { Settings } from '../../settings.ts'
import { hostOf, isClientIdUrl } from './client-id-url.ts'
import { type CachePorts, documentCache, refusedDocument } from './document-cache.ts'

/** A document that starts a device login has to serve it to its end, without the login depending on the other server at every poll. */
const DOCUMENT_RULE = { least: 300, most: 86_400 }
/** Keys are exchanged when one was lost, so an old set is not kept for a day. */
const KEYS_RULE = { least: 300, most: 3600 }

export interface ClientDocuments {
  /** Whether this client id is an address whose documents are accepted here. Nothing is fetched. */
  accepts(clientId: string): boolean
  /** The client that the document at this address describes; `undefined` for ids that are not accepted. @throws OAuthError `invalid_client` */
  clientAt(clientId: string): Promise<Client | undefined>
  /** Whether keys can be fetched at all. */
  readonly fetchesKeys: boolean
  /** The public keys published at an address. @throws OAuthError `invalid_client` */
  keysAt(jwksUri: string): Promise<readonly Readonly<Record<string, unknown>>[]>
}

export interface ClientDocumentPorts {
  readonly clock: Clock
  readonly store: Store
  readonly events: Events
  readonly settings: Pick<Settings, 'clientDocuments' | 'codeGrant'>
  readonly fetchDocument: FetchDocument | undefined
}

/** @throws RangeError when documents are wanted and nothing can fetch them, or a host in the list is none */
export function openClientDocuments({ clock, store, events, settings, fetchDocument }: ClientDocumentPorts): ClientDocuments {
  const { clientDocuments, codeGrant } = settings
  if (clientDocuments !== 'off' && fetchDocument === undefined) throw new RangeError('setting "clientDocuments" needs "fetchDocument"')
  if (typeof clientDocuments === 'object' && !clientDocuments.every(isHost)) {
    throw new RangeError('setting "clientDocuments" lists hosts in lower case, such as "app.example" or "app.example:8443"')
  }
  const ports: CachePorts = { clock, store, fetchDocument: fetchDocument ?? (() => Promise.reject(new RangeError('nothing fetches here'))) }
  const documents = documentCache(ports, DOCUMENT_RULE, (url, document) => clientIn(url, document, codeGrant, clock.now()))
  const keys = documentCache(ports, KEYS_RULE, (_, document) => {
    const found = publicKeysOf(document)
    if (found === undefined) throw refusedDocument('names keys that cannot be used')
    return found
  })
  const accepts = (clientId: string) => {
    if (clientDocuments === 'off' || !isClientIdUrl(clientId)) return false
    return clientDocuments === 'any' || clientDocuments.includes(hostOf(clientId))
  }
  return {
    accepts,
    fetchesKeys: fetchDocument !== undefined,
    clientAt: async (clientId) => (accepts(clientId) ? told(events, clientId, documents(clientId)) : undefined),
    keysAt: (jwksUri) => told(events, jwksUri, keys(jwksUri)),
  }
}

/** The operator learns why; the client learns what it can mend. */
async function told<Value>(events: Events, url: string, document: Promise<Value>): Promise<Value> {
  try {
    return await document
  } catch (error) {
    if (error instanceof OAuthError) events({ type: 'client.document_refused', url, why: error.message, cause: error.cause })
    throw error
  }
}

function isHost(host: string): boolean {
  return isClientIdUrl(`https://${host}/client`) && hostOf(`https://${host}/client`) === host
}

/** Secrets that both sides know cannot be in a document that everybody can read (CIMD draft section 4.1). */
const SECRETS = ['client_secret', 'client_secret_expires_at']

function clientIn(url: string, document: Readonly<Record<string, unknown>>, codeGrant: Settings['codeGrant'], now: number): Client {
  // CIMD draft section 4.1: compared as strings, without any normalisation.
  if (document['client_id'] !== url) throw refusedDocument("has another 'client_id' than its address")
  if (SECRETS.some((member) => document[member] !== undefined)) throw refusedDocument('holds a secret, and everybody can read it')
  try {
    const metadata = readClientMetadata(document, { codeGrant, authMethods: ['none', 'private_key_jwt'], defaultAuthMethod: 'none' })
    return { ...clientOf(url, metadata, now), documentHost: hostOf(url) }
  } catch (error) {
    if (error instanceof OAuthError) throw refusedDocument(`cannot be used: ${error.message}`)
    throw error
  }
}
