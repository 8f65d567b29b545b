/** `countersign status`: what is signed in on this machine, without asking anybody. */
import type { VaultEntry } from '@countersign/client'
import { plainLine, type Terminal } from '@countersign/node'
import { type EpochMilliseconds, formatScope } from '@countersign/protocol'
import type { Invocation } from '../invocation.ts'
import { table } from '../table.ts'
import { inWords, wrap } from '../terminal/words.ts'
import { openClientParts } from '../sign-ins/client-parts.ts'
import { allSignIns, DEFAULT_PROFILE, identified, placeOf, profileOf } from '../sign-ins/find-sign-in.ts'
import type { StatusOptions } from './sign-in-options.ts'

/** Lists the credentials of the vault and says where it is and what protects it. */
export async function status(invocation: Invocation, { profile }: StatusOptions): Promise<void> {
  const { output } = invocation
  const { runtime, vault } = await openClientParts(invocation)
  const entries = (await allSignIns(vault))
    .filter(({ name }) => profile === undefined || profileOf({ name }) === profile)
    .sort((one, other) => placeOf(one).localeCompare(placeOf(other)) || one.name.localeCompare(other.name))
  const now = runtime.clock.now()
  const { kind, where, protection } = vault.description
  const told = { sign_ins: entries.map((entry) => described(entry, now)), vault: { kind, where, protection } }
  output.result(
    told,
    entries.flatMap((entry, index) => lines(entry, now, index, output.stdout)),
  )
  if (output.json) return
  if (entries.length === 0) output.say('Not signed in anywhere. Sign in with: countersign login URL')
  else if (output.stderr.isTerminal) output.say('')
  const kept = `${kind === 'beside' ? 'warning: ' : ''}Kept in ${where}: ${protection}.`
  for (const line of output.stderr.isTerminal ? wrap(kept, output.stderr.width) : [kept]) output.say(plainLine(line))
}

function described(entry: VaultEntry, now: EpochMilliseconds): object {
  const { scope, expiresAt, refreshToken, tokenType } = entry.credential
  return {
    ...identified(entry),
    scope: formatScope(scope),
    token_type: tokenType,
    ...(expiresAt === undefined ? {} : { expires_at: new Date(expiresAt).toISOString(), expired: expiresAt <= now }),
    refreshable: refreshToken !== undefined,
  }
}

function lines(entry: VaultEntry, now: EpochMilliseconds, index: number, stdout: Terminal): readonly string[] {
  const { resource, issuer, clientId, scope, expiresAt, refreshToken } = entry.credential
  const profile = profileOf(entry)
  const scopes = formatScope(scope)
  if (!stdout.isTerminal) {
    const expiry = expiresAt === undefined ? '' : new Date(expiresAt).toISOString()
    return table([], [[placeOf(entry), issuer, clientId, profile, scopes, expiry, refreshToken === undefined ? '' : 'refreshable']], stdout)
  }
  const rows = [
    ...(resource === undefined ? [] : [['issuer', issuer]]),
    ['client', clientId],
    ...(profile === DEFAULT_PROFILE ? [] : [['profile', profile]]),
    ['scopes', scopes === '' ? 'none' : scopes],
    ['token', tokenInWords(entry, now)],
  ]
  const place = plainLine(placeOf(entry))
  const heading = stdout.colour ? `\u001b[1m${place}\u001b[22m` : place
  return [...(index === 0 ? [] : ['']), heading, ...table([], rows, stdout).map((line) => `  ${line}`)]
}

function tokenInWords({ credential: { expiresAt, refreshToken } }: VaultEntry, now: EpochMilliseconds): string {
  if (expiresAt === undefined) return 'does not say when it expires'
  if (expiresAt > now)
    return `expires in ${inWords(expiresAt - now)}${refreshToken === undefined ? '; sign in again then' : ', renewed when needed'}`
  return refreshToken === undefined ? 'expired; sign in again' : 'expired, renewed with the next use'
}
