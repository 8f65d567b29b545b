// countersign-ignore-file: asks as no client should, to see what a server says
import type { Check } from '../check.ts'
import { CheckError, described, errorOf } from '../exam.ts'
import { gather, skipped } from '../outcome.ts'

const MORE = 5

/** Whether slow_down means what it says: five seconds more for this and all later polls (RFC 8628 section 3.5), and an end to it. Policy. */
export const slowDown: Check = {
  id: 'L12',
  title: 'slow_down lasts (policy)',
  weight: 2,
  needs: [],
  rule: 'DF-S10',
  axis: 'polling',
  severity: 'low',
  fix: 'Keep the interval raised by five seconds for every slow_down sent, and let whoever keeps to that get through.',
  run: async (exam) => {
    const found = gather()
    const { a } = exam.clients
    const code = await exam.open()
    const answers = [await exam.poll(a, code)]
    let slowDowns = 0
    for (let early = 0; early < 3 && slowDowns === 0; early++) {
      const answer = await exam.poll(a, code, { early: true })
      answers.push(answer)
      if (errorOf(answer) === 'slow_down') slowDowns++
    }
    if (slowDowns === 0) return skipped('the server never says slow_down (L11)')
    for (let turn = 0; turn < 2; turn++) {
      await exam.wait(code.interval + 0.5)
      const old = await exam.poll(a, code)
      answers.push(old)
      if (errorOf(old) === 'slow_down') {
        slowDowns++
        break
      }
      if (errorOf(old) !== 'authorization_pending') throw new CheckError(`a poll was answered with ${described(old)}`)
      // Where an early poll does not move the window, the next one may still come by the old pace; the one after that may not.
      if (turn === 0) found.note('one poll by the old interval is still taken after slow_down')
      else found.half('the old interval is taken for good after slow_down: it was never raised', ...answers)
    }
    const raised = code.interval + MORE * slowDowns + 1
    if (raised > exam.maxWait) return skipped(`it takes ${raised} seconds of waiting`)
    await exam.wait(raised)
    const kept = await exam.poll(a, code)
    if (errorOf(kept) === 'slow_down')
      found.fail('a device that waits longer, as it was told, is still told to slow down', ...answers, kept)
    else if (errorOf(kept) !== 'authorization_pending') found.half(`a poll in time was answered with ${described(kept)}`, kept)
    return found.outcome('after slow_down the interval stays raised, and whoever obeys gets through', ...answers, kept)
  },
}
