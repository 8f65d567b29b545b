/**
 * What a person sees of a sign-in, from the code to the decision.
 * Invariant: only the invitation is shown, which holds no device code (RFC 8628 section 3.3), and only on this terminal (section 5.7).
 */
import { plainLine } from '@countersign/node'
import type { Invitation, Runtime, WaitEvent } from '@countersign/client'
import type { Clock, EpochMilliseconds } from '@countersign/protocol'
import type { Invocation } from '../invocation.ts'
import type { Output } from '../output.ts'
import { type Countdown, startCountdown } from './countdown.ts'
import { liveInvitation, plainInvitation } from './invitation.ts'
import { mannerOf } from './manner.ts'
import { drawQr } from './qr.ts'

export interface LoginDisplay {
  readonly invite: (invitation: Invitation) => void
  readonly tell: (event: WaitEvent) => void
  /** Keeps everything still from here on: the person is asked something, and no wait is left to be shown. */
  readonly still: () => void
  /** Takes away what moves. Safe to call at any time, more than once. */
  readonly end: () => void
}

/** On stderr, in the manner that fits it. */
export function showLogin(
  { output, stderr, environment }: Pick<Invocation, 'output' | 'stderr' | 'environment'>,
  { clock, sleep }: Pick<Runtime, 'clock' | 'sleep'>,
  { qr, debug, spell }: { readonly qr: boolean; readonly debug: boolean; readonly spell: boolean },
): LoginDisplay {
  if (output.json) return reportLogin(output, clock, debug)
  const { width, colour } = output.stderr
  const manner = mannerOf(output.stderr, environment, spell)
  let countdown: Countdown | undefined
  let before: WaitEvent['type'] | undefined
  let missed = false

  function lines(invitation: Invitation): readonly string[] {
    if (manner !== 'live') return plainInvitation(invitation, manner)
    const page = invitation.verificationUriComplete ?? invitation.verificationUri
    const drawn = qr && colour && canDrawBlocks(environment) ? drawQr(page) : undefined
    return liveInvitation(invitation, { width, height: stderr.rows || Number.POSITIVE_INFINITY, colour }, drawn)
  }

  return {
    invite: (invitation) => {
      if (countdown !== undefined) {
        countdown.stop()
        output.say('Another program asks for more: this code takes the place of the one above.')
      }
      for (const line of lines(invitation)) output.say(line)
      const { expiresAt } = invitation
      countdown = startCountdown({ stderr, manner, clock, sleep, expiresAt })
    },
    tell: (event) => {
      if (debug) countdown?.say(`debug: ${describe(event, clock.now())}`)
      // Two waits in a row: the poll between them was answered.
      if (event.type === 'slowed_down' || (event.type === 'waiting' && before === 'waiting')) missed = false
      // Once for every outage; the polls themselves are nobody's business.
      if (event.type === 'retrying' && !missed) countdown?.say(`Still trying: ${plainLine(event.why)}.`)
      if (event.type === 'retrying') missed = true
      before = event.type
    },
    still: () => countdown?.stop(),
    end: () => countdown?.stop(),
  }
}

/** The code for the program that asked for JSON; it shows it to its person. */
function reportLogin(output: Output, clock: Clock, debug: boolean): LoginDisplay {
  return {
    invite: ({ userCode, verificationUri, verificationUriComplete, expiresAt }) => {
      // The words of RFC 8628 section 3.2, without the device code.
      const told = {
        event: 'code',
        verification_uri: verificationUri,
        ...(verificationUriComplete === undefined ? {} : { verification_uri_complete: verificationUriComplete }),
        user_code: userCode,
        expires_in: Math.round((expiresAt - clock.now()) / 1000),
      }
      output.result(told, [])
    },
    tell: (event) => {
      if (debug) output.say(`debug: ${describe(event, clock.now())}`)
    },
    still: () => {},
    end: () => {},
  }
}

function describe(event: WaitEvent, now: EpochMilliseconds): string {
  if (event.type === 'slowed_down') return `asked to slow down, from now on a poll every ${event.interval} s`
  const seconds = Math.max(0, Math.round((event.until - now) / 100) / 10)
  return event.type === 'waiting' ? `next poll in ${seconds} s` : `poll without answer (${plainLine(event.why)}), again in ${seconds} s`
}

/** Only a locale that says it has no UTF-8 speaks against it: many containers say nothing and can. */
function canDrawBlocks({ LC_ALL, LC_CTYPE, LANG }: Invocation['environment']): boolean {
  const locale = LC_ALL || LC_CTYPE || LANG || ''
  return locale === '' || /utf-?8/i.test(locale)
}
