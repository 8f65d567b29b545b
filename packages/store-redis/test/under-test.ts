/** Stores for a test: each under a prefix of its own, so that they share servers and nothing else. */
import type { RemoteStore } from '@countersign/authority'
import type { Clock } from '@countersign/protocol'
import type { StoreUnderTest } from '@countersign/store-contract'
import { type RedisStoreOptions, redisStore } from '../src/redis-store.ts'

export type At = Pick<RedisStoreOptions, 'url' | 'cluster' | 'waitMs'>

/** Prefixes that follow each other. */
export function prefixes(start: string): () => string {
  let given = 0
  return () => `${start}${given++}`
}

export function storeUnderTest(at: At, prefix: string, clock: Clock): StoreUnderTest {
  const opened: RemoteStore[] = []
  const again = () => {
    // Patient, so that a machine with much to do fails no test; those about waiting say how long.
    const store = redisStore({ waitMs: 30_000, ...at, clock, prefix })
    opened.push(store)
    return store
  }
  return { store: again(), again, dispose: async () => void (await Promise.all(opened.map((each) => each.close()))) }
}
