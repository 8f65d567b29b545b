/** A sign-in for whoever reads the log of a host: the link, the code, how long there is. */
import type { Invitation } from '@countersign/client'
import { inWords } from '../terminal/words.ts'

export function invitationLines(invitation: Invitation, name: string, now: number): readonly string[] {
  const { verificationUri, userCode, expiresAt } = invitation
  const left = inWords(expiresAt - now)
  return userCode === ''
    ? [`sign in to ${name}: open this link in a browser on this machine, within ${left}:`, verificationUri]
    : [`sign in to ${name}: open ${verificationUri} and enter the code ${userCode}, within ${left}`]
}
