/**
 * The list of revoked grants of one issuer (docs/revocation-list.md): asked for when tokens come, shared by all that come meanwhile.
 * Invariant: no token passes on a list older than the options allow, unless the options say that none is needed.
 */
import { type Clock, CountersignError, type EpochMilliseconds, OAuthError, type Seconds } from '@countersign/protocol'
import { publishedAddress } from './keys/discover-keys.ts'
import { fetchJson, type Network } from './keys/fetch-json.ts'

export interface RevocationOptions {
  /** A list this old is asked for again; 1 to 3600. A revoked token lives on for at most twice as long while the issuer answers. */
  readonly everySeconds: Seconds
  /** How long the last list counts while no newer one can be had; at least twice `everySeconds`. 300 when not set, or that if it is more. */
  readonly keepSeconds?: Seconds
  /** What happens to tokens after that: `refuse` (the default) answers 503, `accept` lets them pass as if no list existed. */
  readonly afterwards?: 'refuse' | 'accept'
}

/** @throws OAuthError `invalid_token` for a grant on the list, `temporarily_unavailable` when there is no list that counts */
export type CheckGrant = (grantId: string | undefined) => Promise<void>

/** Room for some ten thousand grants revoked within an hour, forty times over. */
const LARGEST = 10_485_760
/** After a failure the issuer is left alone for this long. */
const RETRY_MS = 1_000

interface List {
  readonly revoked: ReadonlySet<string>
  readonly asOf: number
  readonly at: EpochMilliseconds
}

export function createRevocationList(issuer: string, clock: Clock, network: Network, options: RevocationOptions): CheckGrant {
  const { everySeconds, keepSeconds = Math.max(300, 2 * everySeconds), afterwards = 'refuse' } = options
  let list: List | undefined
  let address: string | undefined
  let failed: { readonly at: EpochMilliseconds; readonly cause: unknown } | undefined
  let flight: Promise<void> | undefined

  async function load(): Promise<void> {
    const at = clock.now()
    try {
      address ??= await publishedAddress(network, issuer, 'revocation_list_uri')
      const { revoked, asOf } = await fetchList(network, address, issuer)
      // A cache on the way may give an older one again; what is known is not forgotten for it.
      list = list !== undefined && asOf < list.asOf ? { ...list, at } : { revoked, asOf, at }
      failed = undefined
    } catch (cause) {
      // The list may have moved.
      address = undefined
      failed = { at, cause }
    }
    flight = undefined
  }

  function renew(): Promise<void> {
    if (flight === undefined && failed !== undefined && clock.now() < failed.at + RETRY_MS) return Promise.resolve()
    flight ??= load()
    return flight
  }

  const age = () => (list === undefined ? Number.POSITIVE_INFINITY : (clock.now() - list.at) / 1000)

  return async (grantId) => {
    // A token that names no grant, of a program that acts for itself, cannot be on the list.
    if (grantId === undefined) return
    if (age() >= everySeconds) {
      const renewed = renew()
      // Just old enough to be renewed, nobody has to wait for it; with nobody coming for long, the first one does.
      if (age() >= 2 * everySeconds) await renewed
    }
    if (list?.revoked.has(grantId) === true) throw new OAuthError('invalid_token', 'the grant behind the token was revoked')
    if (age() < keepSeconds || afterwards === 'accept') return
    throw new OAuthError('temporarily_unavailable', 'what the issuer has revoked cannot be had right now', {
      headers: { 'retry-after': '5' },
      cause: failed?.cause,
    })
  }
}

async function fetchList(network: Network, address: string, issuer: string): Promise<{ revoked: ReadonlySet<string>; asOf: number }> {
  const { status, body } = await fetchJson(network, address, LARGEST)
  const { as_of: asOf, revoked_grants: ids } = body ?? {}
  const whole = Array.isArray(ids) && ids.every((id) => typeof id === 'string')
  if (status !== 200 || body?.['issuer'] !== issuer || typeof asOf !== 'number' || !whole) {
    throw new CountersignError('invalid_response', `"${address}" does not answer with the revocation list of "${issuer}"`)
  }
  return { revoked: new Set(ids as string[]), asOf }
}
