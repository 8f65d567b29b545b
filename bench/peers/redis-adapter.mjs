/** The Redis adapter of oidc-provider's own examples, on ioredis. */
import { Redis } from 'ioredis'

const CONSUMABLE = new Set(['AuthorizationCode', 'RefreshToken', 'DeviceCode', 'BackchannelAuthenticationRequest'])
const GRANTABLE = new Set(['AccessToken', 'AuthorizationCode', 'RefreshToken', 'DeviceCode', 'BackchannelAuthenticationRequest'])

export function redisAdapter(url) {
  const client = new Redis(url, { keyPrefix: 'oidc:' })
  return class RedisAdapter {
    constructor(model) {
      this.model = model
    }
    key(id) {
      return `${this.model}:${id}`
    }
    async upsert(id, payload, expiresIn) {
      const key = this.key(id)
      const multi = client.multi()
      if (CONSUMABLE.has(this.model)) multi.hset(key, { payload: JSON.stringify(payload) })
      else multi.set(key, JSON.stringify(payload))
      if (expiresIn) multi.expire(key, expiresIn)
      if (GRANTABLE.has(this.model) && payload.grantId) {
        const grantKey = `grant:${payload.grantId}`
        multi.rpush(grantKey, key)
        // A key that lives longer than this token must not be cut short.
        const ttl = await client.ttl(grantKey)
        if (expiresIn > ttl) multi.expire(grantKey, expiresIn)
      }
      if (payload.userCode) {
        multi.set(`userCode:${payload.userCode}`, id)
        multi.expire(`userCode:${payload.userCode}`, expiresIn)
      }
      if (payload.uid) {
        multi.set(`uid:${payload.uid}`, id)
        multi.expire(`uid:${payload.uid}`, expiresIn)
      }
      await multi.exec()
    }
    async find(id) {
      const found = CONSUMABLE.has(this.model) ? await client.hgetall(this.key(id)) : await client.get(this.key(id))
      if (found === null || (typeof found === 'object' && found.payload === undefined)) return undefined
      if (typeof found === 'string') return JSON.parse(found)
      const { payload, ...rest } = found
      return { ...rest, ...JSON.parse(payload) }
    }
    async findByUid(uid) {
      const id = await client.get(`uid:${uid}`)
      return this.find(id)
    }
    async findByUserCode(userCode) {
      const id = await client.get(`userCode:${userCode}`)
      return this.find(id)
    }
    async destroy(id) {
      await client.del(this.key(id))
    }
    async revokeByGrantId(grantId) {
      const multi = client.multi()
      const tokens = await client.lrange(`grant:${grantId}`, 0, -1)
      for (const token of tokens) multi.del(token)
      multi.del(`grant:${grantId}`)
      await multi.exec()
    }
    async consume(id) {
      await client.hset(this.key(id), 'consumed', Math.floor(Date.now() / 1000))
    }
  }
}
