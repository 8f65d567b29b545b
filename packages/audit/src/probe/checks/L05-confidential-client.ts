// countersign-ignore-file: asks as no client should, to see what a server says
import type { Check } from '../check.ts'
import { CheckError, described, errorOf, type Exam, hasTokens, isWaiting } from '../exam.ts'
import { gather } from '../outcome.ts'
import { textOf } from '../wire/exchange.ts'
import { givenClient } from './given.ts'

/** Whether a client with a secret has to prove it at both endpoints (RFC 8628 sections 3.1 and 3.4). */
export const confidentialClient: Check = {
  id: 'L05',
  title: 'Confidential client',
  weight: 4,
  needs: ['k'],
  rule: 'L05',
  axis: 'redemption',
  severity: 'high',
  fix: 'Authenticate confidential clients at the device authorization endpoint and at the token endpoint alike.',
  run: async (exam: Exam) => {
    const found = gather()
    const k = givenClient(exam, 'k')
    const unproven = [
      ['no secret', undefined],
      ['a wrong secret', 'countersign-probe-wrong'],
    ] as const
    for (const [how, secret] of unproven) {
      const answer = await exam.ask(k, { secret })
      if (textOf(answer, 'device_code') !== undefined) found.fail(`a code was given out for ${how}`, answer)
      else if (!/^invalid_client$/.test(errorOf(answer) ?? ''))
        found.half(`asking with ${how} was answered with ${described(answer)}`, answer)
    }
    const right = await exam.ask(k)
    if (textOf(right, 'device_code') === undefined) throw new CheckError(`the right secret was answered with ${described(right)}`)
    const deviceCode = textOf(right, 'device_code') ?? ''
    for (const [how, secret] of unproven) {
      const answer = await exam.poll(k, { deviceCode }, { secret })
      if (hasTokens(answer) || isWaiting(errorOf(answer))) found.fail(`a poll with ${how} was answered with ${described(answer)}`, answer)
    }
    const polled = await exam.poll(k, { deviceCode })
    if (!isWaiting(errorOf(polled))) found.half(`a poll with the right secret was answered with ${described(polled)}`, polled)
    return found.outcome('nothing happens without the secret', right, polled)
  },
}
