/** Sign-ins under way that end with the process. It is also the model other places are compared with. */
import { turnsByName } from '../vault/turns.ts'
import type { LoginRecord, PendingLogins } from './pending-logins.ts'

/** An empty place in memory; its lock holds within this process. */
export function memoryPendingLogins(): PendingLogins {
  // As text, so that a caller who keeps what he wrote or read cannot change what is stored.
  const kept = new Map<string, string>()
  return {
    read: async (name) => {
      const text = kept.get(name)
      return text === undefined ? undefined : (JSON.parse(text) as LoginRecord)
    },
    write: async (name, record) => {
      kept.set(name, JSON.stringify(record))
    },
    list: async () => [...kept].map(([name, text]) => ({ name, record: JSON.parse(text) as LoginRecord })),
    locked: turnsByName(),
  }
}
