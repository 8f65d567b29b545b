/** What the client needs from the machine it runs on. */
import type { Suite } from '@countersign/proof'
import type { Clock, Fetch, Sleep } from '@countersign/protocol'

/**
 * Clock, waiting, network and cryptography, all injected.
 * `fetch` must check TLS certificates and host names (RFC 8414 section 6.1) and must obey `redirect: 'manual'` and `signal`;
 * where name resolution can be bent, it is also the place to refuse private addresses behind public names.
 */
export interface Runtime {
  readonly fetch: Fetch
  readonly clock: Clock
  readonly sleep: Sleep
  readonly suite: Suite
}
