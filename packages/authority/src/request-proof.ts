/** The DPoP proof of a request to the authority (RFC 9449): verified, and never accepted twice. */
import { type Exchange, headerOf, OAuthError } from '@countersign/protocol'
import type { VerifiedProof } from '@countersign/proof'
import { type Context, urlOf } from './context.ts'

/**
 * The verified proof, or `undefined` when the request carries none.
 * @throws OAuthError `invalid_dpop_proof`, also for a proof seen before (RFC 9449 section 11.1)
 */
export async function proofOf(
  context: Context,
  exchange: Exchange,
  path: string,
  accessToken?: string,
): Promise<VerifiedProof | undefined> {
  const header = headerOf(exchange, 'dpop')
  if (header === undefined) return undefined
  const url = urlOf(context, path)
  const proof = await context.verifyProof({ header, method: exchange.method, url, now: context.clock.now(), accessToken })
  if (!(await context.store.once(`proof:${proof.thumbprint}:${proof.jti}`, proof.staleAt))) {
    throw new OAuthError('invalid_dpop_proof', 'the proof was used before')
  }
  return proof
}
