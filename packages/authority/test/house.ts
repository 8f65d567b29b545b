/** A whole authority in memory for one test: its clock in the test's hands, and a device that proves keys. */
import {
  type AuthorityEvent,
  type AuthorityOptions,
  addAccount,
  addClient,
  createAuthority,
  type Grant,
  masterKeys,
  memoryStore,
  type PasswordHasher,
  type Store,
} from '@countersign/authority'
import { createProver, keyedDigest, type Prover, type Suite } from '@countersign/proof'
import { webSuite } from '@countersign/proof/web'
import { DEVICE_CODE, type DeviceAuthorization, type Exchange, type Reply } from '@countersign/protocol'
import { deviceRecordId } from '../src/records/device-record.ts'

export const ISSUER = 'https://auth.example'
export const NOTES = 'https://notes.example/mcp'
export const CLIENT = 'countersign-cli'
export const MASTER_KEY = new Uint8Array(32).fill(7)

export const resources = [
  {
    resource: NOTES,
    name: 'Notes',
    scopes: { 'notes:read': 'Read your notes', 'notes:write': 'Add and change your notes' },
    defaultScope: ['notes:read'],
  },
]

export interface TestClock {
  now(): number
  advance(seconds: number): void
}

export function testClock(start = 1_800_000_000_000): TestClock {
  let now = start
  return { now: () => now, advance: (seconds) => void (now += seconds * 1000) }
}

export type Form = Readonly<Record<string, string>>

/** Hashes in no time. */
export const hasher: PasswordHasher = {
  hash: async (password) => `plain:${password}`,
  verify: async (hash, password) => hash === `plain:${password}`,
}

/** @param furnish whether to add the account and the client, which a store that was used before has already */
export async function openHouse(options: Partial<AuthorityOptions> = {}, furnish = true) {
  const clock = testClock()
  const suite: Suite = options.suite ?? webSuite()
  const store: Store = options.store ?? memoryStore(clock)
  const events: AuthorityEvent[] = []
  const authority = await createAuthority({
    issuer: ISSUER,
    store,
    suite,
    clock,
    masterKey: MASTER_KEY,
    identity: { hasher },
    resources,
    events: (event) => void events.push(event),
    ...options,
  })
  const digest = keyedDigest(suite, (await masterKeys(suite, MASTER_KEY)).digest)
  const subject = furnish ? await addAccount({ store, suite, clock, hasher }, 'ada', 'correct horse') : ''
  if (furnish) await addClient({ store, suite, clock, digest }, { id: CLIENT, name: 'Countersign CLI' })

  /** One request; `remoteAddress` and headers as given. */
  async function send(method: string, path: string, more: Partial<Exchange> = {}): Promise<Reply> {
    const [bare = path, query = ''] = path.split('?')
    return authority.handle({ method, path: bare, query, headers: {}, body: '', remoteAddress: '203.0.113.7', ...more })
  }

  async function post(path: string, form: Form | string, headers: Record<string, string | readonly string[]> = {}) {
    const body = typeof form === 'string' ? form : new URLSearchParams(form).toString()
    const reply = await send('POST', path, { body, headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers } })
    return { ...reply, json: reply.body.startsWith('{') ? (JSON.parse(reply.body) as Record<string, unknown>) : {} }
  }

  /** A device: with a key it proves it in every request. */
  async function device(key: 'ES256' | 'EdDSA' | 'none' = 'none', clientId = CLIENT) {
    const prove: Prover | undefined = key === 'none' ? undefined : await createProver(suite, clock, await suite.generateKey(key))
    const proofFor = async (path: string) => (prove === undefined ? {} : { dpop: await prove({ method: 'POST', url: ISSUER + path }) })
    const request = async (path: string, form: Form) => post(path, form, await proofFor(path))
    return {
      prove,
      request,
      start: async (form: Form = {}) => {
        const { json, status } = await request('/device_authorization', { client_id: clientId, ...form })
        return { status, json, deviceCode: String(json['device_code']), userCode: String(json['user_code']) }
      },
      poll: (deviceCode: string, form: Form = {}) =>
        request('/token', { grant_type: DEVICE_CODE, client_id: clientId, device_code: deviceCode, ...form }),
      refresh: (token: unknown, form: Form = {}) =>
        request('/token', { grant_type: 'refresh_token', client_id: clientId, refresh_token: String(token), ...form }),
    }
  }

  return {
    authority,
    clock,
    suite,
    store,
    events,
    hasher,
    digest,
    subject,
    send,
    post,
    device,
    /** What is kept behind a device code. */
    recordOf: async (deviceCode: string) =>
      (await store.read('device', await deviceRecordId({ digest }, deviceCode)))?.value as DeviceAuthorization | undefined,
    /** What came of ada's approvals, revoked or not. */
    grants: async () => (await store.list('grant', subject, 100)).map(({ value }) => value as Grant),
  }
}

export type House = Awaited<ReturnType<typeof openHouse>>
