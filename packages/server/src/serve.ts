/** A running server: store, authority and HTTP put together, started in order and stopped in the reverse one. */
import { type Authority, createAuthority, listAccounts, type PasswordHasher } from '@countersign/authority'
import { createHttpServer, guardedFetch, systemSleep } from '@countersign/node'
import { AUTHORIZATION_SERVER_SUFFIX, CountersignError, insertWellKnown } from '@countersign/protocol'
import type { Configuration, Environment } from './configuration/configuration.ts'
import { urlHost } from './configuration/keys.ts'
import { logEvents } from './event-log.ts'
import type { Channel } from './notices/delivery.ts'
import { openNotices } from './notices/open.ts'
import { registerOwnClient } from './own-client.ts'
import { openStore } from './open-store.ts'
import { passkeyVerifier } from './passkey-verifier.ts'
import { type KeptPlaces, keepPlaces } from './places/keep-places.ts'
import { argon2Hasher } from './password-hasher.ts'
import { keepSwept } from './sweep.ts'
import { upstreamIdentity } from './upstream/upstream-identity.ts'

export interface RunningServer {
  /** Where it listens. */
  readonly url: string
  readonly issuer: string
  readonly metadataUrl: string
  /** Whether nothing was there before. */
  readonly isFirstStart: boolean
  /** `undefined`: the key came from a command. */
  readonly masterKeyFile: string | undefined
  readonly masterKeyMade: boolean
  /** Whether others on this machine can look into the directory. */
  readonly exposed: boolean
  readonly accounts: number
  /** Accepts nothing more, lets requests under way finish, and closes the store. */
  close(): Promise<void>
}

export interface ServeOptions {
  /** Takes each line of the log; stderr unless given. */
  readonly log?: (line: string) => void
  /** How passwords are hashed; argon2id unless given. The operator's commands must hash alike. */
  readonly hasher?: PasswordHasher
  /** Where the secrets are that the configuration names by a variable; the environment of this program unless given. */
  readonly environment?: Environment
}

/**
 * Starts a server. With port 0 it takes a free port; without an issuer it is its own address.
 * @throws CountersignError `configuration_invalid` when the directory, the master key or the address cannot be used, `store_unavailable`
 */
export async function startServer(configuration: Configuration, options: ServeOptions = {}): Promise<RunningServer> {
  const { store, suite, clock, masterKey, digest, ...found } = await openStore(configuration)
  const events = logEvents(configuration.log, clock, options.log ?? ((line) => process.stderr.write(`${line}\n`)))
  // The issuer may depend on the port, so listening comes first; who is quick enough to ask already waits for the authority.
  let opened: (authority: Authority) => void = () => undefined
  const authority = new Promise<Authority>((resolve) => {
    opened = resolve
  })
  const http = createHttpServer(async (exchange) => (await authority).handle(exchange), {
    onError: (cause) => events({ type: 'request.failed', endpoint: 'http', cause }),
    trustedProxies: configuration.trustProxy,
  })
  let notices: Channel | undefined
  let kept: KeptPlaces | undefined
  const close = async (grace?: number) => {
    await http.close(grace)
    await notices?.close()
    await kept?.close()
    await store.close()
  }
  try {
    const { port } = await http.listen(configuration.listen.port, configuration.listen.host)
    const url = `http://${urlHost(configuration.listen.host)}:${port}`
    const issuer = configuration.issuer ?? url
    const isFirstStart = await registerOwnClient({ store, suite, clock, digest })
    const { identityProviders, localAccounts, resources, settings, operator } = configuration
    if (configuration.placeDatabase !== undefined) {
      kept = keepPlaces(configuration.placeDatabase, {
        reloaded: () => events({ type: 'places.reloaded' }),
        notReloaded: (cause) => events({ type: 'places.not_reloaded', cause }),
      })
    }
    notices = openNotices(configuration, issuer, {
      store,
      suite,
      clock,
      fetch,
      sleep: systemSleep(),
      environment: options.environment ?? process.env,
      failed: (failure) => events({ type: 'notice.failed', ...failure }),
    })
    opened(
      await createAuthority({
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
        fetchDocument: guardedFetch(),
        identity: (ports) =>
          upstreamIdentity(
            { ...ports, hasher: options.hasher ?? argon2Hasher(), passkeys: passkeyVerifier() },
            identityProviders,
            localAccounts,
          ),
      }),
    )
    const accounts = (await listAccounts({ store })).length
    const stopSweeping = keepSwept(store, (cause) => events({ type: 'store.sweep_failed', cause }))
    return {
      ...found,
      url,
      issuer,
      metadataUrl: insertWellKnown(issuer, AUTHORIZATION_SERVER_SUFFIX),
      isFirstStart,
      accounts,
      close: async () => {
        await stopSweeping()
        await close()
      },
    }
  } catch (error) {
    await close(0)
    throw error instanceof RangeError ? new CountersignError('configuration_invalid', error.message, { cause: error }) : error
  }
}
