// countersign-ignore-file: asks as no client should, to see what a server says
import type { Check } from '../check.ts'
import { kindOf } from '../person/page-kinds.ts'
import { gather } from '../outcome.ts'
import { bare, estimatedBits, sampleOf } from './sample.ts'

const TWINS = [
  ['0', 'O'],
  ['1', 'I'],
  ['1', 'L'],
  ['I', 'L'],
] as const

/** Whether a user code is hard to guess and easy to type (RFC 8628 sections 5.1 and 6.1). */
export const userCode: Check = {
  id: 'L09',
  title: 'User code',
  weight: 3,
  needs: [],
  rule: 'DF-S08',
  axis: 'codes',
  severity: 'medium',
  fix: 'Draw eight characters of the base-20 set of RFC 8628 section 6.1, and take them in either case and without the dash.',
  run: async (exam) => {
    const found = gather()
    const sample = await sampleOf(exam)
    const codes = sample.map((each) => bare(each.userCode))
    const some = sample.slice(-3).map(({ answer }) => answer)
    const bits = estimatedBits(codes)
    const told = `${bits.toFixed(1)} bits`
    if (bits < 24) found.fail(`a user code has about ${told}`, ...some)
    else if (bits < 34) found.half(`a user code has about ${told}`, ...some)
    if (new Set(codes).size < codes.length) found.fail('a user code was given out twice', ...some)
    const characters = new Set(codes.join('').toUpperCase())
    const twins = TWINS.filter(([one, other]) => characters.has(one) && characters.has(other))
    if (twins.length > 0) found.fail(`characters are taken for one another: ${twins.map((pair) => pair.join(' and ')).join(', ')}`, ...some)
    if (codes.some((code) => code !== code.toUpperCase()) && codes.some((code) => code !== code.toLowerCase())) {
      found.half('small and capital letters are different', ...some)
    }
    const { approver } = exam
    if (approver?.forms !== undefined) {
      const live = await exam.open()
      const browser = approver.forms.openBrowser()
      const entry = await approver.forms.signIn(browser, live)
      const page = await approver.forms.enter(browser, entry, bare(live.userCode).toLowerCase())
      // RFC 8628 section 6.1: compared without regard to case, and without what is not in the alphabet.
      if (page === undefined) found.note('no form for codes was found at verification_uri')
      else if (page.answer.status >= 400 || kindOf(page).kind === 'code')
        found.half('a code in small letters without its dash is not taken', page.answer)
    }
    return found.outcome(`about ${told}, nothing that is taken for something else`, ...some)
  },
}
