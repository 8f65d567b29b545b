// countersign-ignore-file: asks as no client should, to see what a server says
import type { Check } from '../check.ts'
import { described, type Exam, hasTokens } from '../exam.ts'
import { type Findings, gather, skipped } from '../outcome.ts'
import { endpointOf } from '../server.ts'
import { textOf } from '../wire/exchange.ts'

const GRACE = 60
const AT_ONCE = 10

/** Whether a refresh token is used once, by one client, for no more than was granted, and can be taken back (RFC 9700 section 4.14). */
export const refresh: Check = {
  id: 'L24',
  title: 'Refresh tokens',
  weight: 7,
  needs: ['approver'],
  rule: 'DF-S18',
  axis: 'tokens',
  severity: 'high',
  cap: 'C',
  fix: 'Rotate at every refresh, end the family when a spent token comes back, bind it to its client, and let revocation end it.',
  run: async (exam) => {
    const { answer } = await exam.login()
    const first = textOf(answer, 'refresh_token')
    if (first === undefined) return skipped('no refresh token is issued')
    const found = gather()
    const newest = await rotation(exam, first, found)
    if (newest !== undefined) await reuse(exam, first, newest, found)
    await revocation(exam, found)
    if (exam.race) await parallel(exam, found)
    return found.outcome('rotated, bound, and over for good when a spent one comes back', answer)
  },
}

/** The newest refresh token of the family, or nothing when there is no rotation to judge. */
async function rotation(exam: Exam, first: string, found: Findings): Promise<string | undefined> {
  const { a, b } = exam.clients
  const rotated = await exam.refresh(a, first)
  const second = textOf(rotated, 'refresh_token')
  if (!hasTokens(rotated)) {
    found.fail(`refreshing was answered with ${described(rotated)}`, rotated)
    return undefined
  }
  if (second === undefined || second === first) {
    if (textOf(rotated, 'token_type')?.toLowerCase() === 'dpop') found.note('not rotated, but bound to a key')
    else found.fail('the refresh token stays the same at every refresh', rotated)
    return undefined
  }
  if (b !== undefined) {
    const stranger = await exam.refresh(b, second)
    if (hasTokens(stranger)) found.fail('another client used the refresh token', stranger)
  }
  const wider = await exam.refresh(a, second, { form: { scope: `${a.scope ?? ''} countersign-probe-unknown`.trim() } })
  if (hasTokens(wider) && (textOf(wider, 'scope') ?? '').includes('countersign-probe-unknown'))
    found.fail('refreshing widened the scope', wider)
  return textOf(wider, 'refresh_token') ?? second
}

async function reuse(exam: Exam, first: string, newest: string, found: Findings): Promise<void> {
  const { a } = exam.clients
  let again = await exam.refresh(a, first)
  let living = newest
  if (hasTokens(again)) {
    // A client that lost the answer is given it again by careful servers, for a short time.
    found.note('a spent refresh token is taken again for a while')
    living = textOf(again, 'refresh_token') ?? newest
    await exam.wait(GRACE + 1)
    again = await exam.refresh(a, first)
  }
  if (hasTokens(again)) {
    found.fail(`a spent refresh token is taken again, a minute after it was spent`, again)
    return
  }
  const family = await exam.refresh(a, living)
  if (hasTokens(family)) found.fail('the family lives on after a spent refresh token came back', again, family)
}

async function revocation(exam: Exam, found: Findings): Promise<void> {
  const endpoint = endpointOf(exam.server, 'revocation_endpoint')
  if (endpoint === undefined) {
    found.note('there is no revocation endpoint')
    return
  }
  const { answer } = await exam.login()
  const token = textOf(answer, 'refresh_token')
  if (token === undefined) return
  const revoked = await exam.post(endpoint, exam.clients.a, { token, token_type_hint: 'refresh_token' })
  const after = await exam.refresh(exam.clients.a, token)
  // RFC 7009 section 2.1
  if (hasTokens(after)) found.fail('a revoked refresh token is still taken', revoked, after)
}

async function parallel(exam: Exam, found: Findings): Promise<void> {
  const { answer } = await exam.login()
  const token = textOf(answer, 'refresh_token')
  if (token === undefined) return
  const answers = await exam.together(exam.clients.a, { grant_type: 'refresh_token', refresh_token: token }, AT_ONCE)
  const successors = new Set(answers.filter(hasTokens).map((each) => textOf(each, 'refresh_token')))
  if (successors.size > 1)
    found.fail(`${AT_ONCE} refreshes at once got ${successors.size} different successors`, ...answers.filter(hasTokens))
}
