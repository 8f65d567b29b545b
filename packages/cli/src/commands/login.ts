/**
 * `countersign login`: a code on this terminal, a decision in a browser, a credential in the vault.
 * Invariants: it runs because a person called it and asks for one code (RFC 8628 section 3.1); the vault is open before the person does
 * anything, and holds all of the sign-in or none of it.
 */
import { hostname } from 'node:os'
import {
  type Credential,
  discover,
  type Discovery,
  login as signIn,
  type Refusal,
  tokensOf,
  type VaultEntry,
  vaultName,
} from '@countersign/client'
import { plainLine } from '@countersign/node'
import { CountersignError, formatScope, OAuthError, parseScope, type Scope, scopeBeyond } from '@countersign/protocol'
import type { ClientParts, Invocation } from '../invocation.ts'
import { showLogin } from '../terminal/login-display.ts'
import { isSet } from '../terminal/manner.ts'
import { countersignAsker } from '../terminal/ask-countersign.ts'
import { confirmHost } from '../terminal/confirm-host.ts'
import { inWords } from '../terminal/words.ts'
import { keepSignIn, tryVault } from '../sign-ins/keep-sign-in.ts'
import { openClientParts } from '../sign-ins/client-parts.ts'
import { commandFor, identified, placeOf, profileOf } from '../sign-ins/find-sign-in.ts'
import type { LoginOptions } from './sign-in-options.ts'

/** @throws CountersignError as the client's `discover`, `login` and `keepCredential` do */
export async function login(invocation: Invocation, url: string, options: LoginOptions): Promise<void> {
  const { signal } = invocation
  const scope = options.scope === undefined ? undefined : askedScope(options.scope)
  refuseInPublic(invocation, options)
  const parts = await openClientParts(invocation)
  const place = await discover(parts.runtime, url, { signal, ...(options.issuer === undefined ? {} : { issuer: options.issuer }) })
  const resource = options.resource ?? place.resource
  const name = vaultName(place.issuer, options.clientId, resource, options.profile)

  const present = options.force === true ? undefined : await usable(parts, name, scope, signal)
  if (present !== undefined) return conclude(invocation, parts, { name, credential: present }, url, { missing: [], already: true })
  await tryVault(parts, place.issuer)
  const { credential, missing } = await askPerson(invocation, parts, place, { ...options, scope })
  await keepSignIn(parts, name, credential, signal)
  conclude(invocation, parts, { name, credential }, url, { missing, already: false })
}

/** The whole of the device grant, seen by the person. */
async function askPerson(
  invocation: Invocation,
  { runtime }: ClientParts,
  place: Discovery,
  options: Omit<LoginOptions, 'scope'> & { readonly scope: Scope | undefined },
): Promise<{ readonly credential: Credential; readonly missing: Scope }> {
  const { signal } = invocation
  const { clientId, resource, scope } = options
  const display = showLogin(invocation, runtime, { qr: options.qr, debug: options.debug === true })
  const askCountersign = countersignAsker(invocation, display)
  let missing: Scope = []
  try {
    const credential = await signIn(runtime, place, {
      clientId,
      ...(scope === undefined ? {} : { scope }),
      ...(resource === undefined ? {} : { resource }),
      deviceName: options.deviceName ?? hostname(),
      ...(askCountersign === undefined ? {} : { askCountersign }),
      confirmForeign: (invitation) => confirmHost(invocation, invitation, place.issuer, options.verificationHost),
      onEvent: (event) => {
        if (event.type === 'granted') ({ missing } = event)
        else if (event.type === 'code') display.invite(event.invitation)
        else display.tell(event)
      },
      signal,
    })
    return { credential, missing }
  } catch (error) {
    throw resource === undefined && place.resource === undefined ? nameTheResource(error) : error
  } finally {
    display.end()
  }
}

/** A server that serves several resources cannot tell from its own address which one is meant (RFC 8707 section 2). */
function nameTheResource(error: unknown): unknown {
  if (!(error instanceof CountersignError) || (error.cause as Partial<Refusal> | undefined)?.error !== 'invalid_target') return error
  const hint = 'sign in to the resource itself, or say what the tokens are for: --resource URL'
  return new CountersignError(error.code, error.message, { hint, cause: error.cause })
}

/** The credential that is there already, if it works and covers the scope; what stands in its way, a new sign-in sorts out. */
async function usable(
  { runtime, vault }: ClientParts,
  name: string,
  scope: Scope | undefined,
  signal: AbortSignal,
): Promise<Credential | undefined> {
  try {
    const stored = await vault.read(name)
    if (stored === undefined || scopeBeyond(scope ?? [], stored.scope).length > 0) return undefined
    return await tokensOf(runtime, vault).accessToken(name, { signal })
  } catch (error) {
    if (error instanceof CountersignError && error.code !== 'aborted') return undefined
    throw error
  }
}

function conclude(
  { output }: Invocation,
  { vault, runtime }: ClientParts,
  entry: VaultEntry,
  url: string,
  { missing, already }: { readonly missing: Scope; readonly already: boolean },
): void {
  const { scope, tokenType, expiresAt, refreshToken } = entry.credential
  const { where } = vault.description
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
  if (output.json) return
  const done = `${already ? 'Already signed in' : 'Signed in'} to ${plainLine(placeOf(entry))}.`
  output.say(output.stderr.colour ? `\u001b[1;32m${done}\u001b[0m` : done)
  if (scope.length > 0) output.say(plainLine(`Granted: ${formatScope(scope)}`))
  if (missing.length > 0) output.say(plainLine(`Not granted: ${formatScope(missing)}`))
  if (refreshToken === undefined && expiresAt !== undefined) {
    output.say(`It ends in ${inWords(expiresAt - runtime.clock.now())}: the server gave nothing to renew it with.`)
  }
  if (already) output.say('Sign in again, for other scopes or as somebody else, with --force.')
  else output.say(`Kept in ${plainLine(where)}.`)
  output.say(`Use it with: ${commandFor('token', url, profileOf(entry))}`)
}

/** @throws CountersignError `usage` */
function askedScope(given: readonly string[]): Scope {
  try {
    return parseScope(given.join(' '))
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error
    throw new CountersignError('usage', error.message, { cause: error })
  }
}

/**
 * The log of a build is read by many, and nobody sits before it to approve (RFC 8628 section 5.5).
 * @throws CountersignError `usage`
 */
function refuseInPublic({ output, environment }: Invocation, { showCode }: LoginOptions): void {
  if (output.json || showCode === true || output.stderr.isTerminal || !isSet(environment['CI'])) return
  throw new CountersignError('usage', 'in CI the code would go to a log that others read', {
    hint: 'use --json to hand the code to a program, or --show-code if the log is private',
  })
}
