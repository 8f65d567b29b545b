/**
 * Passkeys verified by SimpleWebAuthn. It answers yes or nothing: what exactly was wrong with an answer helps only whoever made it up.
 */
import { PASSKEY_ALGORITHMS, type PasskeyVerifier } from '@countersign/authority'
import type { decodeAttestationObject } from '@simplewebauthn/server/helpers'
import { decodeBase64url, encodeBase64url } from '@countersign/proof'

/** The library is loaded when the first passkey comes: at the start it would cost most of a second that nobody gains by. */
export function passkeyVerifier(): PasskeyVerifier {
  const loaded = async () => ({ ...(await import('@simplewebauthn/server')), ...(await import('@simplewebauthn/server/helpers')) })
  return {
    verifyAttestation: async ({ credential, clientDataJSON, attestationObject }, { challenge, origin, rpId }) => {
      const { decodeAttestationObject, decodeClientDataJSON, verifyRegistrationResponse } = await loaded()
      return unlessThrown(async () => {
        const bytes = decodeBase64url(attestationObject)
        if (bytes === undefined || isFramed(decodeClientDataJSON(clientDataJSON))) return undefined
        if (isVouchedFor(decodeAttestationObject(bytes))) return undefined
        const { verified, registrationInfo } = await verifyRegistrationResponse({
          response: {
            id: credential,
            rawId: credential,
            type: 'public-key',
            clientExtensionResults: {},
            response: { clientDataJSON, attestationObject },
          },
          expectedChallenge: challenge,
          expectedOrigin: origin,
          expectedRPID: rpId,
          requireUserVerification: true,
          supportedAlgorithmIDs: [...PASSKEY_ALGORITHMS],
        })
        // What is looked up later is what the authenticator said, so what the browser said must be the same.
        if (!verified || registrationInfo.credential.id !== credential) return undefined
        const { counter, publicKey } = registrationInfo.credential
        return { publicKey: encodeBase64url(publicKey), counter }
      })
    },
    verifyAssertion: async ({ credential, clientDataJSON, authenticatorData, signature }, { challenge, origin, rpId }, publicKey) => {
      const { decodeClientDataJSON, verifyAuthenticationResponse } = await loaded()
      return unlessThrown(async () => {
        const key = decodeBase64url(publicKey)
        if (key === undefined || isFramed(decodeClientDataJSON(clientDataJSON))) return undefined
        const { verified, authenticationInfo } = await verifyAuthenticationResponse({
          response: {
            id: credential,
            rawId: credential,
            type: 'public-key',
            clientExtensionResults: {},
            response: { clientDataJSON, authenticatorData, signature },
          },
          expectedChallenge: challenge,
          expectedOrigin: origin,
          expectedRPID: rpId,
          requireUserVerification: true,
          // The counter is compared where it is kept: two answers at once could both be newer than what was read before.
          credential: { id: credential, publicKey: new Uint8Array(key), counter: 0 },
        })
        return verified ? { counter: authenticationInfo.newCounter } : undefined
      })
    },
  }
}

/** Sections 7.1 and 7.2: no page of ours is ever in a frame of another site. */
function isFramed({ crossOrigin, topOrigin }: { readonly crossOrigin?: boolean; readonly topOrigin?: string }): boolean {
  return crossOrigin === true || topOrigin !== undefined
}

/**
 * Section 5.4.7: we ask for no statement, and get none or one that the passkey signed itself. Those with certificates come from no browser that
 * was asked so, and the library would look up who revoked them, at whatever address they say.
 */
function isVouchedFor(attestation: ReturnType<typeof decodeAttestationObject>): boolean {
  const format = attestation.get('fmt')
  return format !== 'none' && (format !== 'packed' || attestation.get('attStmt').get('x5c') !== undefined)
}

/** The library throws at whatever is not as it must be. */
async function unlessThrown<Result>(verify: () => Promise<Result | undefined>): Promise<Result | undefined> {
  try {
    return await verify()
  } catch {
    return undefined
  }
}
