/** Signing in with a code: all of the device grant, or its first half. */
import { hostname } from 'node:os'
import { type Credential, type Discovery, type Invitation, type KnownClient, openLogin, type Refusal } from '@countersign/client'
import { CountersignError, type Scope } from '@countersign/protocol'
import type { ExitCode } from '../exit-codes.ts'
import type { ClientParts, Invocation } from '../invocation.ts'
import { canAskCountersign } from '../terminal/ask-countersign.ts'
import { confirmHost } from '../terminal/confirm-host.ts'
import { conclude, tellPending } from './login-result.ts'
import { waitForEnd } from './login-wait.ts'
import type { LoginOptions } from './sign-in-options.ts'

export interface Wanted {
  readonly place: Discovery
  readonly url: string
  readonly client: KnownClient
  readonly scope: Scope | undefined
  /** There is one, and it will not do. */
  readonly stored: Credential | undefined
}

/** @throws CountersignError as `openLogin` and `finishLogin` do */
export async function byCode(
  invocation: Invocation,
  parts: ClientParts,
  { place, url, client, scope, stored }: Wanted,
  options: LoginOptions,
): Promise<ExitCode> {
  const { signal } = invocation
  const { resource } = options
  const confirmForeign = (invitation: Invitation) => confirmHost(invocation, invitation, place.issuer, options.verificationHost)
  try {
    const opened = await openLogin(parts.runtime, parts, place, {
      clientId: client.clientId,
      authentication: client.authentication,
      scope,
      resource,
      profile: options.profile,
      deviceName: options.deviceName ?? hostname(),
      countersignSupported: canAskCountersign(invocation),
      insufficient: stored,
      confirmForeign,
      signal,
    })
    if (opened.type === 'signed_in') return conclude(invocation, parts, opened, url, { missing: [], already: false })
    if (!options.wait) return tellPending(invocation, parts, opened, options.spell === true)
    return await waitForEnd(invocation, parts, opened, { ...options, confirmForeign, url })
  } catch (error) {
    throw resource === undefined && place.resource === undefined ? nameTheResource(error) : error
  }
}

/** A server that serves several resources cannot tell from its own address which one is meant (RFC 8707 section 2). */
function nameTheResource(error: unknown): unknown {
  if (!(error instanceof CountersignError) || (error.cause as Partial<Refusal> | undefined)?.error !== 'invalid_target') return error
  const hint = 'sign in to the resource itself, or say what the tokens are for: --resource URL'
  return new CountersignError(error.code, error.message, { hint, cause: error.cause })
}
