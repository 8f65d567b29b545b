/** An adapter for oidc-provider on one Map: nothing is durable, and nothing is ever thrown away. */

const GRANTABLE = new Set(['AccessToken', 'AuthorizationCode', 'RefreshToken', 'DeviceCode'])

export function mapAdapter() {
  const rows = new Map()
  return class MapAdapter {
    constructor(model) {
      this.model = model
    }
    key(id) {
      return `${this.model}:${id}`
    }
    async upsert(id, payload) {
      const key = this.key(id)
      rows.set(key, payload)
      if (payload.userCode !== undefined) rows.set(`userCode:${payload.userCode}`, id)
      if (this.model === 'Session') rows.set(`uid:${payload.uid}`, id)
      if (payload.grantId === undefined || !GRANTABLE.has(this.model)) return
      const name = `grant:${payload.grantId}`
      const members = rows.get(name)
      if (members === undefined) rows.set(name, new Set([key]))
      else members.add(key)
    }
    async find(id) {
      return rows.get(this.key(id))
    }
    async findByUserCode(userCode) {
      return this.find(rows.get(`userCode:${userCode}`))
    }
    async findByUid(uid) {
      return this.find(rows.get(`uid:${uid}`))
    }
    async consume(id) {
      rows.get(this.key(id)).consumed = Math.floor(Date.now() / 1000)
    }
    async destroy(id) {
      const payload = rows.get(this.key(id))
      if (payload?.userCode !== undefined) rows.delete(`userCode:${payload.userCode}`)
      rows.delete(this.key(id))
    }
    async revokeByGrantId(grantId) {
      for (const key of rows.get(`grant:${grantId}`) ?? []) rows.delete(key)
      rows.delete(`grant:${grantId}`)
    }
  }
}
