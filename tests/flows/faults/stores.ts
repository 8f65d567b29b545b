/** Stores of a test's own that several servers share, reached through relays, and what can be done to them. */
import { openRedis, openRedisCluster, type RedisServer } from '../../support/redis.ts'
import { startCluster } from '../../support/postgres.ts'
import { openTcpRelay, type TcpRelay } from '../../support/tcp-relay.ts'

export interface SharedStore {
  /** The address by which a server finds it. */
  readonly addressOf: (node: number) => string
  /** What lies between servers and store. */
  readonly relays: readonly TcpRelay[]
  /** Ends it, or a part of it, without a warning, and starts it again on what it had written down. */
  readonly crash: () => Promise<void>
  /** It, or a part of it, stands still until what this gives is called; its connections stay open. */
  readonly freeze: () => () => void
  readonly close: () => Promise<void>
}

/** What was answered is on disk before the answer leaves. */
const DURABLE = ['--appendonly', 'yes', '--appendfsync', 'always']

export async function sharedRedis(nodes: number): Promise<SharedStore> {
  const server = await openRedis(...DURABLE)
  const relays = await Promise.all(Array.from({ length: nodes }, () => openTcpRelay(server.port)))
  return {
    addressOf: (node) => `redis://127.0.0.1:${relays[node]?.port}`,
    relays,
    async crash() {
      await server.kill()
      await server.restart()
    },
    freeze: () => frozen(server),
    close: async () => {
      await closeAll(relays)
      await server.close()
    },
  }
}

export async function sharedRedisCluster(): Promise<SharedStore> {
  const { servers, close } = await openRedisCluster(3, 0, ...DURABLE)
  const relays = await Promise.all(servers.map(({ port }) => openTcpRelay(port)))
  /** A cluster tells its clients where to go, and they are to go through the relays. */
  const announce = async (index: number) => {
    await servers[index]?.command('CONFIG', 'SET', 'cluster-announce-port', `${relays[index]?.port}`)
  }
  await Promise.all(servers.map((_, index) => announce(index)))
  let next = 0
  return {
    addressOf: () => `redis+cluster://${relays.map(({ port }) => `127.0.0.1:${port}`).join(',')}`,
    relays,
    async crash() {
      const index = next++ % servers.length
      await servers[index]?.kill()
      await servers[index]?.restart()
      await announce(index)
    },
    freeze: () => frozen(servers[next++ % servers.length] as RedisServer),
    close: async () => {
      await closeAll(relays)
      await close()
    },
  }
}

export async function sharedPostgres(nodes: number): Promise<SharedStore> {
  const { url, kill, start, freeze, thaw, remove } = await startCluster()
  const relays = await Promise.all(Array.from({ length: nodes }, () => openTcpRelay(Number(new URL(url).port))))
  return {
    addressOf: (node) => {
      const address = new URL(url)
      address.port = `${relays[node]?.port}`
      return address.href
    },
    relays,
    async crash() {
      await kill()
      await start()
    },
    freeze: () => {
      freeze()
      return thaw
    },
    close: async () => {
      await closeAll(relays)
      await remove()
    },
  }
}

function frozen(server: RedisServer): () => void {
  server.signal('SIGSTOP')
  return () => server.signal('SIGCONT')
}

async function closeAll(relays: readonly TcpRelay[]): Promise<void> {
  await Promise.all(relays.map((relay) => relay.close()))
}
