/** What an author says about the sign-in of a server. */
import type { LoginStores, Runtime } from '@countersign/client'
import type { Scope, Seconds } from '@countersign/protocol'
import type { Provider } from '../providers/provider.ts'
import type { HostClient } from './host-client.ts'

export interface ProtectOptions {
  readonly provider: Provider
  /** Origins of the APIs that `fetch` may show the token to, besides those of the provider and its resource. */
  readonly api?: readonly string[]
  /** The variable that holds a token, for those who have one: it wins, and nobody is asked. */
  readonly environment?: string
  /** What every tool needs. */
  readonly scope?: Scope
  /** What single tools need besides, by the name of the tool; asked for when one of them is called for the first time. */
  readonly scopes?: Readonly<Record<string, Scope>>
  /** Tools that need no token. */
  readonly open?: readonly string[]
  /** Also list `auth_login`, `auth_status` and `auth_logout`. */
  readonly authTools?: boolean
  /**
   * Show nothing but `auth_login` before somebody has signed in, to peers of the revisions up to 2025-11-25. Later ones forbid a list of
   * tools that changes with a login, and see all of them.
   */
  readonly gated?: boolean
  /** Where tokens live: `memory` ends with the process, `vault` is what `countersign login` uses, encrypted. `memory` unless told. */
  readonly keep?: 'memory' | 'vault'
  /**
   * Whether a code outlives the process, so that a host that kills the server does not cost the person a second one. `true` unless told.
   * With `false` and tokens in memory nothing is written to disk.
   */
  readonly resume?: boolean
  /** Revoke the tokens when the process ends in an orderly way. */
  readonly revokeOnExit?: boolean
  /** What to do with the client that a host hands down in MCP_OAUTH_CLIENT_ID. `refuse` unless told. */
  readonly hostClient?: HostClient
  /** How long a call waits for a person before it is answered that it still waits, unless its caller wants progress. 50 unless told. */
  readonly patience?: Seconds
  /**
   * Whether a page opened on this machine is seen by the person, and its redirects reach this process. Found out unless told: not over SSH,
   * not in CI, not in a container, not without a display.
   */
  readonly browser?: boolean
  /** Lets one person keep several sign-ins to the same place. */
  readonly profile?: string
  /** Told in a sentence what happens, never a secret; standard error unless given. */
  readonly log?: (line: string) => void
  /** Instead of the variables of this process. */
  readonly variables?: Readonly<Record<string, string | undefined>>
  /** Instead of the clock, network and primitives of this machine. */
  readonly runtime?: Runtime
  /** Instead of `keep` and `resume`. */
  readonly stores?: () => Promise<LoginStores>
}
