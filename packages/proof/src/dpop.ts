/** DPoP proofs (RFC 9449): made by the client, judged by the authority and the guard with the same function. */
import { type Clock, type EpochMilliseconds, OAuthError, type Seconds } from '@countersign/protocol'
import { equalInConstantTime } from './digest.ts'
import { hasPrivateMaterial, publicOf, readPublicJwk, thumbprint } from './jwk.ts'
import { decodeHeader, decodePart, partsOf } from './jwt.ts'
import { algorithmOf, type PrivateJwk, type PublicJwk, type Suite, type VerifyCompact } from './suite.ts'
import { randomText } from './random-text.ts'

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
      // RFC 9449 section 4.2: without query and fragment, spelled as it is requested.
      htu: withoutQuery(new URL(url)),
      iat: Math.floor(clock.now() / 1000),
      // RFC 9449 section 4.2: base64url of SHA-256 over the ASCII of the access token.
      ...(accessToken === undefined ? {} : { ath: await suite.sha256(accessToken) }),
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
  /** Until when the server remembers this nonce as one of its own; `undefined` for a nonce that it does not accept. */
  readonly nonceUntil?: ((nonce: string) => Promise<EpochMilliseconds | undefined>) | undefined
  /** With a protected resource request: the token the proof must name. */
  readonly accessToken?: string | undefined
}

export interface VerifiedProof {
  /** Thumbprint of the proven key: what `cnf.jkt` must equal. */
  readonly thumbprint: string
  readonly jti: string
  readonly nonce: string | undefined
  /** When the proof was made, by the clock of the client. */
  readonly madeAt: EpochMilliseconds
  /** From this moment on the proof is refused for its age, so its `jti` must be remembered until then and no longer. */
  readonly staleAt: EpochMilliseconds
}

export interface ProofWindow {
  readonly past: Seconds
  readonly future: Seconds
}

/** RFC 9449 section 11.1 wants minutes at most; devices without a good clock need some. */
export const DEFAULT_PROOF_WINDOW: ProofWindow = { past: 300, future: 60 }

const NO_JWT = 'the DPoP header is not one JWT'

const KEYS_REMEMBERED = 10_000
/** Characters: that of the longest key, and no room for what a stranger adds to fill the memory. */
const LONGEST_REMEMBERED = 2048

interface ProvenKey {
  readonly verify: VerifyCompact
  readonly thumbprint: string
}

/**
 * A verifier of proofs; it remembers the headers with which keys have proven themselves lately, which halves the cost of the next proof of the
 * same client: what a header says, and whether it may say so, depends on nothing else.
 * The caller checks that the key is the expected one and that `jti` is new.
 * @throws OAuthError `invalid_dpop_proof` for every fault of RFC 9449 section 4.3; `use_dpop_nonce` when the server has nonces and the proof needs one
 */
export function createProofVerifier(
  suite: Suite,
  window: ProofWindow = DEFAULT_PROOF_WINDOW,
): (expected: ProofExpectation) => Promise<VerifiedProof> {
  const known = new Map<string, ProvenKey>()

  /** Only after the key has proven itself, so that made-up keys push nothing out. */
  function remember(header: string, key: ProvenKey): void {
    if (header.length > LONGEST_REMEMBERED) return
    known.delete(header)
    // A Map keeps insertion order: the first header is the one not seen for longest.
    if (known.size >= KEYS_REMEMBERED) known.delete(known.keys().next().value as string)
    known.set(header, key)
  }

  return async ({ header, method, url, now, accessToken, nonceUntil }) => {
    if (header === null) throw invalid('more than one DPoP header')
    const parts = partsOf(header)
    if (parts === undefined) throw invalid(NO_JWT)
    const found = known.get(parts.header) ?? keyIn(parts.header)
    const claims = decodePart(parts.payload)
    if (claims === undefined) throw invalid(NO_JWT)
    const { jti, htm, htu, iat, ath, nonce } = claims
    // Printable, because it becomes part of a key in a store; RFC 9449 section 11.1: bounded, because it is remembered.
    if (typeof jti !== 'string' || !/^[\x20-\x7e]{1,256}$/.test(jti)) throw invalid('jti is missing, too long or not printable')
    if (htm !== method) throw invalid('htm is not the method of this request')
    if (typeof htu !== 'string' || !sameTarget(htu, url)) throw invalid('htu is not the address of this request')
    if (typeof iat !== 'number') throw invalid('iat is missing')
    if (nonce !== undefined && typeof nonce !== 'string') throw invalid('nonce is not a string')
    const noncedUntil = nonce === undefined ? undefined : await nonceUntil?.(nonce)
    // RFC 9449 section 8: a nonce that the server did not issue, or not lately, is answered with a new one.
    if (nonce !== undefined && nonceUntil !== undefined && noncedUntil === undefined) throw wantsNonce('the nonce is not a recent one')
    // An iat may have a fraction (RFC 7519 section 2), so the moment the proof goes stale is reckoned from all of it.
    const staleAt = noncedUntil ?? Math.floor((iat + window.past) * 1000) + 1
    // RFC 9449 section 4.3 check 11: our own nonce tells when the proof was made, so a device whose clock is wrong can still prove its key.
    if (noncedUntil === undefined && (now >= staleAt || iat * 1000 > now + window.future * 1000)) {
      throw nonceUntil === undefined ? invalid('iat is not close to the present') : wantsNonce('iat is not close to the present')
    }
    if (accessToken !== undefined) {
      const expected = await suite.sha256(accessToken)
      if (typeof ath !== 'string' || !equalInConstantTime(ath, expected)) throw invalid('ath does not match the access token')
    }
    const key = 'verify' in found ? found : await importKey(suite, found)
    if (!(await key.verify(header))) throw invalid('the signature does not verify')
    remember(parts.header, key)
    return { thumbprint: key.thumbprint, jti, nonce, madeAt: iat * 1000, staleAt }
  }
}

/** The key in the header of a proof, as RFC 9449 section 4.2 wants it. */
function keyIn(part: string): PublicJwk {
  const header = decodeHeader(part)
  if (header === undefined) throw invalid(NO_JWT)
  const { typ, alg, jwk } = header
  if (typ !== 'dpop+jwt') throw invalid('typ must be dpop+jwt')
  if (typeof jwk !== 'object' || jwk === null) throw invalid('the proof carries no public key')
  if (hasPrivateMaterial(jwk)) throw invalid('the proof carries a private key')
  const key = readPublicJwk(jwk)
  if (key === undefined || alg !== algorithmOf(key)) throw invalid('the key or algorithm of the proof is not supported')
  return key
}

/** For servers that issue nonces: the caller adds the nonce to the answer. */
function wantsNonce(what: string): OAuthError {
  return new OAuthError('use_dpop_nonce', what)
}

function invalid(what: string): OAuthError {
  return new OAuthError('invalid_dpop_proof', what)
}

/** Points off the curve and the like are refused when the key is imported, which is for the peer to hear and no fault of ours. */
async function importKey(suite: Suite, jwk: PublicJwk): Promise<ProvenKey> {
  try {
    return { verify: await suite.verifier(jwk), thumbprint: await thumbprint(suite, jwk) }
  } catch (cause) {
    throw new OAuthError('invalid_dpop_proof', 'the key of the proof is not a key', { cause })
  }
}

function withoutQuery({ origin, pathname }: URL): string {
  return origin + pathname
}

/** RFC 9449 section 4.3 check 9: without query and fragment, normalised (RFC 3986 section 6.2; URL parsing does the host, the port and the dots). */
function sameTarget(claimed: string, actual: string): boolean {
  if (claimed === actual) return true
  if (!URL.canParse(claimed)) return false
  const url = new URL(claimed)
  // No request is addressed to a user name, so a target with one is not this request's.
  return url.username === '' && url.password === '' && normalTarget(url) === normalTarget(new URL(actual))
}

function normalTarget(url: URL): string {
  return withoutQuery(url).replace(/%[0-9a-f]{2}/gi, normalEscape)
}

/** RFC 3986 section 6.2.2: an escaped unreserved character means the character itself, and the case of an escape means nothing. */
function normalEscape(escape: string): string {
  const character = String.fromCharCode(Number.parseInt(escape.slice(1), 16))
  return /[\w.~-]/.test(character) ? character : escape.toUpperCase()
}
