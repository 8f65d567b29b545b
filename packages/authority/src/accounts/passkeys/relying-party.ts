/** The site that passkeys are bound to (Web Authentication Level 3, section 4: relying party), and what it asks a browser for. */
import { PASSKEY_ALGORITHMS } from '../../ports/passkey-verifier.ts'
import type { Passkey } from '../../records/records.ts'

export interface RelyingParty {
  readonly origin: string
  readonly rpId: string
}

/** How long the browser lets a person look for a key or a finger. */
const PATIENCE_MS = 300_000

/** `undefined` for an issuer at a bare address: browsers make passkeys for domains only, `localhost` among them (section 5.1.3). */
export function relyingPartyOf(issuer: string): RelyingParty | undefined {
  const { hostname, origin } = new URL(issuer)
  // The parser writes every IPv4 address as four numbers, and IPv6 in brackets.
  return hostname.startsWith('[') || /^[\d.]+$/.test(hostname) ? undefined : { origin, rpId: hostname }
}

/** What the script of the pages hands to `navigator.credentials`: options of the standard, bytes as base64url. */
export type PasskeyOptions = Readonly<Record<string, unknown>>

/** Section 5.5. With `own`, one of these and no other. */
export function requestOptions({ rpId }: RelyingParty, challenge: string, own: readonly Passkey[]): PasskeyOptions {
  return {
    challenge,
    rpId,
    timeout: PATIENCE_MS,
    userVerification: 'required',
    ...(own.length === 0 ? {} : { allowCredentials: described(own) }),
  }
}

/** Whom a passkey is made for. The handle is what it will tell us, and nobody reads anything out of it (section 14.6.1). */
export interface PasskeyOwner {
  readonly handle: string
  readonly name: string
  readonly shownName: string
}

/** Section 5.4. `own`: passkeys the person has, so that no authenticator gets a second one. */
export function creationOptions(
  { rpId }: RelyingParty,
  { challenge, siteName }: { readonly challenge: string; readonly siteName: string },
  { handle, name, shownName }: PasskeyOwner,
  own: readonly Passkey[],
): PasskeyOptions {
  return {
    challenge,
    rp: { id: rpId, name: siteName },
    user: { id: handle, name, displayName: shownName },
    pubKeyCredParams: PASSKEY_ALGORITHMS.map((alg) => ({ type: 'public-key', alg })),
    timeout: PATIENCE_MS,
    excludeCredentials: described(own),
    // Kept by the authenticator, so that signing in takes no name; opened by finger, face or PIN, so that holding the device is not enough.
    authenticatorSelection: { residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
    attestation: 'none',
  }
}

function described(passkeys: readonly Passkey[]) {
  return passkeys.map(({ credential, transports }) => ({
    type: 'public-key',
    id: credential,
    ...(transports.length === 0 ? {} : { transports }),
  }))
}
