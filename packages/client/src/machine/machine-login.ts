/**
 * Signing in without a person: the client's own rights (RFC 6749 section 4.4), or a statement of the platform it runs on (RFC 7523
 * section 2.1), such as the ID token of a CI job.
 */
import type { PrivateJwk } from '@countersign/proof'
import { CountersignError, JWT_BEARER, type Scope } from '@countersign/protocol'
import type { ClientAuthentication } from '../clients/authentication.ts'
import { askedScope } from '../device/start.ts'
import type { Discovery } from '../discover.ts'
import { type Granted, grantedFor, keyFor } from '../granted.ts'
import type { Runtime } from '../runtime.ts'
import { readTexts } from '../wire/json.ts'
import { bindKey } from '../wire/proven.ts'

export interface MachineLoginOptions {
  readonly clientId: string
  readonly authentication?: ClientAuthentication | undefined
  /** What to ask for; wins over what discovery suggests. An empty list asks for nothing in particular. */
  readonly scope?: Scope | undefined
  /** The resource to ask tokens for; wins over what discovery found. */
  readonly resource?: string | undefined
  /** A key to go on with; a new one when absent. */
  readonly key?: PrivateJwk | undefined
  /**
   * The platform's statement, made out to this audience, for a sign-in by workload token; absent for one with the client's own rights.
   * It is asked for once, when it is needed, because it does not live long.
   */
  readonly workloadToken?: ((audience: string, signal: AbortSignal | undefined) => Promise<string>) | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Signs in and returns the credential, which as a rule comes without a refresh token: signing in again is as good.
 * @throws CountersignError `usage` for a client that cannot prove who it is, and what `codeLogin` throws for answers of the server
 */
export async function machineLogin(runtime: Runtime, place: Discovery, options: MachineLoginOptions): Promise<Granted> {
  const { clientId, authentication, workloadToken, signal } = options
  const scope = askedScope(place, options.scope)
  const resource = options.resource ?? place.resource
  // RFC 6749 section 4.4: the grant is for confidential clients only.
  if (workloadToken === undefined && authentication === undefined) {
    throw new CountersignError('usage', 'a client needs a secret or a key to sign in by itself', {
      hint: 'Give the key that is registered for this client, or let a person sign in.',
    })
  }
  const binding = await bindKey(runtime, await keyFor(runtime, place, options.key))
  const grant =
    workloadToken === undefined ? ({ client: true, scope } as const) : { assertion: await workloadToken(place.issuer, signal), scope }
  return grantedFor(runtime, binding, place, grant, { clientId, authentication, scope, resource, signal })
}

/** Whether the server says that it takes the statement of a platform. */
export function offersWorkload({ metadata }: Pick<Discovery, 'metadata'>): boolean {
  return readTexts(metadata.grant_types_supported)?.includes(JWT_BEARER) === true
}
