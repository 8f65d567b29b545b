/** `countersign whoami`: who the authorization server says is signed in; without its word, what is known here. */
import { userinfo, type Userinfo, type VaultEntry } from '@countersign/client'
import { plainLine } from '@countersign/node'
import { CountersignError, formatScope } from '@countersign/protocol'
import type { Invocation } from '../invocation.ts'
import type { Output } from '../output.ts'
import { table } from '../table.ts'
import { openClientParts } from '../sign-ins/client-parts.ts'
import { findSignIn, identified } from '../sign-ins/find-sign-in.ts'
import { orSignIn, renewingTokens } from '../sign-ins/renewal.ts'
import type { WhichOptions } from './sign-in-options.ts'

/**
 * Asks the userinfo endpoint.
 * @throws CountersignError `not_signed_in` also when the server has ended the sign-in; `network_failure` when it cannot be asked
 */
export async function whoami(invocation: Invocation, url: string, options: WhichOptions): Promise<void> {
  const { output, signal } = invocation
  const parts = await openClientParts(invocation)
  const entry = await findSignIn(parts.vault, url, options)
  const tokens = renewingTokens(output, parts)
  await orSignIn(url, options, async () => {
    const credential = await tokens.accessToken(entry.name, { signal })
    const told =
      credential.endpoints.userinfo === undefined ? silent() : await userinfo(parts.runtime, tokens, entry.name, signal).catch(unclear)
    if (told instanceof CountersignError) output.say(`warning: ${plainLine(told.message)}`)
    tell(output, { ...entry, credential }, told instanceof CountersignError ? undefined : told)
  })
}

function silent(): CountersignError {
  return new CountersignError(
    'authorization_server_error',
    'the authorization server does not tell who is signed in (no userinfo endpoint)',
  )
}

/** A server that refuses or answers nonsense leaves the rest of what is known worth telling; anything else is a failure. */
function unclear(error: unknown): CountersignError {
  if (error instanceof CountersignError && (error.code === 'authorization_server_error' || error.code === 'invalid_response')) return error
  throw error
}

function tell(output: Output, entry: VaultEntry, person: Userinfo | undefined): void {
  const { issuer, resource, clientId, scope } = entry.credential
  const name = person === undefined ? undefined : nameOf(person)
  const told = {
    ...(person === undefined ? {} : { subject: person.sub }),
    ...(name === undefined ? {} : { name }),
    scope: formatScope(scope),
    ...identified(entry),
    ...(person === undefined ? {} : { userinfo: person }),
  }
  const rows: (readonly [string, string | undefined])[] = [
    ['name', name],
    ['subject', person?.sub],
    ['resource', resource],
    ['issuer', issuer],
    ['client', clientId],
    ['scopes', scope.length === 0 ? 'none' : formatScope(scope)],
  ]
  const known = rows.flatMap(([key, value]) => (value === undefined ? [] : [[key, value]]))
  output.result(told, table([], known, output.stdout))
}

/** OpenID Connect Core section 5.1: the claims that name a person, the most readable one first. */
function nameOf(person: Userinfo): string | undefined {
  const names = [person['name'], person['preferred_username'], person['email']]
  return names.find((value): value is string => typeof value === 'string' && value !== '')
}
