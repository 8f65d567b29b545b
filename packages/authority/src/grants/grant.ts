/** What a grant type is at the token endpoint: its name on the wire and its handler. */
import type { Form, Reply } from '@countersign/protocol'
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

export type GrantHandler = (context: Context, request: TokenRequest) => Promise<Reply>
