/** `countersign token`: the access token and nothing else on stdout, for `$(...)` and scripts. */
import { formatScope } from '@countersign/protocol'
import type { Invocation } from '../invocation.ts'
import { openClientParts } from '../sign-ins/client-parts.ts'
import { findSignIn, identified } from '../sign-ins/find-sign-in.ts'
import { orSignIn, renewingTokens } from '../sign-ins/renewal.ts'
import type { WhichOptions } from './sign-in-options.ts'

/**
 * Prints a token that is good now; without network when the stored one still is.
 * @throws CountersignError `not_signed_in` with the command that helps; otherwise what renewing throws
 */
export async function token(invocation: Invocation, url: string, options: WhichOptions): Promise<void> {
  const { output, signal } = invocation
  const parts = await openClientParts(invocation)
  const entry = await findSignIn(parts.vault, url, options)
  const credential = await orSignIn(url, options, () => renewingTokens(output, parts).accessToken(entry.name, { signal }))
  const { accessToken, tokenType, expiresAt, scope } = credential
  const told = {
    access_token: accessToken,
    token_type: tokenType,
    ...(expiresAt === undefined ? {} : { expires_at: new Date(expiresAt).toISOString() }),
    scope: formatScope(scope),
    ...identified({ ...entry, credential }),
  }
  output.result(told, accessToken)
  if (tokenType === 'DPoP' && output.stdout.isTerminal && !output.json) {
    output.say(
      'This token is bound to a key that stays in the vault: it works only with a proof of that key (DPoP), not as a Bearer token.',
    )
  }
}
