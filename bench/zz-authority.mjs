// @ts-nocheck
import { join } from 'node:path'
import { mkdtempSync } from 'node:fs'
import { addClient, createAuthority, masterKeys, memoryStore } from '@countersign/authority'
import { nodeSuite, systemClock } from '@countersign/node'
import { keyedDigest } from '@countersign/proof'
import { sqliteStore } from '@countersign/store-sqlite'
export async function authorityHandle(kind) {
const folder = mkdtempSync('/work/main/node_modules/.cache/micro-')
const suite = nodeSuite(), clock = systemClock()
const store = kind === 'sqlite' ? sqliteStore({ file: join(folder, 'e.sqlite'), clock }) : memoryStore(clock)
const masterKey = suite.random(32)
const hasher = { hash: async (p) => `plain:${p}`, verify: async (h, p) => h === `plain:${p}` }
const authority = await createAuthority({ issuer: 'http://127.0.0.1:4444', store, suite, clock, masterKey, identity: { hasher },
  resources: [{ id: 'https://tools.example', name: 'Tools', scopes: { 'tools:read': 'r' } }], settings: {pace:{interval:1}, codeLife: 1800} })
const digest = keyedDigest(suite, (await masterKeys(suite, masterKey)).digest)
await addClient({ store, suite, clock, digest }, { id: 'countersign-cli', name: 'Countersign CLI' })
let n = 0
const post = (path, body, addr = `10.${n >> 16 & 255}.${n >> 8 & 255}.${n++ & 255}`) => authority.handle({ method: 'POST', path, query: '', headers: { host: '127.0.0.1', 'content-type': 'application/x-www-form-urlencoded' }, body, remoteAddress: addr })
const codes = []
while (codes.length < 40000) codes.push(...(await Promise.all(Array.from({ length: 32 }, async () => JSON.parse((await post('/device_authorization', 'client_id=countersign-cli&scope=tools%3Aread')).body).device_code))))
let at = 0
return (x) => { x.body = `grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&device_code=${codes[at++ % codes.length]}&client_id=countersign-cli`; return authority.handle(x) }
}
