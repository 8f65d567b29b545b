import { describe, expect, test } from 'vitest'
import { judge } from './judge.ts'
import type { Asked, Entry, Outcome, Rules } from './record.ts'

const RULES: Rules = { lifeMs: 10_000, skewMs: 1000, littleMs: 2000, graceMs: 5000, calm: [{ from: 50_000, to: 60_000 }] }

type More = Partial<Pick<Entry, 'presented' | 'got' | 'bound' | 'answered'>>

/** One request, answered after ten milliseconds. */
const at = (sent: number, asked: Asked, outcome: Outcome, more: More = {}): Entry => ({
  who: 'somebody',
  asked,
  login: '1',
  sent,
  answered: sent + 10,
  outcome,
  bound: false,
  ...more,
})
const ISSUED = at(0, 'issue', 'done')
const APPROVED = at(2000, 'approve', 'done')
const REDEEMED = at(3000, 'poll', 'done')
const GRANTED = [ISSUED, at(1000, 'poll', 'authorization_pending'), at(1900, 'enter', 'done'), APPROVED, REDEEMED]
const rotated = (sent: number, presented: string, got: string, bound = false) => at(sent, 'refresh', 'done', { presented, got, bound })
const lost = (sent: number, presented: string, bound = false) => at(sent, 'refresh', 'lost', { presented, bound })
const ended = (sent: number, presented: string, bound = false) => at(sent, 'refresh', 'invalid_grant', { presented, bound })

const TRUE: Readonly<Record<string, readonly Entry[]>> = {
  'a login with everything': [
    ...GRANTED,
    at(3100, 'look', 'done'),
    rotated(3200, 'a', 'b'),
    rotated(3300, 'b', 'c'),
    at(3400, 'revoke', 'unavailable'),
    at(3500, 'revoke', 'done'),
    at(3600, 'look', 'invalid_token'),
    ended(3700, 'c'),
  ],
  'a denial': [ISSUED, at(2000, 'deny', 'done'), at(3000, 'poll', 'access_denied')],
  'nobody decides': [ISSUED, at(1000, 'poll', 'authorization_pending'), at(10_500, 'poll', 'expired_token')],
  'the server of the poll is ahead': [ISSUED, at(9100, 'poll', 'expired_token')],
  'the answer with the tokens was lost': [ISSUED, APPROVED, at(3000, 'poll', 'lost'), at(4000, 'poll', 'invalid_grant')],
  'the approval was on its way while the poll was': [ISSUED, at(1995, 'poll', 'authorization_pending'), APPROVED, REDEEMED],
  'the answer to the approval was lost, and the page does not know the code any more': [
    ISSUED,
    at(2000, 'approve', 'lost'),
    at(2500, 'enter', 'refused'),
    REDEEMED,
  ],
  'a lost answer to a refresh is given again, to who proves the key': [
    ...GRANTED,
    lost(3200, 'a', true),
    rotated(3300, 'a', 'b', true),
    rotated(3400, 'a', 'b', true),
  ],
  'a lost answer to a refresh ends the family of others': [
    ...GRANTED,
    lost(3200, 'a'),
    ended(3300, 'a'),
    at(3400, 'look', 'invalid_token'),
  ],
  'a lost answer is not given again for ever': [...GRANTED, lost(3200, 'a', true), ended(7300, 'a', true)],
  'a refresh that never arrived is sent again': [...GRANTED, lost(3200, 'a'), rotated(3300, 'a', 'b')],
  'a poll that was cut off comes in late': [ISSUED, APPROVED, at(2500, 'poll', 'lost'), REDEEMED, ended(3200, 'a')],
  'a page refuses a code just before its end': [ISSUED, at(9000, 'enter', 'refused'), at(10_500, 'poll', 'expired_token')],
}

const FALSE: Readonly<Record<string, readonly Entry[]>> = {
  'a second token set': [...GRANTED, at(3100, 'poll', 'done')],
  'that nobody approved': [ISSUED, REDEEMED],
  'although a denial was acknowledged': [ISSUED, at(1000, 'approve', 'lost'), at(2000, 'deny', 'done'), REDEEMED],
  'a code that has expired': [ISSUED, APPROVED, at(11_100, 'poll', 'done')],
  'approval was forgotten': [ISSUED, APPROVED, at(2500, 'poll', 'authorization_pending'), REDEEMED],
  'approval was forgotten ': [ISSUED, APPROVED, at(2500, 'poll', 'slow_down'), REDEEMED],
  'denial was forgotten': [ISSUED, at(2000, 'deny', 'done'), at(2500, 'poll', 'slow_down'), at(3000, 'poll', 'access_denied')],
  'denial was forgotten ': [ISSUED, at(1000, 'poll', 'lost'), at(2000, 'deny', 'done'), at(2500, 'poll', 'invalid_grant')],
  'denied by nobody': [ISSUED, APPROVED, at(3000, 'poll', 'access_denied')],
  'expired too early': [ISSUED, at(8900, 'poll', 'expired_token')],
  'the code was forgotten': [ISSUED, at(1000, 'poll', 'invalid_grant')],
  'the code was forgotten ': [ISSUED, APPROVED, at(3000, 'poll', 'invalid_grant')],
  'the code was forgotten  ': [ISSUED, at(1000, 'poll', 'lost'), at(2000, 'poll', 'invalid_grant')],
  'a page did not know a code': [ISSUED, at(1000, 'enter', 'refused'), at(10_500, 'poll', 'expired_token')],
  'after the code had expired': [ISSUED, at(11_100, 'approve', 'done'), at(11_200, 'poll', 'expired_token')],
  'decided a second time': [ISSUED, APPROVED, at(2500, 'approve', 'done'), REDEEMED],
  'it was revoked': [...GRANTED, at(3100, 'revoke', 'done'), at(3200, 'look', 'done')],
  'it was revoked ': [...GRANTED, at(3100, 'revoke', 'done'), rotated(3200, 'a', 'b')],
  'had two successors': [...GRANTED, rotated(3100, 'a', 'b'), rotated(3200, 'a', 'b')],
  'had two successors ': [...GRANTED, rotated(3100, 'a', 'b', true), rotated(3200, 'a', 'c', true)],
  'an acknowledged grant was forgotten': [...GRANTED, ended(3100, 'a')],
  'an acknowledged grant was forgotten ': [...GRANTED, rotated(3100, 'a', 'b'), ended(3200, 'b')],
  'an acknowledged grant was forgotten  ': [...GRANTED, at(3100, 'look', 'invalid_token')],
  'an acknowledged grant was forgotten   ': [...GRANTED, lost(3200, 'a', true), ended(4000, 'a', true)],
  'an acknowledged grant was forgotten    ': [...GRANTED, lost(3200, 'a'), at(3300, 'look', 'invalid_token')],
  'nobody ever learnt': [ISSUED, at(1000, 'poll', 'authorization_pending')],
  'took too long': [ISSUED, at(13_100, 'poll', 'expired_token')],
  'nobody was given': [at(100, 'poll', 'authorization_pending')],
  'an answer that no standard has': [ISSUED, at(100, 'poll', 'wrong: 500'), at(10_500, 'poll', 'expired_token')],
  'although nothing was broken': [at(50_000, 'issue', 'unavailable'), at(50_100, 'issue', 'done'), at(60_500, 'poll', 'expired_token')],
}

describe('what may happen is held against nobody', () => {
  test.each(Object.entries(TRUE))('%s', (_, record) => expect(judge(record, RULES)).toEqual([]))
})

describe('what must not happen is found', () => {
  test.each(Object.entries(FALSE))('%s', (fault, record) => {
    const found = judge(record, RULES)
    expect(found).toHaveLength(1)
    expect(found[0]).toContain(fault.trim())
  })
})

test('logins are judged apart: an answer that was lost in one excuses nothing in another', () => {
  const other = GRANTED.map((entry) => ({ ...entry, login: '2' }))
  const record = [...other, at(2500, 'poll', 'lost'), ISSUED, at(1000, 'poll', 'invalid_grant')]
  expect(judge([...record, { ...ended(3100, 'a'), login: '2' }], RULES)).toEqual([
    expect.stringMatching(/^login 2: an acknowledged grant was forgotten/),
    expect.stringMatching(/^login 1: the code was forgotten/),
  ])
})
