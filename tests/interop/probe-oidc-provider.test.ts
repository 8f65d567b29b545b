/**
 * The probe on oidc-provider v9, unmodified, over an adapter that keeps the contract it publishes and answers as late as a database does: `consume` marks and tells
 * nothing, so what reads before it marks redeems as well. What it is known for has to be found: nobody is ever told to slow down, two redemptions at once both
 * get tokens, and wrong user codes are tried without end.
 */
import { randomInt } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pass } from 'node:timers/promises'
import { probe } from '@countersign/audit'
import Provider, { type Adapter, type AdapterPayload, type Configuration } from 'oidc-provider'
import { expect, onTestFinished, test, vi } from 'vitest'

const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code'

/** Rows are copied in and out, as they are when they lie elsewhere. */
function databaseAdapter() {
  const rows = new Map<string, AdapterPayload>()
  const late = () => pass(randomInt(2, 6))
  const find = async (matches: (id: string, row: AdapterPayload) => boolean) => {
    await late()
    const found = [...rows].find(([id, row]) => matches(id, row))?.[1]
    return found && structuredClone(found)
  }
  return class implements Adapter {
    readonly model: string
    constructor(model: string) {
      this.model = model
    }
    key = (id: string) => `${this.model}:${id}`
    upsert = async (id: string, payload: AdapterPayload) => {
      await late()
      rows.set(this.key(id), structuredClone(payload))
    }
    find = (id: string) => find((key) => key === this.key(id))
    findByUid = (uid: string) => find((key, row) => key.startsWith(`${this.model}:`) && row.uid === uid)
    findByUserCode = (userCode: string) => find((key, row) => key.startsWith(`${this.model}:`) && row.userCode === userCode)
    consume = async (id: string) => {
      await late()
      const row = rows.get(this.key(id))
      if (row !== undefined) row.consumed = Math.floor(Date.now() / 1000)
    }
    destroy = async (id: string) => {
      await late()
      rows.delete(this.key(id))
    }
    revokeByGrantId = async (grantId: string) => {
      await late()
      for (const [id, row] of rows) if (row.grantId === grantId) rows.delete(id)
    }
  }
}

async function startProvider(): Promise<string> {
  // It tells at length what its defaults are; that is not what is tested here.
  vi.spyOn(console, 'info').mockImplementation(() => undefined)
  vi.spyOn(console, 'warn').mockImplementation(() => undefined)
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const client = { token_endpoint_auth_method: 'none' as const, redirect_uris: [], response_types: [], scope: 'openid offline_access' }
  const configuration: Configuration = {
    adapter: databaseAdapter(),
    clients: [
      { ...client, client_id: 'a', client_name: 'Probe A', grant_types: [DEVICE_CODE, 'refresh_token'] },
      { ...client, client_id: 'b', grant_types: [DEVICE_CODE, 'refresh_token'] },
      { ...client, client_id: 'n', grant_types: ['refresh_token'] },
    ],
    features: { deviceFlow: { enabled: true }, dPoP: { enabled: true }, revocation: { enabled: true }, devInteractions: { enabled: true } },
    issueRefreshToken: async () => true,
    cookies: { keys: ['a key for tests'] },
    findAccount: async (_, id) => ({ accountId: id, claims: async () => ({ sub: id }) }),
  }
  const answer = new Provider(issuer, configuration).callback()
  server.on('request', (request, response) => void answer(request, response))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
    vi.restoreAllMocks()
  })
  return issuer
}

test('its defects are found, and what it does well is seen as well', async () => {
  const address = await startProvider()
  const began = Date.now()
  const { judged } = await probe({
    address,
    clients: {
      a: { id: 'a', name: 'Probe A', scope: 'openid offline_access' },
      b: { id: 'b', scope: 'openid offline_access' },
      n: { id: 'n' },
    },
    approver: { credentials: { name: 'ada', password: 'any' } },
    race: true,
    guess: true,
    // It knows no pace, so nothing is lost by not waiting; the life of its codes is not waited for.
    maxWait: 30,
    clock: { now: () => began + (Date.now() - began) * 20 },
    sleep: (milliseconds) => pass(milliseconds / 20),
  })
  const marks = Object.fromEntries(judged.map(({ check, outcome }) => [check.id, outcome.mark]))
  expect(marks).toMatchObject({ L11: 'FAIL', L18: 'FAIL', L22: 'FAIL' })
  expect(marks).toMatchObject({ L03: 'PASS', L08: 'PASS', L13: 'PASS', L14: 'PASS', L15: 'PASS', L19: 'PASS', L21: 'PASS', L25: 'PASS' })
  expect(judged.find(({ check }) => check.id === 'L22')?.outcome.because).toMatch(/requests at once got \d+ different tokens/)
})
