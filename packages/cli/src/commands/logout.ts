/** `countersign logout`: the server is told, and this machine forgets; it forgets also when the server cannot be told. */
import { type Revocation, revoke, type VaultEntry } from '@countersign/client'
import { plainLine } from '@countersign/node'
import { CountersignError, type EpochMilliseconds } from '@countersign/protocol'
import type { Invocation } from '../invocation.ts'
import { describeFailure } from '../output.ts'
import { inWords } from '../terminal/words.ts'
import { openClientParts } from '../sign-ins/client-parts.ts'
import { allSignIns, identified, matchingSignIns, notSignedIn, placeOf } from '../sign-ins/find-sign-in.ts'
import type { LogoutOptions } from './sign-in-options.ts'

/**
 * Ends every sign-in that the URL and the flags fit, or with `--all` every one of the vault, whatever its profile.
 * @throws CountersignError `not_signed_in` when nothing fits, `usage`, `aborted` after the sign-in at hand was forgotten
 */
export async function logout(invocation: Invocation, url: string | undefined, options: LogoutOptions): Promise<void> {
  const { output, signal } = invocation
  if ((url === undefined) !== (options.all === true)) {
    throw new CountersignError('usage', 'say which sign-in to end: a URL, or --all', { hint: 'countersign status lists them' })
  }
  const parts = await openClientParts(invocation)
  const entries = url === undefined ? await allSignIns(parts.vault) : await matchingSignIns(parts.vault, url, options)
  if (url !== undefined && entries.length === 0) throw notSignedIn(url, options)
  if (entries.length === 0) output.say('Not signed in anywhere.')
  const ended: object[] = []
  for (const entry of entries) {
    signal.throwIfAborted()
    const outcome = await revoke(parts.runtime, parts.vault, entry.name, signal)
    if (!output.json) for (const line of lines(entry, outcome, parts.runtime.clock.now())) output.say(plainLine(line))
    ended.push({ ...identified(entry), ...told(outcome) })
  }
  signal.throwIfAborted()
  output.result({ signed_out: ended }, [])
}

function told(outcome: Revocation): object {
  if (outcome.type === 'revoked') return { revoked: true }
  return { revoked: false, reason: outcome.type, ...(outcome.type === 'not_confirmed' ? { error: describeFailure(outcome.error) } : {}) }
}

function lines(entry: VaultEntry, outcome: Revocation, now: EpochMilliseconds): readonly string[] {
  const { expiresAt } = entry.credential
  const place = placeOf(entry)
  switch (outcome.type) {
    case 'revoked':
      return [`Signed out of ${place}.`]
    case 'not_signed_in':
      return [`Signed out of ${place} already.`]
    case 'not_offered': {
      const end =
        expiresAt === undefined
          ? ''
          : expiresAt > now
            ? `; the access token ends in ${inWords(expiresAt - now)}`
            : '; the access token has expired'
      return [`Signed out of ${place}: forgotten on this machine.`, `warning: the server offers no revocation${end}`]
    }
    case 'not_confirmed':
      return [
        `Signed out of ${place}: forgotten on this machine.`,
        `warning: the server did not confirm that the tokens are revoked: ${outcome.error.message}`,
      ]
  }
}
