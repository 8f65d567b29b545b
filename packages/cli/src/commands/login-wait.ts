/** Waiting for the end of a code, seen by the person here. */
import { type ConfirmForeign, finishLogin, type LoginHandle } from '@countersign/client'
import { CountersignError } from '@countersign/protocol'
import type { ExitCode } from '../exit-codes.ts'
import type { ClientParts, Invocation } from '../invocation.ts'
import { placeOf } from '../sign-ins/find-sign-in.ts'
import { canAskCountersign, countersignAsker } from '../terminal/ask-countersign.ts'
import { showLogin } from '../terminal/login-display.ts'
import { conclude, resumeCommand } from './login-result.ts'
import type { LoginOptions } from './sign-in-options.ts'

interface Wait extends Pick<LoginOptions, 'qr' | 'debug' | 'spell'> {
  readonly confirmForeign: ConfirmForeign
  /** What the person called the place; the place itself unless told. */
  readonly url?: string
}

/** @throws CountersignError as `finishLogin` does */
export async function waitForEnd(invocation: Invocation, parts: ClientParts, handle: LoginHandle, options: Wait): Promise<ExitCode> {
  const { signal } = invocation
  const display = showLogin(invocation, parts.runtime, { qr: options.qr, debug: options.debug === true, spell: options.spell === true })
  // A person who gives up means it; a program is stopped for many reasons, and may come back.
  const isPerson = canAskCountersign(invocation)
  try {
    const { credential, missing } = await finishLogin(parts.runtime, parts, handle, {
      askCountersign: countersignAsker(invocation, display),
      confirmForeign: options.confirmForeign,
      abortEnds: isPerson ? 'login' : 'wait',
      onEvent: (event) => {
        if (event.type === 'code') display.invite(event.invitation)
        else if (event.type !== 'granted') display.tell(event)
      },
      signal,
    })
    display.end()
    const entry = { name: handle.name, credential }
    return conclude(invocation, parts, entry, options.url ?? placeOf(entry), { missing, already: false })
  } catch (error) {
    if (!signal.aborted || isPerson) throw error
    const hint = `the code is still good: ${resumeCommand(handle.id)}`
    throw new CountersignError('aborted', 'interrupted', { hint, cause: error })
  } finally {
    display.end()
  }
}
