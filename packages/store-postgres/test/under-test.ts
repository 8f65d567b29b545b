/** A store for a test, in a schema of its own in the database that all tests share. */
import { randomBytes } from 'node:crypto'
import type { StoreUnderTest } from '@countersign/store-contract'
import type { Clock } from '@countersign/protocol'
import { query } from '../../../tests/support/postgres.ts'
import { type PostgresStoreOptions, postgresStore } from '../src/postgres-store.ts'

export const newSchema = () => `countersign_test_${randomBytes(6).toString('hex')}`

export async function dropSchema(url: string, schema: string): Promise<void> {
  await query(url, `DROP SCHEMA IF EXISTS ${schema} CASCADE`)
}

/** An empty store at the URL; in a schema of its own, unless one is given. @param direct where the database itself is, when the URL is that of a pooler */
export async function storeUnderTest(
  url: string,
  clock: Clock,
  options: Partial<PostgresStoreOptions> = {},
  direct = url,
): Promise<StoreUnderTest & { readonly schema: string }> {
  const schema = options.schema ?? newSchema()
  // A limit for what hangs: a busy machine must not fail a test.
  const open = () => postgresStore({ url, clock, schema, waitMs: 30_000, ...options })
  const store = await open()
  const opened = [store]
  return {
    schema,
    store,
    async again() {
      const another = await open()
      opened.push(another)
      return another
    },
    async dispose() {
      await Promise.all(opened.map((each) => each.close()))
      if (options.schema === undefined) await dropSchema(direct, schema)
      // Others follow in it: emptying is sooner done than making.
      else await query(direct, ['record', 'lookup', 'mark', 'counter'].map((table) => `DELETE FROM ${schema}.${table}`).join(';'))
    },
  }
}
