/** Who a server signs in with: the authorization server behind the API its tools call, and what is particular about it. */
import type { ClientAuthentication } from '@countersign/client'
import type { AuthorizationServerMetadata, Fetch, Scope } from '@countersign/protocol'

export interface Provider {
  /** What people call it. */
  readonly name: string
  readonly clientId: string
  /** How the client proves who it is; absent for a public one. */
  readonly authentication?: ClientAuthentication
  readonly issuer: string
  /** What its documentation says, where it publishes no metadata that can be used; found by discovery when absent. */
  readonly metadata?: AuthorizationServerMetadata
  /** The resource to ask tokens for (RFC 8707). */
  readonly resource?: string
  /**
   * Where the client is registered to come back to on this machine, such as `http://127.0.0.1/callback` (RFC 8252): people then sign in by
   * redirect wherever a browser is at hand, and with a code elsewhere. With a code everywhere when absent.
   */
  readonly redirectUri?: string
  /** Origins of the APIs that its tokens are for, when no resource says so: nobody else is shown one. */
  readonly api?: readonly string[]
  /** Hosts of its page for codes, besides those of the issuer. A page anywhere else is refused. */
  readonly verificationHosts?: readonly string[]
  /** Asked for besides what the tools need, such as what brings a refresh token. */
  readonly scope?: Scope
  /** What a scope includes besides itself. */
  readonly implies?: Readonly<Record<string, Scope>>
  /** Puts the standard's words in place of its own, in both directions. */
  readonly adapt?: (fetch: Fetch) => Fetch
}

/** What every preset takes. */
export interface ProviderOptions {
  /** Of a public client that may use the device grant. */
  readonly clientId: string
  /** Another name to show. */
  readonly name?: string
}

export interface IssuerOptions extends ProviderOptions {
  /** The resource to ask tokens for (RFC 8707). */
  readonly resource?: string
  /** Origins of the APIs that its tokens are for, when that is not the resource's own. */
  readonly api?: readonly string[]
  /** Where the client is registered to come back to on this machine; a redirect is then preferred where a browser is at hand. */
  readonly redirectUri?: string
  /** Hosts of its page for codes, when that is not on the issuer's own. */
  readonly verificationHosts?: readonly string[]
  /** What a scope includes besides itself: nobody is asked for what a wider scope covers. */
  readonly implies?: Readonly<Record<string, Scope>>
}

/** Any authorization server that publishes its metadata (RFC 8414 or OpenID Connect Discovery). */
export function issuer(url: string, options: IssuerOptions): Provider {
  const { name = URL.canParse(url) ? new URL(url).host : url, ...rest } = options
  return { name, issuer: url, ...rest }
}
