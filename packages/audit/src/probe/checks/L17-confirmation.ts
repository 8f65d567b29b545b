// countersign-ignore-file: asks as no client should, to see what a server says
import type { Check } from '../check.ts'
import { CheckError, hasTokens } from '../exam.ts'
import { gather } from '../outcome.ts'
import { wordsOn } from '../person/page-kinds.ts'
import { givenForms } from './given.ts'
import { bare } from './sample.ts'

/** Whether approving is a deliberate act of somebody who was shown what it means (RFC 8628 sections 3.3.1 and 5.4). */
export const confirmation: Check = {
  id: 'L17',
  title: 'Confirmation',
  weight: 4,
  needs: ['approver', 'forms'],
  rule: 'DF-S14',
  axis: 'approval',
  severity: 'medium',
  fix: 'After the code was entered, show client, scopes and code on a page of its own with a way to deny, every time.',
  run: async (exam) => {
    const found = gather()
    const forms = givenForms(exam)
    const { a } = exam.clients
    const code = await exam.open()
    const browser = forms.openBrowser()
    let page = await forms.signIn(browser, code)
    if (code.verificationUriComplete !== undefined) {
      page = await browser.visit(code.verificationUriComplete)
      const visited = await exam.poll(a, code)
      if (hasTokens(visited)) {
        found.fail('opening the link approved the code', page.answer, visited)
        return found.outcome('')
      }
    }
    const decision = await forms.reach(browser, code, page)
    await exam.wait(code.interval + 0.5)
    const entered = await exam.poll(a, code)
    if (hasTokens(entered)) {
      found.fail('entering the code approved it', entered)
      return found.outcome('')
    }
    if (decision === undefined) throw new CheckError('no page asked whether to approve the code')
    const words = wordsOn(decision.page)
    const missing = [
      ...([a.name, a.id].some((name) => name !== undefined && words.includes(name)) ? [] : ['the client']),
      ...(a.scope === undefined || a.scope.split(' ').some((scope) => words.includes(scope)) ? [] : ['the scopes']),
      ...(bare(words).includes(bare(code.userCode)) ? [] : ['the code']),
      ...(decision.deny === undefined ? ['a way to deny'] : []),
    ]
    if (missing.length > 0) found.half(`the page of the decision lacks ${missing.join(', ')}`, decision.page.answer)
    if (decision.deny !== undefined) {
      await browser.send(decision.deny)
      exam.spent.add(code.userCode)
    }
    return found.outcome('nothing is approved before somebody who sees client, scopes and code says so', decision.page.answer, entered)
  },
}
