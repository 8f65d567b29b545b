import {
  AUTHORIZATION_CODE_LIFE,
  type AuthorizationCode,
  type AuthorizationCodeEvent,
  type AuthorizationCodeStep,
  type PendingCode,
  stepCode,
} from '@countersign/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'

const START = 1_700_000_000_000
const REQUEST_LIFE = 600_000
const CODE_LIFE = AUTHORIZATION_CODE_LIFE * 1000
const SCOPE = ['read', 'write', 'admin']
const origin = { address: '203.0.113.9', userAgent: 'browser' }

function opened(): PendingCode {
  return {
    state: 'pending',
    request: {
      clientId: 'app',
      redirectUri: 'https://app.example/callback',
      codeChallenge: 'challenge',
      scope: SCOPE,
      resources: ['https://mcp.example/mcp'],
      keyThumbprint: 'thumbprint',
      clientState: 'state',
    },
    createdAt: START,
    expiresAt: START + REQUEST_LIFE,
  }
}

const approve = (granted: readonly string[] = SCOPE): AuthorizationCodeEvent => ({ type: 'approve', subject: 'ada', origin, granted })
const deny: AuthorizationCodeEvent = { type: 'deny', subject: 'ada', origin }
const redeem = (grantId = 'grant'): AuthorizationCodeEvent => ({ type: 'redeem', grantId })

function after(...events: readonly (readonly [event: AuthorizationCodeEvent, at?: number])[]): AuthorizationCode {
  return events.reduce<AuthorizationCode>((record, [event, at = 0]) => {
    const result = stepCode(record, event, START + at)
    if (result.outcome !== 'changed') throw new Error(`'${event.type}' answered '${result.outcome}'`)
    return result.record
  }, opened())
}

interface Moment {
  readonly before: AuthorizationCode
  readonly event: AuthorizationCodeEvent
  readonly now: number
  readonly result: AuthorizationCodeStep
}

const event: fc.Arbitrary<AuthorizationCodeEvent> = fc.oneof(
  fc.array(fc.constantFrom('admin', 'read', 'write', 'root', 'read '), { maxLength: 6 }).map(approve),
  fc.constant(deny),
  fc.uuid().map(redeem),
)
const wait = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 70_000 }), fc.integer({ min: 0, max: 400_000 }))

/** Walks the machine at random; the records are frozen, so a step that changed one in place would throw. */
function everyWalk(check: (moments: readonly Moment[]) => void) {
  fc.assert(
    fc.property(fc.array(fc.record({ event, wait }), { maxLength: 15 }), (moves) => {
      let record: AuthorizationCode = Object.freeze(opened())
      let now = START
      check(
        moves.map((move) => {
          now += move.wait
          const moment = { before: record, event: move.event, now, result: stepCode(record, move.event, now) }
          if (moment.result.outcome === 'changed') record = Object.freeze(moment.result.record)
          return moment
        }),
      )
    }),
    { seed: 6749, numRuns: 2000 },
  )
}
const stateAfter = ({ result }: Moment) => (result.outcome === 'changed' ? result.record.state : undefined)

test('the states move only pending to approved or denied, and approved to redeemed', () => {
  const seen = new Set<string>()
  everyWalk((moments) => {
    for (const moment of moments) {
      const next = stateAfter(moment)
      if (next !== undefined) seen.add(`${moment.before.state}>${next}`)
    }
  })
  expect([...seen].sort()).toEqual(['approved>redeemed', 'pending>approved', 'pending>denied'])
})

test('no event changes what was asked', () => {
  everyWalk((moments) => {
    for (const { result } of moments) {
      if (result.outcome !== 'changed') continue
      expect(result.record.request).toEqual(opened().request)
      expect(result.record.createdAt).toBe(START)
    }
  })
})

test('on every walk it is decided once and redeemed once, and every later redemption is a replay of that one', () => {
  everyWalk((moments) => {
    const reached = moments.map(stateAfter)
    expect(reached.filter((state) => state === 'redeemed').length).toBeLessThanOrEqual(1)
    expect(reached.filter((state) => state === 'approved' || state === 'denied').length).toBeLessThanOrEqual(1)
    const first = moments[reached.indexOf('redeemed')]?.event
    for (const { before, event, result } of moments) {
      if (before.state !== 'redeemed' || first?.type !== 'redeem') continue
      if (event.type === 'redeem') expect(result).toEqual({ outcome: 'replayed', grantId: first.grantId })
      else expect(['decided', 'expired']).toContain(result.outcome)
    }
  })
})

test('on every walk nothing changes from expiry on, and a code lives sixty seconds from its approval, not longer', () => {
  everyWalk((moments) => {
    let approvedAt: number | undefined
    for (const moment of moments) {
      const { before, now, result } = moment
      if (now >= before.expiresAt) expect(result.outcome === 'expired' || result.outcome === 'replayed').toBe(true)
      if (stateAfter(moment) === 'approved') approvedAt = now
      if (stateAfter(moment) === 'redeemed') expect(now - (approvedAt ?? 0)).toBeLessThan(60_000)
    }
  })
  const approved = after([approve(), REQUEST_LIFE - 1])
  expect(approved.expiresAt).toBe(START + REQUEST_LIFE - 1 + CODE_LIFE)
  expect(stepCode(approved, redeem(), approved.expiresAt - 1).outcome).toBe('changed')
  expect(stepCode(approved, redeem(), approved.expiresAt)).toEqual({ outcome: 'expired' })
  expect(stepCode(opened(), approve(), START + REQUEST_LIFE)).toEqual({ outcome: 'expired' })
  expect(stepCode(after([approve()], [redeem('g')]), redeem('h'), START + 10 * REQUEST_LIFE)).toEqual({ outcome: 'replayed', grantId: 'g' })
})

test('nothing is redeemed that nobody approved', () => {
  expect(stepCode(opened(), redeem(), START)).toEqual({ outcome: 'not_approved' })
  expect(stepCode(after([deny]), redeem(), START)).toEqual({ outcome: 'not_approved' })
  expect(stepCode(after([deny]), approve(), START)).toEqual({ outcome: 'decided' })
})

test('what is granted is never more than was asked, in the order it was asked', () => {
  everyWalk((moments) => {
    for (const { event, result } of moments) {
      if (event.type !== 'approve' || result.outcome !== 'changed' || result.record.state !== 'approved') continue
      expect(result.record.granted).toEqual(SCOPE.filter((token) => event.granted.includes(token)))
    }
  })
  expect(after([approve(['root', 'write', 'write', 'read']), 20], [redeem('g'), 30])).toMatchObject({
    state: 'redeemed',
    granted: ['read', 'write'],
    decision: { subject: 'ada', decidedAt: START + 20, origin },
    redeemedAt: START + 30,
    grantId: 'g',
  })
})
