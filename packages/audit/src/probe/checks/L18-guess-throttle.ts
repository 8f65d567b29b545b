// countersign-ignore-file: asks as no client should, to see what a server says
import { randomInt } from 'node:crypto'
import type { Check } from '../check.ts'
import { CheckError, type Code, type Exam } from '../exam.ts'
import { gather } from '../outcome.ts'
import type { Browser, Page } from '../person/browser.ts'
import type { FormPerson } from '../person/form-person.ts'
import { kindOf } from '../person/page-kinds.ts'
import { givenForms } from './given.ts'

const GUESSES = 10

/** Whether somebody who tries user codes is stopped (RFC 8628 section 5.1). Runs last: it may lock the person's account for a while. */
export const guessThrottle: Check = {
  id: 'L18',
  title: 'Guessing of user codes',
  weight: 5,
  needs: ['approver', 'forms', 'guess'],
  rule: 'DF-S09',
  axis: 'approval',
  severity: 'high',
  cap: 'D',
  fix: 'Count wrong user codes per browser, account and network, and take none for a while after a few; a right one does not reset the count.',
  run: async (exam) => {
    const found = gather()
    const forms = givenForms(exam)
    const right = await exam.open()
    const wrong = wrongCodes(exam)
    const first = await guessing(forms, right, wrong)
    if (first.hit) found.note('a guess hit a living code; guessing was stopped there')
    if (first.taken) {
      found.fail(`after ${wrong.length} wrong codes the right one is taken at once`, first.last.answer)
      return found.outcome('')
    }
    await guessing(forms, right, wrong)
    const third = await guessing(forms, right, [])
    // A new browser is free for whoever guesses.
    if (third.taken)
      found.half('wrong codes are counted for one browser only: another one of the same person begins at zero', third.last.answer)
    return found.outcome(
      `after ${wrong.length} wrong codes no more are taken, in no browser of that person`,
      first.last.answer,
      third.last.answer,
    )
  },
}

/** Signs in anew, enters the wrong codes and then the right one. */
async function guessing(forms: FormPerson, right: Code, wrong: readonly string[]) {
  const browser = forms.openBrowser()
  let page = await forms.signIn(browser, right)
  if (kindOf(page).kind !== 'code') page = await browser.visit(right.verificationUri)
  for (const code of wrong) {
    page = await entered(browser, forms, page, code, right)
    if (kindOf(page).kind === 'decision') return { taken: false, hit: true, last: page }
    if (page.answer.status === 429) break
  }
  page = await entered(browser, forms, page, right.userCode, right)
  return { taken: kindOf(page).kind === 'decision', hit: false, last: page }
}

async function entered(browser: Browser, forms: FormPerson, page: Page, typed: string, { verificationUri }: Code): Promise<Page> {
  const here = await forms.enter(browser, page, typed)
  if (here !== undefined) return here
  const again = await browser.visit(verificationUri)
  return (await forms.enter(browser, again, typed)) ?? again
}

/**
 * Codes that are wrong and well-formed: first those that were decided or ran out, because a server may tell apart what cannot be a code at all
 * (a check character) and rightly count that less; then codes drawn like the ones that were seen.
 */
function wrongCodes(exam: Exam): readonly string[] {
  const living = new Set(exam.codes.map(({ userCode }) => userCode))
  const wrong = [...exam.spent]
  const [pattern] = exam.codes
  if (pattern === undefined) throw new CheckError('no code was seen')
  const alphabet = [...new Set(exam.codes.flatMap(({ userCode }) => Array.from(userCode).filter((each) => /[\p{L}\p{N}]/u.test(each))))]
  while (wrong.length < GUESSES) {
    const drawn = pattern.userCode.replace(/[\p{L}\p{N}]/gu, () => alphabet[randomInt(alphabet.length)] ?? '')
    if (!living.has(drawn)) wrong.push(drawn)
  }
  return wrong.slice(-GUESSES)
}
