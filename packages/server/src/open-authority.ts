/**
 * The authority of a configuration with all that it needs around it: what a reload makes anew, while store and listener stay.
 * What only some configurations need is loaded for those alone, so that a server is ready sooner.
 */
import {
  type Authority,
  createAuthority,
  type Identity,
  localIdentity,
  type LocalIdentityPorts,
  type PasswordHasher,
} from '@countersign/authority'
import { systemSleep } from '@countersign/node'
import { guardedFetch } from '@countersign/node/http'
import { CountersignError } from '@countersign/protocol'
import type { Configuration, Environment } from './configuration/configuration.ts'
import { openTheme } from './configuration/theme.ts'
import type { ServerEvents } from './event-log.ts'
import type { Channel } from './notices/delivery.ts'
import { openNotices } from './notices/open.ts'
import type { OpenStore } from './open-store.ts'
import { passkeyVerifier } from './passkey-verifier.ts'
import type { KeptPlaces } from './places/keep-places.ts'
import { reductionsIn } from './risk/risk-profile.ts'

export interface AuthorityParts extends Pick<OpenStore, 'store' | 'suite' | 'clock' | 'masterKey'> {
  readonly issuer: string
  readonly events: ServerEvents
  readonly hasher: PasswordHasher
  readonly environment: Environment
}

export interface OpenAuthority extends Pick<Authority, 'handle'> {
  /** Sends what is still to be sent, and lets go of everything but the store. */
  close(): Promise<void>
}

/** @throws CountersignError `configuration_invalid`, `store_unavailable`; nothing is left open then */
export async function openAuthority(configuration: Configuration, parts: AuthorityParts): Promise<OpenAuthority> {
  const { issuer, store, suite, clock, masterKey, events, hasher, environment } = parts
  const { resources, settings, operator, theme, placeDatabase } = configuration
  let kept: KeptPlaces | undefined
  let notices: Channel | undefined
  const close = async () => {
    await notices?.close()
    await kept?.close()
  }
  try {
    if (placeDatabase !== undefined) {
      const { keepPlaces } = await import('./places/keep-places.ts')
      kept = keepPlaces(placeDatabase, {
        reloaded: () => events({ type: 'places.reloaded' }),
        notReloaded: (cause) => events({ type: 'places.not_reloaded', cause }),
      })
    }
    notices = await openNotices(configuration, issuer, {
      store,
      suite,
      clock,
      fetch,
      sleep: systemSleep(),
      environment,
      failed: (failure) => events({ type: 'notice.failed', ...failure }),
    })
    // RFC 10027 section 6.1: mitigations are selected, and what is left out is said and not forgotten.
    for (const what of reductionsIn(settings)) events({ type: 'risk.reduced', what })
    const identity = await identityOf(configuration)
    const { handle } = await createAuthority({
      issuer,
      store,
      suite,
      clock,
      masterKey,
      resources,
      settings,
      events,
      notices: notices.notify,
      ...(kept === undefined ? {} : { places: kept.places }),
      operator,
      theme: theme && openTheme(theme),
      fetchDocument: guardedFetch(),
      identity: (ports) => identity({ ...ports, hasher, passkeys: passkeyVerifier() }),
    })
    return { handle, close }
  } catch (error) {
    await close()
    throw error instanceof RangeError ? new CountersignError('configuration_invalid', error.message, { cause: error }) : error
  }
}

async function identityOf({ identityProviders, localAccounts }: Configuration): Promise<(ports: LocalIdentityPorts) => Identity> {
  if (identityProviders.length === 0) return localIdentity
  const { upstreamIdentity } = await import('./upstream/upstream-identity.ts')
  return (ports) => upstreamIdentity(ports, identityProviders, localAccounts)
}
