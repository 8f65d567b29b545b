/** DPoP proofs (RFC 9449): made by the client, judged by the authority and the guard with the same function. */
import { type Clock, type EpochMilliseconds, OAuthError, type Seconds } from '@countersign/protocol'
import { encodeBase64url } from './base64url.ts'
import { equalInConstantTime } from './digest.ts'
import { hasPrivateMaterial, publicOf, readPublicJwk, thumbprint } from './jwk.ts'
import { decodeJwt } from './jwt.ts'
import { algorithmOf, type PrivateJwk, type PublicJwk, type Suite, type VerifyCompact } from './suite.ts'
import { randomText } from './web-suite.ts'

/** Algorithms a proof may be signed with; what `dpop_signing_alg_values_supported` says (RFC 9449 section 5.1). */
export const PROOF_ALGORITHMS = ['ES256', 'EdDSA', 'RS256'] as const

export interface ProofRequest {
  readonly method: string
  /** The URL of the request; query and fragment are cut off here. */
  readonly url: string
  readonly accessToken?: string | undefined
  readonly nonce?: string | undefined
}

/** Makes one proof; every request, retries included, needs a new one. */
export type Prover = (request: ProofRequest) => Promise<string>

/** A prover for one key. */
export async function createProver(suite: Suite, clock: Clock, key: PrivateJwk): Promise<Prover> {
  const sign = await suite.signer(key)
  const header = JSON.stringify({ typ: 'dpop+jwt', alg: algorithmOf(key), jwk: publicOf(key) })
  return async ({ method, url, accessToken, nonce }) => {
    const claims = {
      jti: randomText(suite, 16),
      htm: method,
      htu: targetOf(url),
      iat: Math.floor(clock.now() / 1000),
      // RFC 9449 section 4.2: base64url of SHA-256 over the ASCII of the access token.
      ...(accessToken === undefined ? {} : { ath: encodeBase64url(await suite.sha256(accessToken)) }),
      ...(nonce === undefined ? {} : { nonce }),
    }
    return sign(header, JSON.stringify(claims))
  }
}

export interface ProofExpectation {
  /** The DPoP header: `null` when it was sent more than once. */
  readonly header: string | null
  readonly method: string
  readonly url: string
  readonly now: EpochMilliseconds
  /** With a protected resource request: the token the proof must name. */
  readonly accessToken?: string | undefined
}

export interface VerifiedProof {
  /** Thumbprint of the proven key: what `cnf.jkt` must equal. */
  readonly thumbprint: string
  readonly jti: string
  readonly nonce: string | undefined
  /** From this moment on the proof is too old by itself, so its `jti` needs no remembering. */
  readonly staleAt: EpochMilliseconds
}

export interface ProofWindow {
  readonly past: Seconds
  readonly future: Seconds
}

/** RFC 9449 section 11.1 wants minutes at most; devices without a good clock need some. */
export const DEFAULT_PROOF_WINDOW: ProofWindow = { past: 300, future: 60 }

const KEYS_REMEMBERED = 10_000

/**
 * A verifier of proofs; it remembers the keys it has imported lately, which halves the cost of the next proof of the same client.
 * The caller checks that the key is the expected one, that `jti` is new and that `nonce` is one it issued.
 * @throws OAuthError `invalid_dpop_proof` for every fault of RFC 9449 section 4.3
 */
export function createProofVerifier(
  suite: Suite,
  window: ProofWindow = DEFAULT_PROOF_WINDOW,
): (expected: ProofExpectation) => Promise<VerifiedProof> {
  const known = new Map<string, { readonly verify: VerifyCompact; readonly thumbprint: string }>()

  async function keyOf(jwk: PublicJwk) {
    const name = JSON.stringify(jwk)
    const found = known.get(name)
    if (found !== undefined) return found
    const made = { verify: await suite.verifier(jwk), thumbprint: await thumbprint(suite, jwk) }
    // A Map keeps insertion order: the first key is the oldest.
    if (known.size >= KEYS_REMEMBERED) known.delete(known.keys().next().value as string)
    known.set(name, made)
    return made
  }

  return async ({ header, method, url, now, accessToken }) => {
    if (header === null) throw invalid('more than one DPoP header')
    const jwt = decodeJwt(header)
    if (jwt === undefined) throw invalid('the DPoP header is not one JWT')
    const { typ, alg, jwk } = jwt.header
    if (typ !== 'dpop+jwt') throw invalid('typ must be dpop+jwt')
    if (typeof jwk !== 'object' || jwk === null) throw invalid('the proof carries no public key')
    if (hasPrivateMaterial(jwk)) throw invalid('the proof carries a private key')
    const key = readPublicJwk(jwk)
    if (key === undefined || alg !== algorithmOf(key)) throw invalid('the key or algorithm of the proof is not supported')
    const { jti, htm, htu, iat, ath, nonce } = jwt.claims
    if (typeof jti !== 'string' || jti === '' || jti.length > 256) throw invalid('jti is missing or too long')
    if (htm !== method) throw invalid('htm is not the method of this request')
    if (typeof htu !== 'string' || !sameTarget(htu, url)) throw invalid('htu is not the address of this request')
    if (typeof iat !== 'number' || !Number.isFinite(iat)) throw invalid('iat is missing')
    if (iat * 1000 <= now - window.past * 1000 || iat * 1000 > now + window.future * 1000) throw invalid('iat is not close to the present')
    if (nonce !== undefined && typeof nonce !== 'string') throw invalid('nonce is not a string')
    if (accessToken !== undefined) {
      const expected = encodeBase64url(await suite.sha256(accessToken))
      if (typeof ath !== 'string' || !equalInConstantTime(ath, expected)) throw invalid('ath does not match the access token')
    }
    const { verify, thumbprint: proven } = await keyOf(key)
    if (!(await verify(header))) throw invalid('the signature does not verify')
    return { thumbprint: proven, jti, nonce, staleAt: (Math.floor(iat) + window.past) * 1000 }
  }
}

function invalid(what: string): OAuthError {
  return new OAuthError('invalid_dpop_proof', what)
}

/** RFC 9449 section 4.3 check 9: without query and fragment, after the normalisation that URL parsing does (RFC 3986 section 6.2). */
function targetOf(url: string): string {
  const { origin, pathname } = new URL(url)
  return origin + pathname
}

function sameTarget(claimed: string, actual: string): boolean {
  if (claimed === actual) return true
  return URL.canParse(claimed) && targetOf(claimed) === targetOf(actual)
}
