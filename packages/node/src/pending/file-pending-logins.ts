/**
 * Sign-ins under way as sealed files beside the vault, and a lock for each name that is free moments after its holder was killed (`fileLocks`).
 * What does not open counts as absent: a new code is the way out, and it takes the place of what was there.
 */
import type { LoginRecord, PendingLogins } from '@countersign/client'
import { sealedFiles } from '../sealed-files.ts'
import type { FileVaultOptions } from '../vault/file-vault.ts'
import { fileLocks } from '../vault/lock.ts'
import { isSystemError, makePrivateDirectory, reaching } from '../vault/private-directory.ts'

export type FilePendingLoginsOptions = Pick<FileVaultOptions, 'directory' | 'key' | 'suite' | 'clock' | 'sleep'>

const FORMAT = 'countersign-pending-logins-1'
/** No code lives longer than a day, and nobody waits for one that ended yesterday. */
const OLDEST = 2 * 86_400_000

/**
 * A place in a directory of its own, which is made, or made private, when it is first needed.
 * @throws CountersignError from the methods: `vault_unavailable` when the directory or the key cannot be used
 */
export function filePendingLogins(options: FilePendingLoginsOptions): PendingLogins {
  const { directory, suite, clock, sleep } = options
  const files = sealedFiles({ ...options, format: FORMAT, lasting: false, oldest: OLDEST })
  const takeLock = fileLocks({ clock, sleep, entropy: suite })
  return {
    read: async (name) => recordIn(await files.read(name)),
    write: (name, record) => files.write(name, JSON.stringify(record)),
    list: async () =>
      (await files.list()).flatMap(({ name, text }) => {
        const record = recordIn(text)
        return record === undefined ? [] : [{ name, record }]
      }),
    locked: async (name, work, signal) => {
      await makePrivateDirectory(directory)
      const path = `${await files.stemOf(name)}.lock`
      const giveBack = await reaching(path, () => takeLock(path, signal))
      try {
        return await work()
      } finally {
        // What the work did counts for more than a lock that could not be given back: it ends by itself.
        await giveBack().catch((error: unknown) => {
          if (!isSystemError(error)) throw error
        })
      }
    },
  }
}

/** What opens was written by a program of ours: only its version has to be looked at. */
function recordIn(text: string | undefined): LoginRecord | undefined {
  if (text === undefined) return undefined
  const record = JSON.parse(text) as Partial<LoginRecord>
  return record.version === 1 ? (record as LoginRecord) : undefined
}
