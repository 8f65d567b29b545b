/** A sign-in page on another host than the server that names it: the person decides, and nobody else. */
import type { Invitation } from '@countersign/client'
import { plainLine } from '@countersign/node'
import { CountersignError } from '@countersign/protocol'
import type { Invocation } from '../invocation.ts'
import { ask, canAsk } from '../prompt.ts'

/**
 * Whether the page may be shown. Asked on a terminal, unless the host was named beforehand.
 * @param accepted the host that the person has named as the right one
 * @throws CountersignError `invalid_response` where nobody can be asked, `aborted` when the person is gone
 */
export async function confirmHost(
  invocation: Invocation,
  { verificationHost }: Pick<Invitation, 'verificationHost'>,
  issuer: string,
  accepted: string | undefined,
): Promise<boolean> {
  const host = plainLine(verificationHost)
  if (accepted?.toLowerCase() === verificationHost) return true
  if (invocation.output.json || !canAsk(invocation)) {
    throw new CountersignError('invalid_response', `the page to open is on ${host}, which is not the host of ${issuer}`, {
      hint: `if you know that the two belong together, add --verification-host ${host}`,
    })
  }
  invocation.output.say(`${plainLine(issuer)} wants you to sign in on another host:`)
  invocation.output.say(`  ${host}`)
  const answer = await ask(invocation, 'Go on only if you know that the two belong together. Go on? [y/N] ')
  return /^y(es)?$/i.test(answer.trim())
}
