import { test } from 'vitest'
import { PATIENCE_MS } from './ordeal.ts'
import { breakEverything } from './shared-faults.ts'
import { sharedRedisCluster } from './stores.ts'

test(
  'two servers on a Redis Cluster of three: whatever breaks, nothing that was acknowledged is lost, and nobody gets what is not his',
  () => breakEverything(2, sharedRedisCluster),
  PATIENCE_MS,
)
