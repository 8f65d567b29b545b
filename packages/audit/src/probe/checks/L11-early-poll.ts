// countersign-ignore-file: asks as no client should, to see what a server says
import type { Check } from '../check.ts'
import { CheckError, described, errorOf } from '../exam.ts'
import { gather } from '../outcome.ts'

/** Whether a device that polls too fast is told so. RFC 8628 section 3.5 allows slow_down and obliges nobody to send it: policy. */
export const earlyPoll: Check = {
  id: 'L11',
  title: 'Early polls (policy)',
  weight: 4,
  needs: [],
  rule: 'DF-S10',
  axis: 'polling',
  severity: 'medium',
  fix: 'Remember when a code was polled last, and answer what comes before the interval with 400 slow_down.',
  run: async (exam) => {
    const found = gather()
    const { a } = exam.clients
    const code = await exam.open()
    const first = await exam.poll(a, code)
    if (errorOf(first) === 'slow_down') found.note('the very first poll was already told to slow down')
    else if (errorOf(first) !== 'authorization_pending') throw new CheckError(`a first poll was answered with ${described(first)}`)
    const early = []
    for (const seconds of [0.2, 0.4, 0.4, 0.4, 0.4, 0.4]) {
      await exam.wait(seconds)
      early.push(await exam.poll(a, code, { early: true }))
    }
    const broken = early.find(({ status }) => status >= 500)
    if (broken !== undefined) found.fail(`an early poll was answered with ${described(broken)}`, broken)
    if (!early.some((answer) => errorOf(answer) === 'slow_down' && answer.status !== 429)) {
      if (early.some(({ status }) => status === 429)) found.half('early polls are answered with 429, which no device knows', ...early)
      else found.fail('six polls within three seconds were all answered as if they came in time', ...early)
    }
    return found.outcome('early polls are told to slow down', first, ...early)
  },
}
