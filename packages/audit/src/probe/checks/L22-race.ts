// countersign-ignore-file: asks as no client should, to see what a server says
import type { Check } from '../check.ts'
import { DEVICE_CODE, hasTokens } from '../exam.ts'
import { gather, skipped } from '../outcome.ts'
import { textOf } from '../wire/exchange.ts'

/** Few at once meet between reading and marking; many find what gives way under them. Some servers only fail one of the two. */
const ROUNDS = [20, 2, 5, 20]

/** Whether a code is redeemed once when many redeem it at the same moment. */
export const race: Check = {
  id: 'L22',
  title: 'Race',
  weight: 7,
  needs: ['approver', 'race'],
  rule: 'DF-S04',
  axis: 'redemption',
  severity: 'high',
  cap: 'D',
  fix: 'Redeem by one conditional write whose outcome decides, before anything is issued.',
  run: async (exam) => {
    if (exam.outcomes.get('L21')?.mark === 'FAIL') return skipped('a code can be redeemed again anyway (L21)')
    const found = gather()
    const won = []
    for (const atOnce of ROUNDS) {
      const code = await exam.open()
      await exam.decide(code, 'approve')
      const answers = await exam.together(exam.clients.a, { grant_type: DEVICE_CODE, device_code: code.deviceCode }, atOnce)
      const winners = answers.filter(hasTokens)
      const pairs = new Set(winners.map((answer) => textOf(answer, 'access_token')))
      if (pairs.size > 1) found.fail(`${atOnce} requests at once got ${pairs.size} different tokens`, ...winners)
      else if (winners.length > 1) found.half(`${winners.length} of ${atOnce} requests got the same token`, ...winners)
      else if (winners.length === 0) found.half(`none of ${atOnce} requests at once got a token`, ...answers.slice(0, 1))
      const broken = answers.filter(({ status }) => status >= 500)
      if (broken.length > 0) found.half(`${broken.length} of ${atOnce} were answered with ${broken[0]?.status}`, ...broken.slice(0, 1))
      won.push(...winners)
    }
    return found.outcome(`of ${ROUNDS.join(', ')} requests at once one got tokens`, ...won)
  },
}
