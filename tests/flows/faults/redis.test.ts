import { test } from 'vitest'
import { PATIENCE_MS } from './ordeal.ts'
import { breakEverything } from './shared-faults.ts'
import { sharedRedis } from './stores.ts'

test(
  'three servers on one Redis: whatever breaks, nothing that was acknowledged is lost, and nobody gets what is not his',
  () => breakEverything(3, sharedRedis),
  PATIENCE_MS,
)
