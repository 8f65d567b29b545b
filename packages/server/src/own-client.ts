/** What a server holds from its first start on: the client of our own command line. */
import { addClient, findClient, type Store } from '@countersign/authority'
import { AUTHORIZATION_CODE, type Clock, DEVICE_CODE, REFRESH_TOKEN } from '@countersign/protocol'
import type { Digest, Suite } from '@countersign/proof'

const OWN = {
  id: 'countersign-cli',
  name: 'Countersign CLI',
  grantTypes: [DEVICE_CODE, AUTHORIZATION_CODE, REFRESH_TOKEN],
  // RFC 8252 section 7.3: any port. With a browser on the same machine a redirect is safer than a code that is carried.
  redirectUris: ['http://127.0.0.1/callback', 'http://[::1]/callback'],
} as const
const MARK = { kind: 'server', id: 'started' } as const

/** Registers the client `countersign-cli` at the first start, and never again: an operator may remove it. Tells whether this was the first. */
export async function registerOwnClient(ports: { store: Store; suite: Suite; clock: Clock; digest: Digest }): Promise<boolean> {
  const { store, clock } = ports
  if ((await store.read(MARK.kind, MARK.id)) !== undefined) return false
  // The client first, the mark second: a start that is cut short is made up for by the next one.
  if ((await findClient(ports, OWN.id)) === undefined) await addClient(ports, OWN)
  return store.insert({ ...MARK, value: { at: clock.now() } })
}
