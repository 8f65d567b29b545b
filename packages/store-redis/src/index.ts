export type { NodeAddress } from './address.ts'
export type { RedisClient } from './client.ts'
export { CLIENT_OPTIONS, CLUSTER_OPTIONS } from './open-client.ts'
export { type RedisStoreOptions, redisStore } from './redis-store.ts'
