/** The second word: the number that the approving page shows, typed here by the person who started this sign-in (docs/countersign.md). */
import type { AskCountersign } from '@countersign/client'
import { plainLine } from '@countersign/node'
import type { Invocation } from '../invocation.ts'
import { ask, canAsk } from '../prompt.ts'
import type { LoginDisplay } from './login-display.ts'

/** Whether there is somebody to ask; the server is told so. */
export function canAskCountersign(invocation: Invocation): boolean {
  return !invocation.output.json && canAsk(invocation)
}

/** How to ask, or `undefined` where nobody can be asked: then the server is not told that somebody could. */
export function countersignAsker(invocation: Invocation, display: LoginDisplay): AskCountersign | undefined {
  const { output, stdin, stderr } = invocation
  if (!canAskCountersign(invocation)) return undefined
  return async ({ wrong, told, signal }) => {
    display.still()
    if (wrong) output.say(capitalised(plainLine(told ?? 'the number is wrong')))
    else output.say('Approved in the browser. One step is left: the page shows a number.')
    const number = await ask({ stdin, stderr, signal }, 'Type the number here: ')
    output.say('Checking it.')
    return number
  }
}

function capitalised(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`
}
