/** The client a store works with: one made here for an address, or one that the caller brings. Why ioredis: docs/adr. */
import { CountersignError } from '@countersign/protocol'
import { Cluster, type ClusterOptions, Redis } from 'ioredis'
import { type Address, type NodeAddress, parseAddress, placeAt } from './address.ts'
import type { RedisClient } from './client.ts'
import { DirectConnector, ThroughSentinel } from './connectors.ts'

/**
 * What a `Redis` of ioredis or iovalkey needs to be told before it is handed to a store. When the connection is lost it must not send again
 * what was not answered: a move made twice is answered wrongly.
 */
export const CLIENT_OPTIONS = { autoResendUnfulfilledCommands: false, maxRetriesPerRequest: 0 } as const

/** The same for a `Cluster`. */
export const CLUSTER_OPTIONS = { retryDelayOnFailover: 0, redisOptions: CLIENT_OPTIONS } as const

export interface OpenedClient {
  readonly client: RedisClient
  /** Where Redis is, for errors. */
  readonly place: string
  readonly close: () => void
}

export interface Places {
  readonly url?: string
  readonly nodes?: readonly NodeAddress[]
  readonly client?: RedisClient
}

/** @throws CountersignError `configuration_invalid` when there is no place, more than one, or a client that sends commands twice */
export function openClient({ url, nodes, client }: Places, waitMs: number): OpenedClient {
  if ([url, nodes, client].filter((each) => each !== undefined).length !== 1) {
    throw new CountersignError('configuration_invalid', 'a store on Redis needs a URL, nodes or a client, and one of them only')
  }
  if (client !== undefined) return { client: onceOnly(client), place: 'Redis', close: () => undefined }
  if (nodes !== undefined) return overCluster(nodes, {}, waitMs)
  return overAddress(parseAddress(url ?? ''), waitMs)
}

/** Sockets drop a peer that is silent for so long, so that a stopped master makes room for the one that took over. */
const connecting = (waitMs: number) => ({
  ...CLIENT_OPTIONS,
  connectTimeout: waitMs,
  socketTimeout: waitMs,
  connectionName: 'countersign',
})
/** Soon at first, and never less than twice a second. */
const reconnectIn = (times: number) => Math.min(25 * 2 ** Math.min(times, 5), 500)
/** A master that became a replica: nothing was done, and behind the same address there may be another one by now. */
const becameReplica = (error: Error) => error.message.startsWith('READONLY')

function overAddress(address: Address, waitMs: number): OpenedClient {
  const { kind, nodes, tls, username, password, database, master } = address
  const own = {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(tls ? { tls: {} } : {}),
  }
  if (kind === 'cluster') return overCluster(nodes, own, waitMs, tls ? BY_NAME : {})
  const to = kind === 'sentinel' ? throughSentinel(nodes, master, tls) : { ...nodes[0], db: database, Connector: DirectConnector }
  const client = new Redis({ ...connecting(waitMs), ...own, ...to, retryStrategy: reconnectIn, reconnectOnError: becameReplica })
  return opened(client, placeAt(nodes))
}

/** Sentinels and master alike are spoken to over TLS, or none of them: the driver would leave both out by itself. */
const throughSentinel = (nodes: Address['nodes'], name: string, tls: boolean) => ({
  sentinels: [...nodes],
  name,
  sentinelRetryStrategy: reconnectIn,
  Connector: ThroughSentinel,
  ...(tls ? { enableTLSForSentinelMode: true, sentinelTLS: {} } : {}),
})

/** Certificates are made out to names, so a name is not replaced by its address. */
const BY_NAME: Pick<ClusterOptions, 'dnsLookup'> = { dnsLookup: (name, callback) => callback(null, name) }

function overCluster(
  nodes: readonly NodeAddress[],
  own: object,
  waitMs: number,
  more: Pick<ClusterOptions, 'dnsLookup'> = {},
): OpenedClient {
  const client = new Cluster([...nodes], {
    ...CLUSTER_OPTIONS,
    redisOptions: { ...connecting(waitMs), ...own, Connector: DirectConnector },
    slotsRefreshTimeout: Math.ceil(waitMs / 2),
    clusterRetryStrategy: reconnectIn,
    ...more,
  })
  return opened(client, placeAt(nodes))
}

function opened(client: Redis | Cluster, place: string): OpenedClient {
  return { client, place, close: () => client.disconnect() }
}

/** @throws CountersignError `configuration_invalid` */
function onceOnly(client: RedisClient): RedisClient {
  const { isCluster = false, options } = client
  // Nothing is known of a client without options, and it is taken at its word.
  if (options === undefined) return client
  const { autoResendUnfulfilledCommands: resends, clusterNodeRetryStrategy, redisOptions, retryDelayOnFailover } = options
  const nodesResend = typeof clusterNodeRetryStrategy === 'function' && redisOptions?.autoResendUnfulfilledCommands !== false
  const twice = isCluster ? retryDelayOnFailover !== 0 || nodesResend : resends !== false
  if (!twice) return client
  throw new CountersignError(
    'configuration_invalid',
    'the client sends commands again when the connection is lost, and a move made twice is answered wrongly',
    {
      hint: isCluster ? 'make it with CLUSTER_OPTIONS' : 'make it with CLIENT_OPTIONS',
    },
  )
}
