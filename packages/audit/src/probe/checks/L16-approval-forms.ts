// countersign-ignore-file: asks as no client should, to see what a server says
import type { Check } from '../check.ts'
import { CheckError, type Code, described, type Exam, hasTokens } from '../exam.ts'
import { claimsOf } from '../jwt-claims.ts'
import { gather, skipped } from '../outcome.ts'
import type { Changed, FormRequest } from '../person/browser.ts'
import type { Decision, FormPerson } from '../person/form-person.ts'
import { endpointOf } from '../server.ts'
import { type Answer, headerOf, textOf } from '../wire/exchange.ts'
import { givenForms } from './given.ts'
import { bare } from './sample.ts'

const INTRUDER = 'countersign-probe-intruder'
const ELSEWHERE = 'https://countersign-probe.example'

interface Attack {
  readonly how: string
  readonly change: (request: FormRequest, code: Code) => FormRequest
  readonly changed?: Changed
}

const ATTACKS: readonly Attack[] = [
  { how: 'without any cookie', change: (request) => request, changed: { withoutCookies: true } },
  { how: 'from another site, without the secret of the form', change: withoutSecrets, changed: { origin: ELSEWHERE } },
  { how: 'by opening an address', change: (request) => ({ ...request, method: 'GET' }) },
]

/** Whether only the person who is signed in can approve, with a form of the server's own (RFC 9700 sections 4.7 and 4.16). */
export const approvalForms: Check = {
  id: 'L16',
  title: 'Approval and CSRF',
  weight: 6,
  needs: ['approver', 'forms'],
  rule: 'DF-S13',
  axis: 'approval',
  severity: 'critical',
  cap: 'F',
  fix: 'Take decisions by POST from a signed-in browser with a form secret of its own; take the identity from the sign-in alone; forbid frames.',
  run: async (exam) => {
    if (exam.outcomes.get('L17')?.mark === 'FAIL') return skipped('codes are approved without anybody being asked (L17)')
    const found = gather()
    const forms = givenForms(exam)
    let asked = await reached(exam, forms)
    const { answer } = asked.decision.page
    for (const attack of ATTACKS) {
      const { browser, approve } = asked.decision
      const page = await browser.send(attack.change(approve, asked.code), attack.changed)
      const after = await settled(exam, asked.code)
      if (!hasTokens(after)) continue
      const isShielded =
        attack.changed?.origin !== undefined && browser.cookies().every(({ sameSite }) => /^(?:lax|strict)$/.test(sameSite))
      const because = `a decision sent ${attack.how} approved the code`
      if (isShielded) found.half(`${because}; only SameSite cookies stand before it`, page.answer, after)
      else found.fail(because, page.answer, after)
      asked = await reached(exam, forms)
    }
    const frames = `${headerOf(answer, 'content-security-policy')} ${headerOf(answer, 'x-frame-options')}`
    if (!/frame-ancestors\s+'(?:none|self)'|\b(?:deny|sameorigin)\b/i.test(frames))
      found.half('the page of the decision can be framed', answer)
    await lastly(exam, forms, asked, found.fail)
    return found.outcome('only the signed-in person approves, with a form of the server', answer)
  },
}

async function reached(exam: Exam, forms: FormPerson): Promise<{ code: Code; decision: Decision }> {
  const code = await exam.open()
  const browser = forms.openBrowser()
  const decision = await forms.reach(browser, code, await forms.signIn(browser, code))
  if (decision === undefined) throw new CheckError('no page asked whether to approve the code')
  return { code, decision }
}

/** A poll that comes in time, so that nothing but the state of the code decides. */
async function settled(exam: Exam, code: Code): Promise<Answer> {
  await exam.wait(code.interval + 0.5)
  return exam.poll(exam.clients.a, code)
}

/** Approves for real, with the identity of somebody else beside it. */
async function lastly(
  exam: Exam,
  forms: FormPerson,
  asked: { code: Code; decision: Decision },
  fail: (because: string, ...seen: Answer[]) => void,
) {
  const { approve, browser } = asked.decision
  const names = ['user_id', 'userId', 'sub', 'subject', 'account', 'email']
  const page = await forms.press(browser, { ...approve, fields: [...approve.fields, ...names.map((name) => [name, INTRUDER] as const)] })
  const tokens = await exam.redeem(exam.clients.a, asked.code)
  exam.spent.add(asked.code.userCode)
  if (!hasTokens(tokens)) {
    // Refusing a form with fields it does not know is as good.
    if (tokens.status >= 500) throw new CheckError(`redeeming was answered with ${described(tokens)}`)
    return
  }
  const told = [JSON.stringify(claimsOf(textOf(tokens, 'access_token'))), JSON.stringify(claimsOf(textOf(tokens, 'id_token')))]
  const userinfo = endpointOf(exam.server, 'userinfo_endpoint')
  if (userinfo !== undefined) {
    const authorization = `${textOf(tokens, 'token_type') ?? 'Bearer'} ${textOf(tokens, 'access_token') ?? ''}`
    told.push((await exam.wire.send({ url: userinfo, headers: { authorization } })).body)
  }
  if (told.some((text) => text.includes(INTRUDER))) fail('who approves is taken from the form', page.answer, tokens)
}

/** What a page elsewhere could send: everything but what only this form holds. */
function withoutSecrets(request: FormRequest, code: Code): FormRequest {
  const isSecret = (value: string) => value.length >= 12 && bare(value) !== bare(code.userCode)
  return { ...request, fields: request.fields.filter(([, value]) => !isSecret(value)) }
}
