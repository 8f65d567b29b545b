/** Keys and what they prove. The only place where cryptography is touched. */
export {
  type AccessTokenClaims,
  type AccessTokenExpectation,
  createAccessTokenSigner,
  type SignAccessToken,
  verifyAccessToken,
} from './access-token.ts'
export { decodeBase64url, encodeBase64url } from './base64url.ts'
export { type AssertionRequest, createClientAssertion } from './client-assertion.ts'
export { codeChallengeOf, isCodeVerifier, isSha256Text } from './code-challenge.ts'
export { type Digest, equalInConstantTime, keyedDigest } from './digest.ts'
export { createNonces, type NonceOptions, type Nonces } from './dpop-nonce.ts'
export {
  createProofVerifier,
  createProver,
  DEFAULT_PROOF_WINDOW,
  PROOF_ALGORITHMS,
  type ProofExpectation,
  type ProofRequest,
  type ProofWindow,
  type Prover,
  type VerifiedProof,
} from './dpop.ts'
export { halfSipHash } from './half-sip-hash.ts'
export { hasPrivateMaterial, publicOf, readPublicJwk, thumbprint } from './jwk.ts'
export { type DecodedJwt, decodeJwt } from './jwt.ts'
export { randomText } from './random-text.ts'
export {
  algorithmOf,
  type PrivateJwk,
  type PublicJwk,
  type SignatureAlgorithm,
  type SignCompact,
  type Suite,
  type VerifyCompact,
} from './suite.ts'
