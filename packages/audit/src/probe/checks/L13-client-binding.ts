// countersign-ignore-file: asks as no client should, to see what a server says
import type { Check } from '../check.ts'
import { described, errorOf, hasTokens, isWaiting } from '../exam.ts'
import { gather } from '../outcome.ts'
import { givenClient } from './given.ts'

/** Whether a device code is good for the client it was given to and nobody else (RFC 6749 section 5.2, invalid_grant). */
export const clientBinding: Check = {
  id: 'L13',
  title: 'Client binding',
  weight: 9,
  needs: ['b', 'approver'],
  rule: 'DF-S01',
  axis: 'redemption',
  severity: 'high',
  cap: 'F',
  fix: 'Compare the client of the record with the client of the request before anything is issued; answer others with invalid_grant.',
  run: async (exam) => {
    const found = gather()
    const { a } = exam.clients
    const b = givenClient(exam, 'b')
    const code = await exam.open(a)
    const pending = await exam.poll(b, code)
    if (isWaiting(errorOf(pending))) found.half('a client is told that the code of another one is alive', pending)
    else if (errorOf(pending) !== 'invalid_grant') found.note(`before approval it was answered with ${described(pending)}`)
    await exam.decide(code, 'approve')
    const stolen = await exam.poll(b, code)
    if (hasTokens(stolen)) found.fail('a client redeemed the code of another one', stolen)
    else if (stolen.status >= 500) found.half(`it was answered with ${described(stolen)}`, stolen)
    const own = await exam.redeem(a, code)
    if (!hasTokens(own) && !hasTokens(stolen)) {
      const ended = `the rightful client got ${described(own)} afterwards`
      // Ending the code is a choice; it lets anybody who sees one spoil it.
      found.note(ended)
    }
    return found.outcome('only the client that asked can redeem', pending, stolen, own)
  },
}
