/** What a grant type is at the token endpoint: its name on the wire and its handler. */
import type { Awaitable, Form, Reply } from '@countersign/protocol'
import type { VerifiedProof } from '@countersign/proof'
import type { Context } from '../context.ts'
import type { Client } from '../records/records.ts'

export interface TokenRequest {
  /** Authenticated, and registered for this grant type. */
  readonly client: Client
  readonly form: Form
  /** The verified DPoP proof, if the request carried one. */
  readonly proof: VerifiedProof | undefined
}

export type GrantHandler = (context: Context, request: TokenRequest) => Awaitable<Reply>

/**
 * Begins before it is known who asks: what it looks up of the form leaves for the store together with the look-up of the client, in one round
 * trip. It changes nothing, and nothing of it is told before the handler that it gives is called.
 */
export type OpenGrantHandler = (context: Context, form: Form) => GrantHandler
