// countersign-ignore-file: asks as no client should, to see what a server says
import type { Check } from '../check.ts'
import { described, hasTokens } from '../exam.ts'
import { gather } from '../outcome.ts'
import { textOf } from '../wire/exchange.ts'

const LATER = 60

/** Whether a device code is good for one redemption (RFC 6749 section 4.1.2, by analogy). */
export const replay: Check = {
  id: 'L21',
  title: 'Replay',
  weight: 7,
  needs: ['approver'],
  rule: 'DF-S05',
  axis: 'redemption',
  severity: 'critical',
  cap: 'F',
  fix: 'Consume the code before anything is issued, on every path; a code that comes back ends what it minted.',
  begin: async (exam) => {
    const { code, answer } = await exam.login()
    const redeemedAt = exam.clock.now()
    await exam.wait(code.interval + 0.5)
    const atOnce = await exam.poll(exam.clients.a, code)
    return async (exam) => {
      const found = gather()
      const left = redeemedAt + LATER * 1000 - exam.clock.now()
      if (left > 0) await exam.wait(left / 1000)
      const later = await exam.poll(exam.clients.a, code)
      if (hasTokens(atOnce)) found.fail('a code was redeemed twice', answer, atOnce)
      if (hasTokens(later)) found.fail('a code was redeemed again later', answer, later)
      for (const each of [atOnce, later]) if (each.status >= 500) found.half(`a spent code was answered with ${described(each)}`, each)
      const token = textOf(answer, 'refresh_token')
      if (token !== undefined) {
        const refreshed = await exam.refresh(exam.clients.a, token)
        found.note(hasTokens(refreshed) ? 'what the code minted lives on after the replay' : 'the replay ended what the code had minted')
      }
      return found.outcome('a code is redeemed once', answer, atOnce, later)
    }
  },
}
