// countersign-ignore-file: asks as no client should, to see what a server says
import type { Check } from '../check.ts'
import { CheckError, type Code, described, errorOf, type Exam, hasTokens, isWaiting } from '../exam.ts'
import { gather, type Outcome, skipped } from '../outcome.ts'
import { headerOf } from '../wire/exchange.ts'
import { approvedLate } from './late-approval.ts'

const MARGIN = 2

/** Whether a code ends when it was said to end, approved or not (RFC 8628 section 3.5, expired_token). */
export const expiry: Check = {
  id: 'L20',
  title: 'Expiry',
  weight: 5,
  needs: ['approver'],
  rule: 'DF-S02',
  axis: 'redemption',
  severity: 'high',
  cap: 'C',
  fix: 'Compare the time of expiry at redemption and at approval, whatever state the code is in.',
  // Everything else happens while these codes grow old.
  begin: async (exam) => {
    const [untouched, approved, late] = [await exam.open(), await exam.open(), await exam.open()]
    if ((late.expiresIn ?? 0) > exam.maxWait || late.expiresIn === undefined) {
      const life = late.expiresIn === undefined ? 'nobody knows how long' : `${late.expiresIn} seconds`
      return async () => skipped(`a code lives ${life}, and waiting is limited to ${exam.maxWait} (--max-wait)`)
    }
    await exam.decide(approved, 'approve')
    return (exam) => judged(exam, { untouched, approved, late })
  },
}

async function judged(
  exam: Exam,
  { untouched, approved, late }: Readonly<Record<'untouched' | 'approved' | 'late', Code>>,
): Promise<Outcome> {
  const found = gather()
  const { a } = exam.clients
  await untilExpired(exam, late)
  const first = await exam.poll(a, untouched)
  if (hasTokens(first)) throw new CheckError('a code that nobody approved was redeemed')
  if (isWaiting(errorOf(first))) found.half('a code is still pending after its end', first)
  const second = await exam.poll(a, approved)
  if (hasTokens(second)) found.fail('an approved code was redeemed after its end', second)
  const third = await approvedLate(exam, late)
  if (hasTokens(third)) found.fail('a code was approved and redeemed after its end', third)
  for (const answer of [first, second, third])
    if (answer.status >= 500) found.half(`an expired code was answered with ${described(answer)}`, answer)
  if (!/^(?:expired_token|invalid_grant)$/.test(errorOf(first) ?? '')) found.note(`an expired code was answered with ${described(first)}`)
  for (const { userCode } of [untouched, approved, late]) exam.spent.add(userCode)
  return found.outcome('nothing is redeemed after the end, approved before it or after', first, second, third)
}

/** By our clock, and by the server's own when that is a little behind. */
async function untilExpired(exam: Exam, { issuedAt, expiresIn = 0, answer }: Code): Promise<void> {
  const left = issuedAt + (expiresIn + MARGIN) * 1000 - exam.clock.now()
  if (left > 0) await exam.wait(left / 1000)
  const began = Date.parse(headerOf(answer, 'date'))
  const now = Date.parse(headerOf(await exam.wire.send({ url: exam.server.documents[0]?.url ?? exam.server.issuer }), 'date'))
  const behind = (expiresIn + MARGIN) * 1000 - (now - began)
  if (behind > 0) await exam.wait(Math.min(behind / 1000, 10))
}
