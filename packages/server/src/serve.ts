/** A running server: store, authority and HTTP put together, started in order and stopped in the reverse one. */
import { listAccounts, type PasswordHasher } from '@countersign/authority'
import { systemSleep } from '@countersign/node'
import { createHttpServer } from '@countersign/node/http'
import { AUTHORIZATION_SERVER_SUFFIX, CountersignError, insertWellKnown } from '@countersign/protocol'
import type { Configuration, Environment } from './configuration/configuration.ts'
import { urlHost } from './configuration/keys.ts'
import { logEvents } from './event-log.ts'
import { health } from './health.ts'
import { type OpenAuthority, openAuthority } from './open-authority.ts'
import { openStore } from './open-store.ts'
import { registerOwnClient } from './own-client.ts'
import { argon2Hasher } from './password-hasher.ts'
import { checkRiskProfile } from './risk/risk-profile.ts'
import { keepSwept } from './sweep.ts'
import { openTelemetry } from './telemetry/telemetry.ts'

export interface RunningServer {
  /** Where it listens. */
  readonly url: string
  readonly issuer: string
  readonly metadataUrl: string
  /** Where the metrics are, when there are any. */
  readonly metricsUrl: string | undefined
  /** Whether nothing was there before. */
  readonly isFirstStart: boolean
  /** `undefined`: the key came from a command. */
  readonly masterKeyFile: string | undefined
  /** Where the master key came from, in words. */
  readonly masterKeyShown: string
  readonly masterKeyMade: boolean
  /** Whether others on this machine can look into the directory. */
  readonly exposed: boolean
  readonly accounts: number
  /**
   * Goes on under another configuration; requests under way end under the old one, and nobody waits. Never rejects: when the new one
   * cannot be, or changes what takes a restart, an event tells why, and the old one stays.
   */
  reload(read: () => Configuration): Promise<void>
  /** Says on /readyz that it goes away, waits as long as configured for that to get around, and answers everybody meanwhile. */
  drain(): Promise<void>
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

/** What a reload cannot change: it is built into what stays. */
const FIXED = [
  'issuer',
  'listen',
  'dataDirectory',
  'masterKeyFile',
  'masterKeyVariable',
  'masterKeyCommand',
  'store',
  'storePasswordFile',
  'trustProxy',
  'metrics',
  'log',
] as const

/**
 * Starts a server. With port 0 it takes a free port; without an issuer it is its own address.
 * @throws CountersignError `configuration_invalid` when the directory, the master key or the address cannot be used, `store_unavailable`
 */
export async function startServer(configuration: Configuration, options: ServeOptions = {}): Promise<RunningServer> {
  checkRiskProfile(configuration)
  const { store, suite, clock, masterKey, digest, ...found } = await openStore(configuration, {
    environment: options.environment ?? process.env,
  })
  const log = logEvents(configuration.log, clock, options.log ?? ((line) => process.stderr.write(`${line}\n`)))
  const telemetry = await openTelemetry(configuration, clock, log)
  const { events } = telemetry
  const parts = { store, suite, clock, masterKey, events, hasher: options.hasher ?? argon2Hasher() }
  // The issuer may depend on the port, so listening comes first; who is quick enough to ask already waits for the authority.
  let current: OpenAuthority | undefined
  let opened: () => void = () => undefined
  const opening = new Promise<void>((resolve) => {
    opened = resolve
  })
  const probes = health(store, () => current !== undefined)
  const answer = telemetry.timed((exchange) => current?.handle(exchange) ?? opening.then(() => (current as OpenAuthority).handle(exchange)))
  const http = createHttpServer(probes.around(answer), {
    onError: (cause) => events({ type: 'request.failed', endpoint: 'http', cause }),
    trustedProxies: configuration.trustProxy,
  })
  const close = async (grace?: number) => {
    probes.drain()
    await http.close(grace)
    await current?.close()
    await telemetry.close()
    await store.close()
  }
  try {
    const { port } = await http.listen(configuration.listen.port, configuration.listen.host)
    const url = `http://${urlHost(configuration.listen.host)}:${port}`
    const issuer = configuration.issuer ?? url
    const isFirstStart = await registerOwnClient({ store, suite, clock, digest })
    const environment = options.environment ?? process.env
    current = await openAuthority(configuration, { ...parts, issuer, environment })
    opened()
    const reload = async (read: () => Configuration) => {
      try {
        const next = read()
        refuseFixed(configuration, next)
        checkRiskProfile(next)
        const before = current
        current = await openAuthority(next, { ...parts, issuer, environment })
        events({ type: 'configuration.reloaded' })
        await before?.close()
      } catch (cause) {
        events({ type: 'configuration.not_reloaded', cause })
      }
    }
    let reloading = Promise.resolve()
    const accounts = (await listAccounts({ store })).length
    const stopSweeping = keepSwept(store, (cause) => events({ type: 'store.sweep_failed', cause }))
    return {
      ...found,
      url,
      issuer,
      metadataUrl: insertWellKnown(issuer, AUTHORIZATION_SERVER_SUFFIX),
      metricsUrl: telemetry.url,
      isFirstStart,
      accounts,
      // One after the other, so that each closes what the one before it opened.
      reload: (read) => (reloading = reloading.then(() => reload(read))),
      drain: async () => {
        probes.drain()
        await systemSleep()(configuration.drain * 1000)
      },
      close: async () => {
        await stopSweeping()
        await close()
      },
    }
  } catch (error) {
    await close(0)
    throw error
  }
}

function refuseFixed(now: Configuration, next: Configuration): void {
  for (const key of FIXED) {
    if (JSON.stringify(next[key]) === JSON.stringify(now[key])) continue
    throw new CountersignError('configuration_invalid', `${key}: cannot be changed while the server runs`, { hint: 'restart it' })
  }
}
