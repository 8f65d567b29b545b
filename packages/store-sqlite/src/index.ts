export type { EngineName } from './open-file.ts'
export { type SqliteStoreOptions, sqliteStore } from './sqlite-store.ts'
