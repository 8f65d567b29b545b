/** Asking for and keeping tokens. Nothing here reads a global clock, random source or network: they are passed in. */
export { chooseFlow, type Flow, type Surroundings } from './choose-flow.ts'
export type { AuthenticationAt, ClientAuthentication } from './clients/authentication.ts'
export { type ClientChoice, clientFor, type RegistrationStores } from './clients/client-for.ts'
export { type OwnMetadata, registerClient } from './clients/register.ts'
export { type KnownClient, memoryRegistrations, type Registrations } from './clients/registrations.ts'
export { codeLogin, type CodeLoginOptions, type Visit } from './code/code-login.ts'
export type { Granted } from './granted.ts'
export { machineLogin, type MachineLoginOptions } from './machine/machine-login.ts'
export { openText, sealText } from './vault/seal-text.ts'
export {
  type AuthorizedAnswer,
  authorizedFetch,
  type AuthorizedRequest,
  authorizing,
  fetchAuthorizedBy,
  type SendAuthorized,
} from './authorized-fetch.ts'
export { type Authorization, type AuthorizationRequest, type Authorizer, authorizerOf } from './authorizer.ts'
export type { AskCountersign, CountersignQuestion } from './device/countersign.ts'
export type { ConfirmForeign } from './device/confirm-foreign.ts'
export { type LoginEvent, type LoginOptions, login } from './device/login.ts'
export { beginPolling, next, type PollAction, type PollObservation, type PollState } from './device/poll.ts'
export {
  type DeviceAuthorizationRequest,
  type Invitation,
  readDeviceAuthorizationResponse,
  sendDeviceAuthorizationRequest,
  type StartedAuthorization,
} from './device/request.ts'
export type { DeviceStart, StartedLogin } from './device/start.ts'
export { type TokenWait, type TokensAt, type WaitEvent, waitForTokens } from './device/wait.ts'
export { type DiscoverOptions, type Discovery, discover } from './discover.ts'
export { allowPrivateAddresses } from './discovery/address.ts'
export { type DeviceEndpoints, deviceEndpoints, offersDevice } from './discovery/authorization-server.ts'
export { type FinishedLogin, finishLogin, type FinishLoginOptions } from './pending/finish-login.ts'
export { memoryPendingLogins } from './pending/memory.ts'
export { endLogin, type LoginStores, type OpenedLogin, openLogin, type OpenLoginOptions } from './pending/open-login.ts'
export type { LoginEnding, LoginEntry, LoginHandle, LoginRecord, PendingLogin, PendingLogins } from './pending/pending-logins.ts'
export { type RefreshOutcome, refresh } from './refresh.ts'
export { type Revocation, revoke } from './revoke.ts'
export type { Runtime } from './runtime.ts'
export { scopeMissing, type StepUp, type StepUpKnown, stepUp } from './step-up.ts'
export {
  type ReceivedTokens,
  readTokenResponse,
  sendTokenRequest,
  type TokenGrant,
  type TokenOutcome,
  type TokenRequest,
} from './token/request.ts'
export {
  type AccessTokenOptions,
  keepCredential,
  type TokenEvent,
  type Tokens,
  type TokensOptions,
  tokensOf,
} from './tokens.ts'
export { type Userinfo, userinfo } from './userinfo.ts'
export { findEntries } from './vault/find.ts'
export { memoryVault } from './vault/memory.ts'
export { openCredential, readCredential, type Sealing, sealCredential } from './vault/seal.ts'
export {
  type Credential,
  type CredentialEndpoints,
  readVaultName,
  type Vault,
  type VaultDescription,
  type VaultEntry,
  type VaultNameParts,
  vaultName,
} from './vault/vault.ts'
export { bindKey, type KeyBinding, type Nonces } from './wire/proven.ts'
export type { Refusal } from './wire/refusal.ts'
export type { Answer } from './wire/send.ts'
export { quotedText, visibleText } from './wire/text.ts'
