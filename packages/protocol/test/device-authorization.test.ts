import { type DeviceAuthorization, type DeviceAuthorizationEvent, type PendingAuthorization, type Step, step } from '@countersign/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { verifies } from '../../../requirements/verifies.ts'

const START = 1_700_000_000_000
const LIFE = 300_000
const device = { address: '198.51.100.7', userAgent: 'device' }
const person = { address: '203.0.113.9', userAgent: 'browser' }
const SCOPE = ['read', 'write', 'admin']

function opened(): PendingAuthorization {
  return {
    state: 'pending',
    clientId: 'cli',
    scope: SCOPE,
    resources: ['https://mcp.example/mcp'],
    keyThumbprint: 'thumbprint',
    deviceName: 'build box',
    countersignSupported: true,
    origin: device,
    createdAt: START,
    expiresAt: START + LIFE,
    entered: undefined,
  }
}

const POLL = 6000
const enter = (browser: string, decideWithinMs = 120_000): DeviceAuthorizationEvent => ({
  type: 'enter',
  browser,
  decideWithinMs,
  redeemWithinMs: POLL,
})
const approve = (browser: string, granted: readonly string[] = SCOPE, countersign?: string): DeviceAuthorizationEvent => ({
  type: 'approve',
  browser,
  subject: `subject of ${browser}`,
  origin: person,
  granted,
  countersign,
})
const deny = (browser: string): DeviceAuthorizationEvent => ({ type: 'deny', browser, subject: `subject of ${browser}`, origin: person })
const cancel: DeviceAuthorizationEvent = { type: 'cancel' }
const redeem = (grantId = 'grant', countersign?: string): DeviceAuthorizationEvent => ({ type: 'redeem', grantId, countersign })

/** The record after events that must all change it. */
function after(...events: readonly (readonly [event: DeviceAuthorizationEvent, at?: number])[]): DeviceAuthorization {
  return events.reduce<DeviceAuthorization>((record, [event, at = 0]) => {
    const result = step(record, event, START + at)
    if (result.outcome !== 'changed') throw new Error(`'${event.type}' answered '${result.outcome}'`)
    return result.record
  }, opened())
}

function deepFreeze<T extends object>(value: T): T {
  for (const member of Object.values(value)) if (typeof member === 'object' && member !== null) deepFreeze(member as object)
  return Object.freeze(value)
}

const browser = fc.constantFrom('A', 'B')
const shown = fc.constantFrom(undefined, '47', '47')
const typed = fc.constantFrom(undefined, '47', '11', '12', '13', '14')
const event: fc.Arbitrary<DeviceAuthorizationEvent> = fc.oneof(
  fc.record({ browser, within: fc.integer({ min: 1, max: 200_000 }) }).map(({ browser, within }) => enter(browser, within)),
  fc
    .record({ browser, number: shown, granted: fc.array(fc.constantFrom('admin', 'read', 'write', 'root', 'read '), { maxLength: 6 }) })
    .map(({ browser, granted, number }) => approve(browser, granted, number)),
  browser.map(deny),
  fc.constant(cancel),
  fc.record({ id: fc.uuid(), number: typed }).map(({ id, number }) => redeem(id, number)),
)
const walk = fc.array(fc.record({ event, wait: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 90_000 })) }), { maxLength: 25 })

interface Moment {
  readonly before: DeviceAuthorization
  readonly event: DeviceAuthorizationEvent
  readonly now: number
  readonly result: Step
}

function run(moves: readonly { readonly event: DeviceAuthorizationEvent; readonly wait: number }[]): readonly Moment[] {
  let record: DeviceAuthorization = deepFreeze(opened())
  let now = START
  return moves.map(({ event, wait }) => {
    now += wait
    const moment = { before: record, event, now, result: step(record, event, now) }
    if (moment.result.outcome === 'changed') record = deepFreeze(moment.result.record)
    return moment
  })
}

/** Walks the machine at random, again and again; the records are frozen, so a step that changed one in place would throw. */
function everyWalk(check: (moments: readonly Moment[]) => void) {
  fc.assert(
    fc.property(walk, (moves) => check(run(moves))),
    { seed: 8628, numRuns: 1500 },
  )
}
const stateAfter = ({ result }: Moment) => (result.outcome === 'changed' ? result.record.state : undefined)

test('the states move only pending to approved or denied, and approved to redeemed or, by wrong countersigns, denied', () => {
  const allowed = ['pending>pending', 'pending>approved', 'pending>denied', 'approved>approved', 'approved>denied', 'approved>redeemed']
  const seen = new Set<string>()
  everyWalk((moments) => {
    for (const moment of moments) {
      const next = stateAfter(moment)
      if (next !== undefined) seen.add(`${moment.before.state}>${next}`)
    }
  })
  expect([...seen].sort()).toEqual(allowed.sort())
})

test('no event changes what was asked', () => {
  const asked = (record: DeviceAuthorization) => {
    const { clientId, scope, resources, keyThumbprint, deviceName, countersignSupported, origin, createdAt, expiresAt } = record
    return { clientId, scope, resources, keyThumbprint, deviceName, countersignSupported, origin, createdAt, expiresAt }
  }
  everyWalk((moments) => {
    for (const { result } of moments) if (result.outcome === 'changed') expect(asked(result.record)).toEqual(asked(opened()))
  })
})

verifies(
  ['seed-001-one-time-use', 'rfc10027-6.1.3-one-time-codes'],
  'on every walk a code is decided at most once and redeemed at most once',
  () => {
    everyWalk((moments) => {
      const reached = moments.map(stateAfter)
      expect(reached.filter((state) => state === 'redeemed').length).toBeLessThanOrEqual(1)
      expect(
        moments.filter((moment) => moment.before.state === 'pending' && ['approved', 'denied'].includes(stateAfter(moment) ?? '')).length,
      ).toBeLessThanOrEqual(1)
      const first = moments[reached.indexOf('redeemed')]?.event
      for (const { before, event, result } of moments) {
        if (before.state !== 'redeemed' || first?.type !== 'redeem') continue
        // Even after expiry: what the first redemption minted must be found.
        if (event.type === 'redeem') expect(result).toEqual({ outcome: 'replayed', grantId: first.grantId })
        else expect(['decided', 'expired']).toContain(result.outcome)
      }
    })
  },
)

verifies(
  'rfc8628-3.5-expired-token',
  'on every walk nothing changes from expiry on, and an unredeemed code answers expired, approved or not',
  () => {
    everyWalk((moments) => {
      for (const { before, event, now, result } of moments) {
        const expired = now >= START + LIFE
        if (result.outcome === 'changed') expect(expired).toBe(false)
        if (before.state === 'redeemed' && event.type === 'redeem') continue
        expect(result.outcome === 'expired').toBe(expired)
      }
    })
    const approved = after([enter('A')], [approve('A'), 1])
    expect(step(approved, redeem(), START + LIFE - 1).outcome).toBe('changed')
    expect(step(approved, redeem(), START + LIFE).outcome).toBe('expired')
  },
)

verifies('rfc8628-3.5-access-denied', 'a denied code answers denied until it expires, and can never be approved', () => {
  everyWalk((moments) => {
    for (const { before, event, now, result } of moments) {
      if (before.state !== 'denied' || now >= START + LIFE) continue
      expect(result.outcome).toBe(event.type === 'redeem' ? 'denied' : 'decided')
    }
  })
  const denied = after([enter('A')], [deny('A')])
  expect(step(denied, redeem(), START + LIFE - 1).outcome).toBe('denied')
  expect(step(denied, redeem(), START + LIFE).outcome).toBe('expired')
})

verifies(
  'rfc10027-6.1.4-unique-code-reuse-detection',
  'cancelled before or after the approval is denied, by nobody or by nobody but the approver; what was redeemed stays redeemed',
  () => {
    everyWalk((moments) => {
      for (const { before, event, now, result } of moments) {
        if (event.type !== 'cancel' || now >= START + LIFE) continue
        if (before.state === 'denied' || before.state === 'redeemed') expect(result).toEqual({ outcome: 'decided' })
        else expect(result).toMatchObject({ outcome: 'changed', record: { state: 'denied' } })
      }
    })
    const pending = after([enter('A')], [cancel])
    expect([pending.state, Object.hasOwn(pending, 'decision'), Object.hasOwn(pending, 'entered')]).toEqual(['denied', false, false])
    const approved = after([enter('A')], [approve('A', SCOPE, '47')], [cancel])
    expect(approved).toMatchObject({ state: 'denied', decision: { subject: 'subject of A' } })
    expect([Object.hasOwn(approved, 'granted'), Object.hasOwn(approved, 'countersign')]).toEqual([false, false])
    expect(step(approved, redeem('g', '47'), START)).toEqual({ outcome: 'denied' })
  },
)

test('before a decision the device is told pending, entered or not', () => {
  everyWalk((moments) => {
    for (const { before, event, now, result } of moments) {
      if (before.state === 'pending' && event.type === 'redeem' && now < START + LIFE) expect(result).toEqual({ outcome: 'pending' })
    }
  })
})

verifies('rfc10027-6.1.3-one-time-codes', 'only the browser that entered the code decides, and only until its time is up', () => {
  everyWalk((moments) => {
    for (const { before, event, now, result } of moments) {
      if ((event.type !== 'approve' && event.type !== 'deny') || before.state !== 'pending' || now >= START + LIFE) continue
      if (before.entered?.browser !== event.browser) expect(result.outcome).toBe('not_entered')
      else expect(result.outcome).toBe(now < before.entered.decideBy ? 'changed' : 'too_late')
    }
  })
  expect(step(after([enter('A')]), enter('B'), START).outcome).toBe('taken')
})

test('the time to decide starts once, ends one poll before expiry at the latest, and entering again does not restart it', () => {
  const entered = after([enter('A', 100_000), 1000]) as PendingAuthorization
  expect(entered.entered).toEqual({ browser: 'A', enteredAt: START + 1000, decideBy: START + 101_000 })
  const again = step(entered, enter('A', 100_000), START + 50_000)
  expect(again).toEqual({ outcome: 'changed', record: entered })
  expect(step(entered, approve('A'), START + 100_999).outcome).toBe('changed')
  expect(step(entered, approve('A'), START + 101_000).outcome).toBe('too_late')
  const late = after([enter('A', 100_000), LIFE - 7000]) as PendingAuthorization
  expect(late.entered?.decideBy).toBe(START + LIFE - POLL)
  const last = step(late, approve('A'), START + LIFE - POLL - 1)
  expect(last.outcome === 'changed' && step(last.record, redeem(), START + LIFE - 1)).toMatchObject({ record: { state: 'redeemed' } })
  expect(step(late, approve('A'), START + LIFE - POLL).outcome).toBe('too_late')
  expect(step(opened(), enter('A'), START + LIFE - POLL).outcome).toBe('too_late')
})

verifies('seed-000-scope-not-exceed-request', 'what is granted is part of what was asked, in the order asked, each scope once', () => {
  everyWalk((moments) => {
    for (const { event, result } of moments) {
      if (event.type !== 'approve' || result.outcome !== 'changed' || result.record.state !== 'approved') continue
      expect(result.record.granted).toEqual(SCOPE.filter((token) => event.granted.includes(token)))
    }
  })
  const redeemed = after([enter('A')], [approve('A', ['root', 'write', 'write', 'read'])], [redeem()])
  expect(redeemed).toMatchObject({ state: 'redeemed', granted: ['read', 'write'] })
})

verifies('rfc8628-5.3-approver-signals', 'the record keeps the device and the approving browser apart', () => {
  const redeemed = after([enter('A'), 10], [approve('A'), 20], [redeem('grant-1'), 30])
  expect(redeemed).toMatchObject({
    origin: device,
    decision: { subject: 'subject of A', origin: person, decidedAt: START + 20 },
    redeemedAt: START + 30,
    grantId: 'grant-1',
  })
  expect(Object.hasOwn(redeemed, 'entered')).toBe(false)
})

verifies(
  'rfc10027-6.1.16-initiation-check',
  'with a countersign nothing is redeemed but by the right number, and the third wrong one denies',
  () => {
    everyWalk((moments) => {
      for (const { before, event, now, result } of moments) {
        if (before.state !== 'approved' || event.type !== 'redeem' || now >= START + LIFE) continue
        const { countersign } = before
        const right = countersign === undefined || event.countersign === countersign.digest
        expect(result.outcome === 'changed' && result.record.state === 'redeemed').toBe(right)
        if (!right && event.countersign === undefined) expect(result).toEqual({ outcome: 'countersign_required' })
      }
    })
    const approved = after([enter('A')], [approve('A', SCOPE, '47')])
    const twice = after([enter('A')], [approve('A', SCOPE, '47')], [redeem('g', '11')], [redeem('g', '12')])
    expect(twice).toMatchObject({ state: 'approved', countersign: { digest: '47', wrong: 2 } })
    expect(step(twice, redeem('g', '47'), START)).toMatchObject({ outcome: 'changed', record: { state: 'redeemed' } })
    const third = step(twice, redeem('g', '13'), START)
    expect(third).toMatchObject({ outcome: 'changed', record: { state: 'denied' } })
    expect(third.outcome === 'changed' && step(third.record, redeem('g', '47'), START).outcome).toBe('denied')
    // Asking without a number is not a try.
    expect(step(approved, redeem(), START)).toEqual({ outcome: 'countersign_required' })
  },
)
