/** What each error code means, and where there is more about it. Programs switch on the codes; docs/troubleshooting.md has a section for each. */
import type { CountersignErrorCode } from '@countersign/protocol'

const PAGE = 'https://github.com/countersign/countersign/blob/main/docs/troubleshooting.md'

/** The one table from codes to what they mean. */
export const MEANINGS: Readonly<Record<CountersignErrorCode, string>> = {
  aborted: 'Somebody or something stopped the command before it was done.',
  access_denied: 'The person at the page said no.',
  authorization_server_error: 'The authorization server refused, in words of its own.',
  code_grant_not_supported: 'The server offers no sign-in by redirect that is safe to use.',
  configuration_invalid: 'A setting of the server cannot be.',
  device_code_expired: 'Nobody decided while the code was good.',
  device_grant_not_supported: 'The server offers no sign-in that works from here.',
  discovery_failed: 'Nothing at the address says how to sign in.',
  insecure_url: 'An address is not https, or leads into a private network.',
  invalid_response: 'The server answered something that is no answer.',
  issuer_mismatch: 'A document speaks for another server than the one it was asked of.',
  lock_timeout: 'Another program is using the same credentials and does not let go.',
  network_failure: 'The server could not be reached, or did not answer in time.',
  not_signed_in: 'There is no usable sign-in here.',
  proof_invalid: 'The proof of a key was refused.',
  registration_failed: 'The server does not know this client and did not register it.',
  resource_mismatch: 'A token would have gone to a server that it is not for.',
  response_mismatch: 'The browser came back with the answer to something else.',
  scope_exceeded: 'The token allows more than was asked for.',
  store_unavailable: 'The store of the server cannot be reached.',
  token_invalid: 'The token is not good, or not any more.',
  token_type_mismatch: 'The token is not bound to the key that asked for it.',
  usage: 'The command was called in a way that cannot work.',
  vault_corrupt: 'A stored credential does not open.',
  vault_unavailable: 'Credentials cannot be kept or read here.',
}

/** Whoever stopped the command, mistyped it or set it up wrongly is told all there is at once. */
const OBVIOUS = ['aborted', 'configuration_invalid', 'usage']

/** Where there is more about a code; `undefined` for one that speaks for itself or is not ours. */
export function helpFor(code: string): string | undefined {
  return Object.hasOwn(MEANINGS, code) && !OBVIOUS.includes(code) ? `${PAGE}#${code}` : undefined
}
