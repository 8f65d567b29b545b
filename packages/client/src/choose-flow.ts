/** Which way to sign in: decided by what the server offers and by what there is here (RFC 10027 section 5). Pure. */
import { AUTHORIZATION_CODE, CountersignError, DEVICE_CODE } from '@countersign/protocol'
import { offersCode } from './code/authorization-request.ts'
import type { Discovery } from './discover.ts'
import { offersDevice } from './discovery/authorization-server.ts'
import { offersWorkload } from './machine/machine-login.ts'

/**
 * `device`: a code, approved in any browser. `browser`: by redirect, in a browser on this machine. `paste`: by redirect, in any browser, and the
 * person carries the address back. `client-credentials`, `workload`: nobody has to approve.
 */
export type Flow = 'device' | 'browser' | 'paste' | 'client-credentials' | 'workload'

export interface Surroundings {
  /** A browser can be opened here, and its redirects reach this program. */
  readonly browser: boolean
  /** Somebody is here, or reached by whoever called: a code can be shown. */
  readonly person: boolean
  /** The client can prove who it is. */
  readonly authenticated: boolean
  /** The platform gives statements about this program. */
  readonly workload: boolean
  /** What the client may use, where it is known (`KnownClient`). */
  readonly grantTypes?: readonly string[] | undefined
}

/**
 * The way to go.
 * @throws CountersignError `device_grant_not_supported` when the server offers nothing that works here
 */
export function chooseFlow(place: Discovery, here: Surroundings): Flow {
  const may = (grant: string) => here.grantTypes?.includes(grant) ?? true
  const device = offersDevice(place.metadata) && may(DEVICE_CODE)
  const code = offersCode(place) && may(AUTHORIZATION_CODE)
  if (!here.person && here.workload && offersWorkload(place)) return 'workload'
  if (!here.person && here.authenticated) return 'client-credentials'
  // RFC 10027 section 5: a code that is carried from one device to another can be asked of somebody else; a redirect on one machine cannot.
  if (here.browser && code) return 'browser'
  if (device) return 'device'
  if (code) return 'paste'
  throw new CountersignError('device_grant_not_supported', `${place.issuer} offers no way for a person to sign in from here`, {
    hint: 'Have the device grant (RFC 8628) turned on there, or sign in with a key of the client: --flow client-credentials.',
  })
}
