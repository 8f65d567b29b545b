// @ts-nocheck
import { join } from 'node:path'
import { mkdtempSync, rmSync } from 'node:fs'
import { addAccount, addClient, createAuthority, masterKeys, memoryStore } from '@countersign/authority'
import { nodeSuite, systemClock } from '@countersign/node'
import { keyedDigest } from '@countersign/proof'
import { sqliteStore } from '@countersign/store-sqlite'
const what = process.argv[2] ?? 'poll', kind = process.argv[3] ?? 'sqlite', seconds = Number(process.argv[4] ?? 3)
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
const H = () => ({ host: '127.0.0.1', connection: 'keep-alive', 'content-type': 'application/x-www-form-urlencoded', 'content-length': '150' })
const post = (path, body, addr = `10.${n >> 16 & 255}.${n >> 8 & 255}.${n++ & 255}`) => authority.handle({ method: 'POST', path, query: '', headers: H(), body, remoteAddress: addr })
const issue = async () => JSON.parse((await post('/device_authorization', 'client_id=countersign-cli&scope=tools%3Aread')).body)
const first = await issue(); if (!first.device_code) throw new Error(JSON.stringify(first))
const N = Number(process.argv[5] ?? 20000)
const codes = []
if (what === 'poll') while (codes.length < N) codes.push(...(await Promise.all(Array.from({ length: 32 }, issue))).map(x => x.device_code))
let at = 0
const turn = what === 'poll' ? async () => {
  const r = await post('/token', `grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&device_code=${codes[at++ % codes.length]}&client_id=countersign-cli`)
  if (!r.body.includes('pending') && !r.body.includes('slow')) throw new Error(r.body)
} : issue
async function run(ms) {
  const end = performance.now() + ms; let turns = 0
  const cpu = process.cpuUsage()
  await Promise.all(Array.from({ length: 32 }, async () => { while (performance.now() < end) { await new Promise(setImmediate); await turn(); turns++ } }))
  const { user, system } = process.cpuUsage(cpu)
  return ((user + system) / turns).toFixed(2) + ` us (${turns})`
}
await run(1500)
for (let i = 0; i < 3; i++) console.log(what, kind, await run(seconds * 1000))
await store.close(); rmSync(folder, { recursive: true })
process.exit(0)
