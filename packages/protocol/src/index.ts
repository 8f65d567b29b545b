/** The words of the wire. No input, no output, no dependency. */
export {
  AUTHORIZATION_CODE_LIFE,
  type AuthorizationCode,
  type AuthorizationCodeEvent,
  type AuthorizationCodeStep,
  type AuthorizationRequest,
  type PendingCode,
  type RedeemedCode,
  stepCode,
} from './authorization-code.ts'
export { allKnown, type Awaitable, begun, recovered, whenKnown } from './awaitable.ts'
export { readBounded } from './bounded-body.ts'
export { type Challenge, formatChallenge, parseChallenges } from './challenge.ts'
export { CountersignError, type CountersignErrorCode, type CountersignErrorOptions } from './countersign-error.ts'
export {
  type ApprovedAuthorization,
  COUNTERSIGN_TRIES,
  type Countersign,
  type Decision,
  type DeniedAuthorization,
  type DeviceAuthorization,
  type DeviceAuthorizationEvent,
  type Entered,
  type Origin,
  type PendingAuthorization,
  type RedeemedAuthorization,
  type Step,
  step,
} from './device-authorization.ts'
export { BODY_LIMIT, type Exchange, type Handle, headerOf, type Reply } from './exchange.ts'
export { headOf, responseOf } from './web-exchange.ts'
export type { FetchDocument, FetchedDocument } from './fetch-document.ts'
export { type Form, isFormContentType, parseForm } from './form.ts'
export { AUTHORIZATION_CODE, CLIENT_CREDENTIALS, DEVICE_CODE, JWT_BEARER, REFRESH_TOKEN } from './grant-types.ts'
export {
  couldBeUserCode,
  GUESSING_TARGET,
  type GuessingExposure,
  guessBudget,
  guessingProbability,
  userCodeBudget,
  userCodeLength,
} from './guessing.ts'
export type { DeviceAuthorizationResponse, ErrorResponse, TokenResponse } from './messages.ts'
export {
  AUTHORIZATION_SERVER_SUFFIX,
  type AuthorizationServerMetadata,
  OPENID_CONFIGURATION_SUFFIX,
  PROTECTED_RESOURCE_SUFFIX,
  type ProtectedResourceMetadata,
} from './metadata.ts'
export { errorBody, isOAuthErrorCode, OAuthError, type OAuthErrorCode, type OAuthErrorOptions, plainDescription } from './oauth-error.ts'
export { DEFAULT_INTERVAL, DEFAULT_PACE, intervalAfter, nextPollFrom, type PaceRule, SLOW_DOWN_STEP } from './pace.ts'
export type { Clock, Entropy, EpochMilliseconds, Fetch, Seconds, Sleep } from './ports.ts'
export { answerUri, isLoopbackRedirectUri, isRegisteredRedirectUri, parseRedirectUri } from './redirect-uri.ts'
export { parseResource } from './resource.ts'
export { formatScope, parseScope, type Scope, scopeBeyond, scopeUnion } from './scope.ts'
export { familyEnded, familyExpiry, type Rotation, type RotationRule, rotate, type TokenFamily } from './token-family.ts'
export { appendWellKnown, insertWellKnown, isLoopbackHost, isSecureUrl } from './urls.ts'
export {
  BASE20,
  BASE31,
  confusables,
  drawUserCode,
  formatUserCode,
  normaliseUserCode,
  type UserCodeAlphabet,
  userCodeEntropy,
} from './user-code.ts'
