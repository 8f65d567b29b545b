/** A vault that ends with the process. It is also the model other vaults are compared with. */
import { turnsByName } from './turns.ts'
import type { Credential, Vault } from './vault.ts'

/** An empty vault in memory; its lock holds within this process. */
export function memoryVault(): Vault {
  // As text, so that a caller who keeps what he wrote or read cannot change what is stored.
  const kept = new Map<string, string>()

  return {
    description: { kind: 'memory', where: 'this process', protection: 'forgotten when the process ends' },
    read: async (name) => {
      const text = kept.get(name)
      return text === undefined ? undefined : (JSON.parse(text) as Credential)
    },
    write: async (name, credential) => {
      kept.set(name, JSON.stringify(credential))
    },
    remove: async (name) => {
      kept.delete(name)
    },
    list: async () => [...kept].map(([name, text]) => ({ name, credential: JSON.parse(text) as Credential })),
    locked: turnsByName(),
  }
}
