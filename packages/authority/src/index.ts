/** The authorization server: exchange in, reply out. */
export {
  addAccount,
  addNewcomer,
  listAccounts,
  mailOf,
  type Newcomer,
  setAccountDisabled,
  setMail,
  setPassword,
  subjectNamed,
} from './accounts/accounts.ts'
export { type ListedPasskey, listPasskeys, removePasskeys } from './accounts/passkeys/passkeys.ts'
export type { Entrance, Pressed } from './accounts/entrance.ts'
export { isMailAddress } from './accounts/mail-address.ts'
export { type IdentityPorts, type LocalIdentity, type LocalIdentityPorts, localIdentity } from './accounts/local-identity.ts'
export type { ApprovalPolicy } from './approval/approval-policy.ts'
export { enrollKey, forgetKey, type KnownKey, listKnownKeys } from './approval/known-keys.ts'
export { type Authority, type AuthorityOptions, createAuthority } from './authority.ts'
export { addClient, findClient, listClients, type Registration, removeClient } from './clients/clients.ts'
export { type FetchHandler, type FetchHandlerOptions, toFetchHandler } from './fetch-handler.ts'
export { type Errand, errandPath, errandQuery, readErrand } from './browser/errand.ts'
export { type MasterKeys, masterKeys } from './master-key.ts'
export { type Letter, type LetterWords, noticeLetter } from './notices/letter.ts'
export { type Language, LANGUAGES, type Theme, themeFault } from './pages/index.ts'
export type { AuthorityEvent, Events } from './ports/events.ts'
export type { Approver, Identity } from './ports/identity.ts'
export type { ApprovalNotice, Notice, Notices, PasskeyNotice, Whereabouts } from './ports/notices.ts'
export {
  PASSKEY_ALGORITHMS,
  type PasskeyAssertion,
  type PasskeyAttestation,
  type PasskeyExpectation,
  type PasskeyVerifier,
} from './ports/passkey-verifier.ts'
export type { Place, Places } from './ports/places.ts'
export type { PasswordHasher } from './ports/password-hasher.ts'
export { type NewRow, placeOf, type RemoteStore, type Row, type Store, type Swap } from './ports/store.ts'
export { type Account, type Browser, change, type Client, type Grant, type Kind, type Passkey, type Records } from './records/records.ts'
export {
  addInitialAccessToken,
  type InitialAccess,
  listInitialAccessTokens,
  removeInitialAccessToken,
  type ShownInitialAccess,
} from './clients/registration/initial-access-token.ts'
export {
  DEFAULT_SETTINGS,
  GRANT_KINDS,
  type GrantKind,
  type GuessingLimits,
  type Resource,
  type Settings,
  type TokenLives,
} from './settings.ts'
export { listSigningKeys, rotateSigningKey, type ShownSigningKey, type SigningKeyPorts } from './tokens/signing-keys.ts'
export { memoryStore } from './store-memory.ts'
