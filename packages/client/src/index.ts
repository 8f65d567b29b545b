/** Asking for and keeping tokens. Nothing here reads a global clock, random source or network: they are passed in. */
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
