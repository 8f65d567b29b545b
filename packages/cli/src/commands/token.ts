/** `countersign token`: the access token and nothing else on stdout, for `$(...)` and scripts. */
import type { Invocation } from '../invocation.ts'
import { openTokenSource } from '../sign-ins/token-source.ts'
import type { WhichOptions } from './sign-in-options.ts'

/**
 * Prints a token that is good now; without network when the stored one still is.
 * @throws CountersignError `not_signed_in` with the command that helps; otherwise what renewing throws
 */
export async function token(invocation: Invocation, url: string, options: WhichOptions): Promise<void> {
  const { output, signal } = invocation
  const source = await openTokenSource(invocation)
  const told = await source.token({ ...options, url }, { signal })
  output.result(told, told.access_token)
  if (told.token_type === 'DPoP' && output.stdout.isTerminal && !output.json) {
    output.say(
      'This token is bound to a key that stays in the vault: it works only with a proof of that key (DPoP), not as a Bearer token.',
    )
  }
}
