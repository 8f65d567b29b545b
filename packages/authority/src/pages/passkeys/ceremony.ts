/** The forms that a passkey answers. Without the script they stay hidden, because nothing else can fill them in. */
import { type Attributes, type Html, html } from '../html.ts'

export interface PasskeyAsk {
  /** The proof of the challenge, carried along. */
  readonly made: string
  /** For `navigator.credentials`, bytes as base64url. */
  readonly options: Readonly<Record<string, unknown>>
}

/** What marks the form for the script. */
export function ceremony({ options }: PasskeyAsk): Attributes {
  return { 'data-passkey': JSON.stringify(options), hidden: true }
}

const ASSERTION = ['credential', 'clientDataJSON', 'authenticatorData', 'signature', 'userHandle'] as const
const ATTESTATION = ['credential', 'clientDataJSON', 'attestationObject', 'transports'] as const

/** The fields for the answer: of a new passkey, or of one that is there already. */
export function answerFields({ made, options }: PasskeyAsk): Html {
  const names = 'user' in options ? ATTESTATION : ASSERTION
  return html`<input type="hidden" name="made" value="${made}">
${names.map((name) => html`<input type="hidden" name="${name}" value="">`)}`
}

/** What can go wrong before anything is sent: hidden until it does. `name`: of the error, when this is for one kind only. */
export function failure(text: string, name = 'any'): Html {
  return html`<p class="alert" role="alert" data-failure="${name}" hidden>${text}</p>`
}
