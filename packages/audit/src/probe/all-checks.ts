/** The checks, in the order in which they run: what grows old comes first, what many answers decide later, what may lock an account last. */
import type { Check } from './check.ts'
import { approvalForms } from './checks/L16-approval-forms.ts'
import { clientBinding } from './checks/L13-client-binding.ts'
import { clientIdentification } from './checks/L03-client-identification.ts'
import { confidentialClient } from './checks/L05-confidential-client.ts'
import { confirmation } from './checks/L17-confirmation.ts'
import { denial } from './checks/L19-denial.ts'
import { deviceCode } from './checks/L08-device-code.ts'
import { dpop } from './checks/L25-dpop.ts'
import { earlyPoll } from './checks/L11-early-poll.ts'
import { expiry } from './checks/L20-expiry.ts'
import { grantOptIn } from './checks/L04-grant-opt-in.ts'
import { guessThrottle } from './checks/L18-guess-throttle.ts'
import { lifetimes } from './checks/L07-lifetimes.ts'
import { metadata } from './checks/L01-metadata.ts'
import { parameters } from './checks/L15-parameters.ts'
import { race } from './checks/L22-race.ts'
import { refresh } from './checks/L24-refresh.ts'
import { replay } from './checks/L21-replay.ts'
import { responseHygiene } from './checks/L06-response-hygiene.ts'
import { scope } from './checks/L23-scope.ts'
import { slowDown } from './checks/L12-slow-down.ts'
import { tls } from './checks/L02-tls.ts'
import { unknownCodes } from './checks/L14-unknown-codes.ts'
import { userCode } from './checks/L09-user-code.ts'
import { verificationUri } from './checks/L10-verification-uri.ts'

export const CHECKS: readonly Check[] = [
  metadata,
  tls,
  clientIdentification,
  grantOptIn,
  confidentialClient,
  verificationUri,
  earlyPoll,
  slowDown,
  clientBinding,
  unknownCodes,
  parameters,
  confirmation,
  approvalForms,
  denial,
  scope,
  dpop,
  refresh,
  // Begun before the others.
  replay,
  expiry,
  race,
  lifetimes,
  responseHygiene,
  deviceCode,
  userCode,
  guessThrottle,
]
