// countersign-ignore-file: asks as no client should, to see what a server says
import type { Check } from '../check.ts'
import { CheckError, described, errorOf, type Exam, hasTokens } from '../exam.ts'
import { claimsOf } from '../jwt-claims.ts'
import { gather } from '../outcome.ts'
import { type Answer, textOf } from '../wire/exchange.ts'

const UNKNOWN = 'countersign-probe-unknown'

/** Whether a token never carries more than was approved, and that never more than the client may have (RFC 6749 section 3.3). */
export const scope: Check = {
  id: 'L23',
  title: 'Scope and audience',
  weight: 4,
  needs: ['approver'],
  rule: 'DF-S12',
  axis: 'tokens',
  severity: 'high',
  cap: 'C',
  fix: 'Check the scope when the code is asked for, issue from the approved record, and name the resource in the audience.',
  run: async (exam) => {
    const found = gather()
    const allowed = exam.clients.a.scope?.split(' ') ?? []
    const beyond = [UNKNOWN, ...(exam.foreignScope === undefined ? [] : [exam.foreignScope])]
    const wide = await exam.ask(exam.clients.a, { form: { scope: [...allowed, ...beyond].join(' ') } })
    if (textOf(wide, 'device_code') !== undefined) {
      const code = exam.codes.at(-1)
      if (code === undefined) throw new CheckError('no code')
      await exam.decide(code, 'approve')
      const answer = await exam.redeem(exam.clients.a, code)
      const got = beyond.filter((each) => scopesOf(answer, [...allowed, ...beyond]).includes(each))
      if (got.length > 0) found.fail(`a token carries ${got.join(' ')}, which the client may not have`, answer)
      // RFC 6749 section 5.1: required when it is not what was asked for.
      else if (hasTokens(answer) && textOf(answer, 'scope') === undefined) found.half('a narrowed scope is not told', answer)
    } else if (wide.status >= 500) found.half(`an unknown scope was answered with ${described(wide)}`, wide)
    else if (errorOf(wide) !== 'invalid_scope') found.note(`an unknown scope was answered with ${described(wide)}`)

    const [narrow = ''] = allowed
    const asked = narrow === '' ? {} : { scope: narrow }
    const code = await exam.open(exam.clients.a, { form: asked })
    await exam.decide(code, 'approve')
    const widened = await exam.redeem(exam.clients.a, code, { form: { scope: [...allowed, ...beyond].join(' ') } })
    const more = scopesOf(widened, [narrow]).filter((each) => each !== narrow && [...allowed, ...beyond].includes(each))
    if (more.length > 0) found.fail(`the token request widened the scope by ${more.join(' ')}`, widened)
    checkAudience(exam, widened, found.half)
    return found.outcome('no token carries more than was approved', wide, widened)
  },
}

/** What the token says it is good for; what was asked for when it does not say (RFC 6749 section 5.1). */
function scopesOf(answer: Answer, asked: readonly string[]): readonly string[] {
  if (!hasTokens(answer)) return []
  const claim = claimsOf(textOf(answer, 'access_token'))['scope']
  const told = textOf(answer, 'scope')
  if (told === undefined && typeof claim !== 'string') return asked
  return `${told ?? ''} ${typeof claim === 'string' ? claim : ''}`.split(' ').filter((each) => each !== '')
}

function checkAudience({ server }: Exam, answer: Answer, half: (because: string, seen: Answer) => void): void {
  const claims = claimsOf(textOf(answer, 'access_token'))
  if (Object.keys(claims).length === 0) return
  const audience = [claims['aud'] ?? []].flat()
  if (audience.length === 0) half('a token is good for everybody: it has no audience', answer)
  // RFC 8707 section 2.2
  else if (server.resource !== undefined && !audience.includes(server.resource))
    half('the audience is not the resource that was asked for', answer)
}
