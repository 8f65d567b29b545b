import { test } from 'vitest'
import { PATIENCE_MS } from './ordeal.ts'
import { breakEverything } from './shared-faults.ts'
import { sharedPostgres } from './stores.ts'

test(
  'two servers on one PostgreSQL: whatever breaks, nothing that was acknowledged is lost, and nobody gets what is not his',
  () => breakEverything(2, sharedPostgres),
  PATIENCE_MS,
)
