// countersign-ignore-file: asks as no client should, to see what a server says
import type { Check } from '../check.ts'
import { described, errorOf, hasTokens, isWaiting } from '../exam.ts'
import { gather, skipped } from '../outcome.ts'
import { approvedLate } from './late-approval.ts'

/** Whether no means no, for good (RFC 8628 section 3.5, access_denied). */
export const denial: Check = {
  id: 'L19',
  title: 'Denial',
  weight: 2,
  needs: ['approver'],
  rule: 'DF-S15',
  axis: 'approval',
  severity: 'medium',
  fix: 'Let a decision be taken once, from pending alone; answer polls with access_denied after a denial.',
  run: async (exam) => {
    if (exam.outcomes.get('L17')?.mark === 'FAIL') return skipped('codes are approved without anybody being asked (L17)')
    const found = gather()
    const { a } = exam.clients
    const code = await exam.open()
    await exam.decide(code, 'deny')
    const denied = await exam.poll(a, code)
    await exam.wait(code.interval + 0.5)
    const again = await exam.poll(a, code)
    for (const answer of [denied, again]) {
      if (isWaiting(errorOf(answer)) || hasTokens(answer)) found.fail(`a denied code was answered with ${described(answer)}`, answer)
    }
    if (errorOf(denied) !== 'access_denied') found.half(`a denied code was answered with ${described(denied)}`, denied)
    const late = await approvedLate(exam, code)
    if (hasTokens(late)) found.fail('a denied code was approved afterwards', late)
    return found.outcome('a denied code stays denied', denied, again, late)
  },
}
