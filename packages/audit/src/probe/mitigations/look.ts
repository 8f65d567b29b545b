/** What only the evidence for RFC 10027 needs to see: the page where somebody decides, and whether a number has to come back to the device. */
import { errorOf, type Exam } from '../exam.ts'
import { wordsOn } from '../person/page-kinds.ts'

export interface Look {
  /** The words of every page up to the decision, and of the decision itself; undefined when no page was reached. */
  readonly words: string | undefined
  readonly pageSteps: readonly number[]
  /** What an approved device hears that said it can ask for a number; undefined when that could not be tried. */
  readonly heard: string | undefined
  readonly heardSteps: readonly number[]
}

/** What is known when nobody looked. */
export const NOTHING: Look = { words: undefined, pageSteps: [], heard: undefined, heardSteps: [] }

/** One login that says it can ask for the number of docs/countersign.md, approved and polled once. */
export async function lookAround(exam: Exam): Promise<Look> {
  const { approver, clients } = exam
  if (approver === undefined) return NOTHING
  const code = await exam.open(clients.a, { form: { countersign_supported: 'true' } })
  let page: Pick<Look, 'words' | 'pageSteps'> = NOTHING
  if (approver.forms === undefined) await exam.decide(code, 'approve')
  else {
    const browser = approver.forms.openBrowser()
    const entry = await approver.forms.signIn(browser, code)
    const decision = await approver.forms.reach(browser, code, entry)
    if (decision !== undefined) {
      page = { words: `${wordsOn(entry)} ${wordsOn(decision.page)}`, pageSteps: [entry.answer.step, decision.page.answer.step] }
      await approver.forms.press(browser, decision.approve)
    }
  }
  const answer = await exam.poll(clients.a, code)
  return { ...page, heard: errorOf(answer) ?? 'tokens', heardSteps: [answer.step] }
}
