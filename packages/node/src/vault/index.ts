/** Where Node.js keeps credentials: sealed files, locks that outlive nobody, and the places a key can come from. */
export { type FileVaultOptions, fileVault, type VaultKey } from './file-vault.ts'
export type { AskPassphrase } from './key-passphrase.ts'
export { keyBesideVault } from './key-wish.ts'
export { type Keychain, type KeychainStep, probeKeychain } from './keychain.ts'
export { fileLocks, type LockOptions, type TakeLock } from './lock.ts'
export { type OpenedVault, type OpenVaultOptions, openVault } from './open-vault.ts'
export { filePendingLogins, type FilePendingLoginsOptions } from '../pending/file-pending-logins.ts'
export { replaceFile } from './whole-file.ts'
