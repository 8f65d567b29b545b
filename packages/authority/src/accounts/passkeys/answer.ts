/** What the script of the pages put into a form for a passkey: bytes as base64url, by the names of the standard. */
import type { Form } from '@countersign/protocol'
import type { PasskeyAssertion, PasskeyAttestation } from '../../ports/passkey-verifier.ts'

/** A credential id has at most 1023 bytes (Web Authentication Level 3, section 4); everything else has far less than this. */
const LONGEST_ID = 1364
const LONGEST = 16_384

/** An assertion with the handle of the account that it says it is for. */
export interface AssertionAnswer extends PasskeyAssertion {
  readonly userHandle: string | undefined
}

export function assertionIn(form: Form): AssertionAnswer | undefined {
  const answer = bytesIn(form, ['credential', 'clientDataJSON', 'authenticatorData', 'signature'])
  return answer && { ...answer, userHandle: form.get('userHandle') }
}

/** An attestation with the ways in which the browser says the authenticator can be reached. */
export interface AttestationAnswer extends PasskeyAttestation {
  readonly transports: readonly string[]
}

export function attestationIn(form: Form): AttestationAnswer | undefined {
  const answer = bytesIn(form, ['credential', 'clientDataJSON', 'attestationObject'])
  const transports = (form.get('transports') ?? '').split(' ').filter((each) => /^[a-z-]{1,16}$/.test(each))
  return answer && { ...answer, transports: transports.slice(0, 8) }
}

/** The fields of these names, or nothing when one of them cannot be what it should. */
function bytesIn<Name extends string>(form: Form, names: readonly Name[]): Readonly<Record<Name, string>> | undefined {
  const fields = names.map((name) => [name, form.get(name) ?? ''] as const)
  const fits = fields.every(([name, text]) => text.length <= (name === 'credential' ? LONGEST_ID : LONGEST) && /^[\w-]+$/.test(text))
  return fits ? (Object.fromEntries(fields) as Readonly<Record<Name, string>>) : undefined
}
