/**
 * What people are told. Every text that asks for something names the tool that needs it, the host of the page and the code.
 * Invariant: `verification_uri_complete` is in none of them: whoever only has to click does not compare (RFC 8628 section 5.4).
 */
import type { Invitation } from '@countersign/client'
import type { CountersignError, EpochMilliseconds, Scope } from '@countersign/protocol'
import type { SignInState } from '../sign-in/state.ts'

export interface Asking {
  /** The tool that somebody called. */
  readonly tool: string
  /** What people call the place they sign in to. */
  readonly provider: string
  readonly invitation: Invitation
  /** What is asked for. */
  readonly scope: Scope
  /** What the present sign-in lacks; empty when there is none yet. */
  readonly missing: Scope
  readonly now: EpochMilliseconds
}

/** For a link: the host shows where it leads by itself. */
export function urlWords(asking: Asking): string {
  const { invitation, provider } = asking
  return [
    reason(asking),
    isLink(invitation)
      ? `The page is on ${invitation.verificationHost}, and comes back to this machine by itself.`
      : `The page on ${invitation.verificationHost} asks for this code: ${invitation.userCode}`,
    `${validity(asking)} Go on only if you asked for this just now, and approve it as yourself at ${provider}.`,
  ].join('\n')
}

/** For a form without fields: a message, and a button to go on. */
export function formWords(asking: Asking): string {
  const { invitation } = asking
  return [
    reason(asking),
    isLink(invitation)
      ? `1. Open ${invitation.verificationUri} in a browser on this machine.`
      : `1. Open ${invitation.verificationUri} in any browser, also on another device.`,
    `2. Check that the page is on ${invitation.verificationHost}${isLink(invitation) ? '.' : `, and enter this code: ${invitation.userCode}`}`,
    `3. Approve it there, only if you asked for this just now. Then accept here.`,
    validity(asking),
  ].join('\n')
}

/** For the model, which passes it on. */
export function textWords(asking: Asking): string {
  const { invitation, tool, provider } = asking
  return [
    `${tool} has not run: ${reasonByText(asking)}`,
    `Show the person this, word for word:`,
    isLink(invitation)
      ? `  Open this link in a browser on this machine to sign in to ${provider}: ${invitation.verificationUri}`
      : `  Open ${invitation.verificationUri} and enter the code ${invitation.userCode} to sign in to ${provider}.`,
    `  Check that the page is on ${invitation.verificationHost}, and approve only if you asked for this just now.`,
    `${validity(asking)} Once the person says that it is done, call ${tool} again.`,
  ].join('\n')
}

/** When a call ends before the person has decided. */
export function stillWaitingWords(asking: Asking): string {
  const { tool, invitation } = asking
  return [
    `${tool} has not run yet: the sign-in still waits for the person's approval on ${invitation.verificationHost}${isLink(invitation) ? '' : `, ${invitation.verificationUri} (code ${invitation.userCode})`}.`,
    `${validity(asking)} Once the person says that it is done, call ${tool} again.`,
  ].join('\n')
}

/** While it waits; for a progress bar. */
export function progressWords({ invitation, now }: Pick<Asking, 'invitation' | 'now'>): string {
  return `Waiting for approval${isLink(invitation) ? '' : ` of ${invitation.userCode}`} on ${invitation.verificationHost}, ${clockOf(invitation.expiresAt - now)} left`
}

/** The second word: it proves that who approves and who asked sit at one table (docs/countersign.md). */
export function countersignWords({ verificationHost }: Invitation, wrong: boolean): string {
  const again = wrong ? 'That number was not the right one. ' : ''
  return `${again}Type the number that the page on ${verificationHost} shows now. Never tell it to anybody, and do not type one that somebody sent you.`
}

/** The same for the model, where the login tool takes the number. */
export function countersignTextWords(tool: string, loginTool: string, provider: string, wrong: boolean): string {
  const again = wrong ? 'The number was not the right one. ' : ''
  return `${again}${tool} has not run yet. The page of ${provider} shows a number now: ask the person for it, and call ${loginTool} with it as \`number\`.`
}

/** When it came to nothing. */
export function refusedWords(tool: string, { message, hint }: Pick<CountersignError, 'message' | 'hint'>): string {
  return `${tool} has not run: ${sentence(message)}${hint === undefined ? '' : ` ${sentence(hint)}`}`
}

/** After an approval of less than what was asked for. */
export function notGrantedWords(tool: string, provider: string, missing: Scope): string {
  return `${tool} has not run: the person signed in to ${provider} without granting ${missing.join(' ')}, which it needs. Ask the person before you call it again.`
}

/** For a person who asks how it stands. */
export function statusWords(provider: string, state: SignInState, now: EpochMilliseconds): string {
  switch (state.type) {
    case 'signed_out':
      return `Not signed in to ${provider}.`
    case 'waiting': {
      const { invitation } = state
      const enter = isLink(invitation) ? ' on this machine' : ` and enter the code ${invitation.userCode}`
      return `Waiting for approval: open ${invitation.verificationUri}${enter} (${lengthOf(invitation.expiresAt - now)} left).`
    }
    case 'signed_in': {
      if (state.from !== 'sign_in') return `Signed in to ${provider} with the token in ${state.from.environment}.`
      const scopes = state.scope === undefined || state.scope.length === 0 ? '' : ` Granted: ${state.scope.join(' ')}.`
      return `Signed in to ${provider}.${scopes}`
    }
    case 'refused':
      return `Not signed in to ${provider}: ${sentence(state.error.message)}`
  }
}

function reason({ tool, provider, missing }: Asking): string {
  if (missing.length > 0) return `“${tool}” needs more than you have granted at ${provider} so far: ${missing.join(', ')}.`
  return `“${tool}” needs you to sign in to ${provider}.`
}

/** A sign-in where the link is all there is: the authorization code grant, for servers without the device grant. */
function isLink({ userCode }: Invitation): boolean {
  return userCode === ''
}

function reasonByText({ provider, missing }: Asking): string {
  if (missing.length > 0) return `it needs more than the person has granted at ${provider} so far: ${missing.join(', ')}.`
  return `it needs the person to sign in to ${provider}.`
}

function validity({ invitation, now }: Asking): string {
  return `The ${isLink(invitation) ? 'link' : 'code'} is good for ${lengthOf(invitation.expiresAt - now)}.`
}

function lengthOf(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000))
  if (seconds < 100) return `${seconds} seconds`
  return `${Math.floor(seconds / 60)} minutes`
}

/** As on a stopwatch. */
function clockOf(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000))
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

/** With a full stop. */
function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`
}
