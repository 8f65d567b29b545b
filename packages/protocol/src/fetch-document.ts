/**
 * Documents at addresses that strangers choose: client metadata, and the keys it points to.
 * The port is narrower than fetch on purpose, so that no plain fetch fits in: one that follows redirects or reaches inner addresses
 * would lend every stranger the server's place in the network.
 *
 * Contract, for every implementation: GET over https with the certificate verified; the name is resolved once, special-use addresses
 * (RFC 6890) are refused, and the connection goes to an address that was vetted; no redirect is followed; a body longer than 5 KB or
 * an answer that takes longer than 5 s is cut off; nothing that identifies a person or the server is sent along.
 */

export interface FetchedDocument {
  readonly status: number
  /** The headers as they came; empty when there was none. */
  readonly contentType: string
  readonly cacheControl: string
  readonly body: string
}

/**
 * Fetches one document. Any status is an answer; redirects too.
 * @throws CountersignError `network_failure` when there was no answer, or none that may be read
 */
export type FetchDocument = (url: string) => Promise<FetchedDocument>
