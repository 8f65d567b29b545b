/**
 * Verifying what a passkey answers (Web Authentication Level 3, section 7). Whose passkey it is, whether its counter went on and whether
 * the challenge was answered before is not asked here: that is decided where it is kept.
 */

/** What every answer is held to. The person must always have been verified by the authenticator. */
export interface PasskeyExpectation {
  /** base64url. */
  readonly challenge: string
  readonly origin: string
  readonly rpId: string
}

/** What a new passkey answers; everything is base64url, by the names of the standard. */
export interface PasskeyAttestation {
  /** The credential id. */
  readonly credential: string
  readonly clientDataJSON: string
  readonly attestationObject: string
}

/** What a passkey answers that is there already. */
export interface PasskeyAssertion {
  readonly credential: string
  readonly clientDataJSON: string
  readonly authenticatorData: string
  readonly signature: string
}

export interface PasskeyVerifier {
  /** Section 7.1. `undefined` when anything is not as it must be. `publicKey`: a COSE key, base64url. */
  verifyAttestation(
    attestation: PasskeyAttestation,
    expected: PasskeyExpectation,
  ): Promise<{ readonly publicKey: string; readonly counter: number } | undefined>
  /** Section 7.2 but for the counter, which is told. `undefined` when anything is not as it must be. */
  verifyAssertion(
    assertion: PasskeyAssertion,
    expected: PasskeyExpectation,
    publicKey: string,
  ): Promise<{ readonly counter: number } | undefined>
}

/** What the keys of passkeys may be, the most wanted first (COSE): EdDSA, ES256, RS256. */
export const PASSKEY_ALGORITHMS = [-8, -7, -257] as const
