export type { PostgresClient, PostgresPool, PostgresQuery, PostgresResult } from './pool.ts'
export { type PostgresStoreOptions, postgresStore } from './postgres-store.ts'
export { migrationSql } from './schema/migrations.ts'
