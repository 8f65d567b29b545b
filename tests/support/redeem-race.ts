/**
 * A device code that is redeemed many times at once, in the order every grant keeps: read, every check, one swap with which the grant begins, and
 * only then issue.
 * The store decides the race; the rules are those of `step`.
 */
import type { Store } from '@countersign/authority'
import { type ApprovedAuthorization, type Clock, type DeviceAuthorization, step } from '@countersign/protocol'
import { expect } from 'vitest'
import { change } from '../../packages/authority/src/records/records.ts'
import { atOnce } from '@countersign/store-contract'

const MANY = 50
const LIFE_MS = 300_000
const KEPT_MS = 600_000
const ORIGIN = { address: '203.0.113.4', userAgent: 'test' }

/** An authorization that was approved, in the store under the id `code`. */
async function approve(store: Store, clock: Clock): Promise<ApprovedAuthorization> {
  const now = clock.now()
  const record: ApprovedAuthorization = {
    state: 'approved',
    clientId: 'client',
    scope: ['read'],
    resources: [],
    keyThumbprint: undefined,
    deviceName: undefined,
    countersignSupported: false,
    origin: ORIGIN,
    createdAt: now,
    expiresAt: now + LIFE_MS,
    decision: { subject: 'subject', decidedAt: now, origin: ORIGIN },
    granted: ['read'],
    countersign: undefined,
  }
  expect(await store.insert({ kind: 'device', id: 'code', value: record, expiresAt: now + LIFE_MS + KEPT_MS })).toBe(true)
  return record
}

/** What a redemption by this client comes to. Client, expiry and state are judged on the very version that the swap then replaces. */
function redeem(store: Store, clock: Clock, grantId: string, clientId = 'client'): Promise<string> {
  return change(store, 'device', 'code', (record) => {
    if (record === undefined || record.clientId !== clientId) return { answer: 'unknown' }
    const result = step(record, { type: 'redeem', grantId, countersign: undefined }, clock.now())
    if (result.outcome === 'replayed') return { answer: `replayed ${result.grantId}` }
    if (result.outcome !== 'changed') return { answer: result.outcome }
    return { swapIn: result.record, born: { kind: 'grant', id: grantId, value: { of: 'code' }, group: 'subject' }, answer: 'redeemed' }
  })
}

/** Many redeem at once through these connections, and take their time between the mark and the token: one token, and every other is told of it. */
export async function redeemManyAtOnce(stores: readonly Store[], clock: Clock): Promise<void> {
  await approve(stores[0] as Store, clock)
  const issued: string[] = []
  const outcomes = await atOnce(MANY, async (n) => {
    const store = stores[n % stores.length] as Store
    const outcome = await redeem(store, clock, `grant ${n}`)
    for (let turn = 0; turn < n % 7; turn++) await new Promise(setImmediate)
    if (outcome !== 'redeemed') return outcome
    // The mark stands before anything is issued, for everybody.
    for (const each of stores)
      expect((await each.read('device', 'code'))?.value).toMatchObject({ state: 'redeemed', grantId: `grant ${n}` })
    issued.push(`grant ${n}`)
    return outcome
  })
  expect(issued).toHaveLength(1)
  expect(outcomes.filter((outcome) => outcome === 'redeemed')).toHaveLength(1)
  expect(outcomes.filter((outcome) => outcome === `replayed ${issued[0]}`)).toHaveLength(MANY - 1)
  for (const each of stores) expect((await each.list('grant', 'subject', MANY)).map(({ id }) => id)).toEqual(issued)
}

/** The winner fails after its mark: whoever comes then gets nothing, so a failure can cost a token and never makes a second one. */
export async function failAfterTheMark(store: Store, clock: Clock): Promise<void> {
  await approve(store, clock)
  const issued: string[] = []
  const issue = async (n: number) => {
    if ((await redeem(store, clock, `grant ${n}`)) !== 'redeemed') return
    if (issued.length === 0) throw new Error('the signing key is away')
    issued.push(`grant ${n}`)
  }
  const first = await Promise.allSettled(Array.from({ length: MANY }, (_, n) => issue(n)))
  expect(first.filter(({ status }) => status === 'rejected')).toHaveLength(1)
  await atOnce(MANY, (n) => issue(MANY + n))
  expect(issued).toEqual([])
  expect(await store.list('grant', 'subject', MANY)).toHaveLength(1)
}

/** The record changes after it was read and before it is swapped: what was judged no longer holds, so no change of it may go through. */
export async function changeBetweenReadAndSwap(store: Store, clock: Clock & { step(by: number): void }): Promise<void> {
  const stranger = (record: DeviceAuthorization): DeviceAuthorization => ({ ...record, clientId: 'another' })
  const denied = ({ state: _state, ...rest }: ApprovedAuthorization): DeviceAuthorization => ({ ...rest, state: 'denied' })
  const meanwhile: readonly (readonly [string, (record: ApprovedAuthorization) => Promise<unknown>])[] = [
    ['replayed other', () => redeem(store, clock, 'other')],
    ['unknown', (record) => store.swap({ kind: 'device', id: 'code', version: 1, value: stranger(record) })],
    ['denied', (record) => store.swap({ kind: 'device', id: 'code', version: 1, value: denied(record) })],
    ['unknown', () => store.remove('device', 'code', 1)],
    ['expired', async () => clock.step(LIFE_MS)],
    [
      'expired',
      async (record) => {
        await store.swap({ kind: 'device', id: 'code', version: 1, value: { ...record, expiresAt: clock.now() } })
      },
    ],
  ]
  for (const [outcome, interfere] of meanwhile) {
    const record = await approve(store, clock)
    let interfered = false
    const interrupted: Store = {
      ...store,
      async read(kind, id) {
        const row = await store.read(kind, id)
        if (!interfered) {
          interfered = true
          await interfere(record)
        }
        return row
      },
    }
    expect(await redeem(interrupted, clock, 'late')).toBe(outcome)
    expect(await store.read('grant', 'late')).toBeUndefined()
    const left = await store.read('device', 'code')
    if (left !== undefined) {
      expect(left.value).not.toMatchObject({ grantId: 'late' })
      await store.remove('device', 'code', left.version)
    }
  }
}
