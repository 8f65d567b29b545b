/** How a sign-in is told in the end: that it is done, or that it waits for somebody. */
import type { Invitation, VaultEntry } from '@countersign/client'
import { plainLine } from '@countersign/node'
import { formatScope, type Scope } from '@countersign/protocol'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import type { ClientParts, Invocation } from '../invocation.ts'
import { commandFor, identified, placeOf, profileOf } from '../sign-ins/find-sign-in.ts'
import { plainInvitation } from '../terminal/invitation.ts'
import { mannerOf } from '../terminal/manner.ts'
import { inWords } from '../terminal/words.ts'

/** There is a credential. */
export function conclude(
  { output }: Invocation,
  { vault, runtime }: ClientParts,
  entry: VaultEntry,
  url: string,
  { missing, already }: { readonly missing: Scope; readonly already: boolean },
): ExitCode {
  const { scope, tokenType, expiresAt, refreshToken } = entry.credential
  const { kind, where, protection } = vault.description
  output.result(
    {
      event: 'signed_in',
      already,
      ...identified(entry),
      scope: formatScope(scope),
      ...(missing.length === 0 ? {} : { missing_scope: formatScope(missing) }),
      token_type: tokenType,
      ...(expiresAt === undefined ? {} : { expires_at: new Date(expiresAt).toISOString() }),
      refreshable: refreshToken !== undefined,
      vault: vault.description,
    },
    [],
  )
  if (output.json) return EXIT.ok
  const done = `${already ? 'Already signed in' : 'Signed in'} to ${plainLine(placeOf(entry))}.`
  output.say(output.stderr.colour ? `\u001b[1;32m${done}\u001b[0m` : done)
  if (scope.length > 0) output.say(plainLine(`Granted: ${formatScope(scope)}`))
  if (missing.length > 0) output.say(plainLine(`Not granted: ${formatScope(missing)}`))
  if (refreshToken === undefined && expiresAt !== undefined) {
    output.say(`It ends in ${inWords(expiresAt - runtime.clock.now())}: the server gave nothing to renew it with.`)
  }
  if (already) output.say('Sign in again, for other scopes or as somebody else, with --force.')
  else output.say(`Kept in ${plainLine(where)}.`)
  if (kind === 'beside') output.say(`warning: ${plainLine(protection)}.`)
  output.say(`Use it with: ${commandFor('token', url, profileOf(entry))}`)
  return EXIT.ok
}

/** There is a code, and nobody waits for it here: whoever started this shows it, and comes back later. */
export function tellPending(
  { output, environment }: Invocation,
  { runtime: { clock } }: Pick<ClientParts, 'runtime'>,
  { id, invitation }: { readonly id: string; readonly invitation: Invitation },
  spell: boolean,
): ExitCode {
  const { userCode, verificationUri, verificationUriComplete, expiresAt } = invitation
  const next = resumeCommand(id)
  output.result(
    {
      event: 'pending',
      verification_uri: verificationUri,
      ...(verificationUriComplete === undefined ? {} : { verification_uri_complete: verificationUriComplete }),
      user_code: userCode,
      expires_in: Math.round((expiresAt - clock.now()) / 1000),
      expires_at: new Date(expiresAt).toISOString(),
      // Opaque: the device code stays in the vault's folder.
      resume: id,
      next,
    },
    [],
  )
  if (!output.json) {
    const manner = mannerOf(output.stderr, environment, spell)
    for (const line of plainInvitation(invitation, manner === 'live' ? 'plain' : manner)) output.say(line)
    output.say(`The code expires in ${inWords(expiresAt - clock.now())}. Once it is approved: ${next}`)
  }
  return EXIT.pending
}

/** The command that goes on with a code. */
export function resumeCommand(id: string): string {
  return `countersign login --resume ${id}`
}
