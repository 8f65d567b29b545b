// countersign-ignore-file: asks as no client should, to see what a server says
import type { Check } from '../check.ts'
import { errorOf, hasTokens, isWaiting } from '../exam.ts'
import { gather } from '../outcome.ts'
import { type Answer, headerOf, textOf } from '../wire/exchange.ts'

/** Whether answers have the form that clients and caches rely on. Judged by every answer the probe has had so far. */
export const responseHygiene: Check = {
  id: 'L06',
  title: 'Response hygiene',
  weight: 2,
  needs: [],
  rule: 'DF-S25',
  axis: 'transport',
  severity: 'low',
  fix: 'Answer errors with status 400 and a standard code, tokens with Cache-Control: no-store, and nothing to other origins with credentials.',
  run: async (exam) => {
    const found = gather()
    // A poll of its own, so that there is an error to look at even when nobody approves.
    const code = await exam.open()
    const pending = await exam.poll(exam.clients.a, code)
    const device = exam.codes.map(({ answer }) => answer)
    const once = onlyOnce(found.fail)
    for (const answer of device) {
      const { expires_in: life, interval } = answer.json
      if (typeof life !== 'number') once('expires_in is missing or no number (RFC 8628 section 3.2)', answer)
      if (interval !== undefined && typeof interval !== 'number') once('interval is no number', answer)
      looks(once, answer)
    }
    for (const answer of exam.tokenAnswers) {
      looks(once, answer)
      if (hasTokens(answer)) {
        // RFC 6749 section 5.1
        if (textOf(answer, 'token_type') === undefined) once('token_type is missing', answer)
        if (!/no-store/.test(headerOf(answer, 'cache-control'))) once('tokens may be kept by caches: no Cache-Control: no-store', answer)
      } else if (answer.status === 200) once('an error is answered with status 200', answer)
      else if (isWaiting(errorOf(answer)) && answer.status !== 400 && answer.status !== 429) {
        // RFC 6749 section 5.2: 400 unless said otherwise; 429 for slow_down is L11's to judge.
        once(`${errorOf(answer) ?? ''} is answered with status ${answer.status}`, answer)
      }
    }
    if (device.some((answer) => !/no-store/.test(headerOf(answer, 'cache-control'))))
      found.note('device codes come without Cache-Control: no-store')
    return found.outcome('fields, status codes and headers are as they have to be', pending)
  },
}

type Once = (because: string, answer: Answer) => void

function onlyOnce(fail: (because: string, answer: Answer) => void): Once {
  const told = new Set<string>()
  return (because, answer) => {
    if (told.has(because)) return
    told.add(because)
    fail(because, answer)
  }
}

function looks(once: Once, answer: Answer): void {
  if (!headerOf(answer, 'content-type').startsWith('application/json')) once('an answer is not application/json', answer)
  const isWild = /^\*$|^https:\/\/elsewhere/.test(headerOf(answer, 'access-control-allow-origin'))
  if (isWild && headerOf(answer, 'access-control-allow-credentials') === 'true')
    once('every origin may read answers with credentials', answer)
}
