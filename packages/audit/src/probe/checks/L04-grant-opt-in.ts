// countersign-ignore-file: asks as no client should, to see what a server says
import type { Check } from '../check.ts'
import { described, errorOf, hasTokens, isWaiting } from '../exam.ts'
import { gather } from '../outcome.ts'
import { textOf } from '../wire/exchange.ts'
import { givenClient } from './given.ts'

/** Whether the device grant is for clients that were registered for it (RFC 7591 section 2, grant_types). */
export const grantOptIn: Check = {
  id: 'L04',
  title: 'Grant opt-in',
  weight: 4,
  needs: ['n'],
  rule: 'DF-S11',
  axis: 'redemption',
  severity: 'medium',
  fix: 'Let only clients registered for the device grant ask for codes and redeem them; answer others with unauthorized_client.',
  run: async (exam) => {
    const found = gather()
    const { a } = exam.clients
    const n = givenClient(exam, 'n')
    const asked = await exam.ask(n)
    if (textOf(asked, 'device_code') !== undefined) found.fail('a client without the grant was given a code', asked)
    else if (!/^(?:unauthorized_client|invalid_client)$/.test(errorOf(asked) ?? ''))
      found.half(`asking was answered with ${described(asked)}`, asked)
    const code = await exam.open(a)
    const polled = await exam.poll(n, code)
    if (hasTokens(polled) || isWaiting(errorOf(polled))) found.fail(`redeeming was answered with ${described(polled)}`, polled)
    else if (!/^(?:unauthorized_client|invalid_client|invalid_grant)$/.test(errorOf(polled) ?? '')) {
      found.half(`redeeming was answered with ${described(polled)}`, polled)
    }
    return found.outcome('a client without the grant can neither ask nor redeem', asked, polled)
  },
}
