/** A vault that ends with the process. It is also the model other vaults are compared with. */
import { CountersignError } from '@countersign/protocol'
import type { Credential, Vault } from './vault.ts'

/** An empty vault in memory; its lock holds within this process. */
export function memoryVault(): Vault {
  // As text, so that a caller who keeps what he wrote or read cannot change what is stored.
  const kept = new Map<string, string>()
  const tails = new Map<string, Promise<void>>()

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
    locked: async (name, work, signal) => {
      const before = tails.get(name) ?? Promise.resolve()
      let release = (): void => {}
      const done = new Promise<void>((resolve) => {
        release = resolve
      })
      const tail = before.then(() => done)
      tails.set(name, tail)
      // Only once the whole queue is through: a waiter that gave up must not hide the holder before it.
      void tail.then(() => tails.get(name) === tail && tails.delete(name))
      try {
        await unlessAborted(before, signal)
        return await work()
      } finally {
        release()
      }
    },
  }
}

async function unlessAborted(wait: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return wait
  let stop = (): void => {}
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(new CountersignError('aborted', 'stopped while waiting for the vault', { cause: signal.reason }))
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
  })
  try {
    await Promise.race([wait, aborted])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
