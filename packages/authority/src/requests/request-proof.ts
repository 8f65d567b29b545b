/** The DPoP proof of a request to the authority (RFC 9449): verified, and never accepted twice. */
import { type Awaitable, type Exchange, headerOf, OAuthError, type Reply } from '@countersign/protocol'
import type { VerifiedProof } from '@countersign/proof'
import { type Context, urlOf } from '../context.ts'

/**
 * The verified proof, or `undefined` when the request carries none.
 * @throws OAuthError `invalid_dpop_proof`, also for a proof seen before (RFC 9449 section 11.1); `use_dpop_nonce` with the nonce to use
 */
export function proofOf(context: Context, exchange: Exchange, path: string, accessToken?: string): Awaitable<VerifiedProof | undefined> {
  const header = headerOf(exchange, 'dpop')
  return header === undefined ? undefined : proofIn(header, context, exchange, path, accessToken)
}

async function proofIn(
  header: string | null,
  context: Context,
  exchange: Exchange,
  path: string,
  accessToken: string | undefined,
): Promise<VerifiedProof> {
  const { clock, nonces, settings, store } = context
  const nonceUntil = async (nonce: string) => ((await nonces.judge(nonce)) === 'unknown' ? undefined : nonces.goneAt())
  const url = urlOf(context, path)
  try {
    const proof = await context.verifyProof({ header, method: exchange.method, url, now: clock.now(), accessToken, nonceUntil })
    // An embedded store remembers proofs in memory only: one made before the start may have been used before it, and a nonce shows that it is new.
    const before = proof.madeAt + 1000 <= context.openedAt
    if (proof.nonce === undefined && (before || settings.dpopNonce === 'always')) throw new OAuthError('use_dpop_nonce')
    if (!(await store.once(`${proof.thumbprint}:${proof.jti}:proof`, proof.staleAt))) {
      throw new OAuthError('invalid_dpop_proof', 'the proof was used before')
    }
    return proof
  } catch (error) {
    if (!(error instanceof OAuthError) || error.code !== 'use_dpop_nonce') throw error
    // RFC 9449 section 8: exactly one DPoP-Nonce header.
    throw new OAuthError('use_dpop_nonce', error.message, { headers: { 'dpop-nonce': await nonces.issue() } })
  }
}

/** The reply, with a new nonce when the one of the request is about to be forgotten (RFC 9449 section 8.2). */
export function withFreshNonce({ nonces }: Context, proof: VerifiedProof | undefined, reply: Reply): Awaitable<Reply> {
  return proof?.nonce === undefined ? reply : renewed(nonces, proof.nonce, reply)
}

async function renewed(nonces: Context['nonces'], nonce: string, reply: Reply): Promise<Reply> {
  if ((await nonces.judge(nonce)) === 'current') return reply
  return { ...reply, headers: { ...reply.headers, 'dpop-nonce': await nonces.issue() } }
}
