/** The last way to find out which client to be: somebody says it, where there is somebody. */
import type { KnownClient } from '@countersign/client'
import { plainLine } from '@countersign/node'
import { CountersignError } from '@countersign/protocol'
import type { Invocation } from '../invocation.ts'
import { ask, canAsk } from '../prompt.ts'

/**
 * Asks for the id of a client that was registered by hand.
 * @param why the server does not know this program
 * @throws CountersignError `registration_failed` where nobody can be asked, or no id was given; `aborted`
 */
export async function askForClient(invocation: Invocation, issuer: string, why: CountersignError): Promise<KnownClient> {
  const { output } = invocation
  const unknown = () =>
    new CountersignError('registration_failed', `${issuer} does not know this program`, {
      hint: 'Have a client registered there for the device grant, and name it with --client-id.',
      cause: why,
    })
  if (output.json || !canAsk(invocation)) throw why.code === 'registration_failed' ? why : unknown()
  output.say(`${plainLine(issuer)} does not know this program, and it could not register itself.`)
  output.say('If you have a client there, registered for the device grant, say which.')
  const clientId = (await ask(invocation, 'Client id: ')).trim()
  if (clientId === '') throw unknown()
  return { issuer, clientId }
}
