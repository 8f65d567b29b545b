/** What people see of the records. The records are of the authority's own types: a member that is renamed there has to be renamed in its view. */
import { afterAll, expect, test } from 'vitest'
import { START, fakeClock } from '@countersign/store-contract'
import type { Kind, Records } from '../../authority/src/records/records.ts'
import { query, sharedDatabase } from '../../../tests/support/postgres.ts'
import { storeUnderTest } from './under-test.ts'

const { url, release } = await sharedDatabase()
afterAll(release)

const at = (milliseconds: number) => new Date(START + milliseconds)
const ORIGIN = { address: '203.0.113.4', userAgent: 'test' }

async function seenIn<K extends Kind>(
  view: string,
  kind: K,
  value: Records[K],
  group?: string,
): Promise<Record<string, unknown> | undefined> {
  const { store, schema, dispose } = await storeUnderTest(url, fakeClock())
  try {
    await store.insert({ kind, id: 'the id', value, ...(group === undefined ? {} : { group }), expiresAt: START + 900 })
    await store.insert({ kind: 'another', id: 'the id', value: {} })
    const rows = await query(url, `SELECT * FROM ${schema}.${view}`)
    expect(rows).toHaveLength(1)
    return rows[0]
  } finally {
    await dispose()
  }
}

const DEVICE: Records['device'] = {
  state: 'redeemed',
  clientId: 'acme-tv',
  scope: ['tools:read', 'tools:write'],
  resources: [],
  keyThumbprint: undefined,
  deviceName: 'den',
  countersignSupported: true,
  origin: ORIGIN,
  createdAt: START,
  expiresAt: START + 300,
  decision: { subject: 'ada', decidedAt: START + 100, origin: ORIGIN },
  granted: ['tools:read'],
  redeemedAt: START + 200,
  grantId: 'grant 1',
}

test('device authorizations', async () => {
  expect(await seenIn('device_authorizations', 'device', DEVICE)).toEqual({
    client_id: 'acme-tv',
    state: 'redeemed',
    subject: 'ada',
    scope: 'tools:read tools:write',
    granted_scope: 'tools:read',
    device_name: 'den',
    address: '203.0.113.4',
    created_at: at(0),
    decided_at: at(100),
    expires_at: at(300),
    kept_until: at(900),
    grant_id: 'grant 1',
  })
})

test('grants', async () => {
  const grant: Records['grant'] = {
    clientId: 'acme-tv',
    subject: 'ada',
    scope: ['a', 'b'],
    resources: ['https://one.example', 'https://two.example'],
    keyThumbprint: undefined,
    deviceName: 'den',
    label: 'the big one',
    origin: ORIGIN,
    createdAt: START,
    family: { generation: 3, rotatedAt: START + 10, idleSeconds: 60, endsAt: START + 90, revokedAt: START + 20 },
  }
  expect(await seenIn('grants', 'grant', grant, 'ada')).toEqual({
    grant_id: 'the id',
    subject: 'ada',
    client_id: 'acme-tv',
    scope: 'a b',
    resources: 'https://one.example https://two.example',
    device_name: 'den',
    label: 'the big one',
    address: '203.0.113.4',
    created_at: at(0),
    rotated_at: at(10),
    revoked_at: at(20),
    expires_at: at(900),
  })
})

test('what is not there is shown as nothing', async () => {
  const { decision: _, granted: _granted, redeemedAt: _redeemedAt, grantId: _grantId, ...asked } = DEVICE
  const pending: Records['device'] = { ...asked, state: 'pending', entered: undefined }
  expect(await seenIn('device_authorizations', 'device', pending)).toMatchObject({
    state: 'pending',
    subject: null,
    granted_scope: null,
    decided_at: null,
    grant_id: null,
  })
})

test('accounts, clients and browsers', async () => {
  const account: Records['account'] = { name: 'ada', shownName: 'Ada', passwordHash: 'secret', createdAt: START, disabled: true }
  expect(await seenIn('accounts', 'account', account)).toEqual({
    subject: 'the id',
    name: 'ada',
    shown_name: 'Ada',
    disabled: true,
    created_at: at(0),
    expires_at: at(900),
  })
  const client: Records['client'] = {
    id: 'acme-tv',
    name: 'Acme TV',
    authentication: 'none',
    grantTypes: ['device_code', 'refresh_token'],
    redirectUris: ['http://127.0.0.1/a', 'http://127.0.0.1/b'],
    scopes: ['a', 'b'],
    createdAt: START,
    registration: { authMethod: 'none', tokenDigest: 'x' },
  }
  expect(await seenIn('clients', 'client', client)).toEqual({
    client_id: 'the id',
    name: 'Acme TV',
    authentication: 'none',
    grant_types: 'device_code refresh_token',
    scope: 'a b',
    redirect_uris: 'http://127.0.0.1/a http://127.0.0.1/b',
    self_registered: true,
    disabled: false,
    created_at: at(0),
    expires_at: at(900),
  })
  const browser: Records['browser'] = { subject: 'ada', authenticatedAt: START }
  expect(await seenIn('browsers', 'browser', browser)).toEqual({ subject: 'ada', authenticated_at: at(0), expires_at: at(900) })
})

test('a text that PostgreSQL cannot show hides nothing but itself', async () => {
  const odd = { ...DEVICE, deviceName: 'a\0b\ud800c\udfffd 😀 \\u0000 \\\\ud800 "' }
  expect(await seenIn('device_authorizations', 'device', odd)).toMatchObject({
    client_id: 'acme-tv',
    subject: 'ada',
    device_name: expect.stringMatching(/^a\ufffdb\ufffdc\ufffdd 😀 .*"$/u),
  })
})

test('moments beyond every calendar are shown as far away', async () => {
  const { store, schema, dispose } = await storeUnderTest(url, fakeClock())
  await store.insert({ kind: 'account', id: 'a', value: { createdAt: 1e300 }, expiresAt: Number.POSITIVE_INFINITY })
  await store.insert({ kind: 'account', id: 'b', value: { createdAt: -1e300 } })
  const shown = `SELECT subject, extract(year FROM created_at)::int AS year, extract(year FROM expires_at)::int AS ends FROM ${schema}.accounts ORDER BY 1`
  expect(await query(url, shown)).toEqual([
    { subject: 'a', year: 275760, ends: 275760 },
    { subject: 'b', year: -4369, ends: null },
  ])
  await dispose()
})

test('the grants of one person are found by an index, however many others there are', async () => {
  const { schema, dispose } = await storeUnderTest(url, fakeClock())
  await query(
    url,
    `INSERT INTO ${schema}.record (kind, id, value, group_name) SELECT 'grant', 'i' || n, '{}', 'subject ' || n FROM generate_series(1, 3000) AS n`,
  )
  await query(url, `ANALYZE ${schema}.record`)
  const plan = JSON.stringify(await query(url, `EXPLAIN SELECT * FROM ${schema}.grants WHERE subject = 'subject 7'`))
  expect(plan).toContain('record_by_group')
  await dispose()
})
