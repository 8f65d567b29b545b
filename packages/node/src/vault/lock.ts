/**
 * A lock between processes, as a file that says who holds it.
 * Invariant: a lock is taken from its owner only when the owner has provably ended or its deadline has passed, and whoever removes a lock
 * removes the very one he judged: for that he first makes a name that only one can make.
 */
import { promises } from 'node:fs'
import { type Clock, CountersignError, type Entropy, type EpochMilliseconds, type Seconds, type Sleep } from '@countersign/protocol'
import { onceDone } from '../once-done.ts'
import { hasEnded, type LockOwner, thisOwner } from './lock-owner.ts'
import { isSystemError } from './private-directory.ts'
import { linkUnlessTaken } from './whole-file.ts'

export interface LockOptions {
  readonly clock: Clock
  readonly sleep: Sleep
  readonly entropy: Entropy
  /** How long a lock may be held; afterwards others may take it, the owner alive or not. 30 unless told. */
  readonly lifetime?: Seconds
  /** How long to wait for it; 45 unless told, more than the lifetime so that no lock is waited for in vain. */
  readonly patience?: Seconds
  /** Who takes the locks; the calling program unless told. */
  readonly owner?: LockOwner
}

/** Waits until the lock is free and takes it. What it resolves to gives it back. */
export type TakeLock = (path: string, signal?: AbortSignal) => Promise<() => Promise<void>>

interface LockRecord extends LockOwner {
  readonly nonce: string
  readonly deadline: EpochMilliseconds
}

const SHORTEST_WAIT = 25
const LONGEST_WAIT = 60

/**
 * Locks for files in a directory that exists.
 * @throws CountersignError from the function returned: `aborted` when the signal ends the wait, `lock_timeout` when patience does
 */
export function fileLocks({ clock, sleep, entropy, lifetime = 30, patience = 45, owner }: LockOptions): TakeLock {
  const known = onceDone(async () => owner ?? thisOwner())

  async function mayBreak(record: LockRecord): Promise<boolean> {
    return clock.now() >= record.deadline || (await hasEnded(record, await known()))
  }

  /** Removes the lock that the record was read from, and no later one. `own` is the remover's own record. */
  async function remove(path: string, record: LockRecord, own: string): Promise<void> {
    const right = `${path}.${record.nonce}.gone`
    if (!(await linkUnlessTaken(own, right))) {
      // Somebody else is at it. If he ended there, his right is a lock like any other.
      const remover = await readRecord(right, lifetime)
      if (remover !== undefined && (await mayBreak(remover))) await remove(right, remover, own)
      return
    }
    // While the right is held nobody can remove this lock, so between looking and removing it stays the same.
    const present = await readRecord(path, lifetime)
    if (present?.nonce === record.nonce) await promises.rm(path, { force: true })
    await promises.rm(`${path}.${record.nonce}`, { force: true })
    await promises.rm(right, { force: true })
  }

  return async (path, signal) => {
    const nonce = Buffer.from(entropy.random(8)).toString('hex')
    const own = `${path}.${nonce}`
    const giveUpAt = clock.now() + patience * 1000
    const mine = async (): Promise<LockRecord> => ({ ...(await known()), nonce, deadline: clock.now() + lifetime * 1000 })
    try {
      for (;;) {
        if (signal?.aborted === true) throw signal.reason
        const held = await readRecord(path, lifetime)
        // Ours although linking failed: a network drive may do the work and lose the answer.
        if (held?.nonce === nonce) return () => giveBack(path, held, own)
        if (held === undefined || (await mayBreak(held))) {
          const record = await mine()
          await promises.writeFile(own, JSON.stringify(record), { mode: 0o600 })
          if (held !== undefined) await remove(path, held, own)
          if (await linkUnlessTaken(own, path)) return () => giveBack(path, record, own)
        }
        if (clock.now() >= giveUpAt) throw timeout(path)
        const [jitter = 0] = entropy.random(1)
        await sleep(SHORTEST_WAIT + ((LONGEST_WAIT - SHORTEST_WAIT) * jitter) / 255, signal)
      }
    } catch (error) {
      await promises.rm(own, { force: true })
      if (signal?.aborted !== true) throw error
      throw new CountersignError('aborted', 'stopped while waiting for the lock', { cause: signal.reason })
    }
  }

  async function giveBack(path: string, record: LockRecord, own: string): Promise<void> {
    try {
      await remove(path, record, own)
    } catch (error) {
      // It was taken away past its deadline, and everything of it with it.
      if (!isSystemError(error, 'ENOENT')) throw error
    }
    await promises.rm(own, { force: true })
  }
}

/** The record in a lock file; `undefined` when there is no such file. */
async function readRecord(path: string, lifetime: Seconds): Promise<LockRecord | undefined> {
  try {
    const record = recordIn(await promises.readFile(path, 'utf8'))
    if (record !== undefined) return record
    // A machine that lost its power may leave a file without its content. Nobody can be asked then, so time decides.
    const { ino, mtimeMs } = await promises.stat(path)
    return { pid: 0, started: '', boot: '', space: '', host: '', nonce: `${ino}`, deadline: mtimeMs + lifetime * 1000 }
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined
    throw error
  }
}

function recordIn(text: string): LockRecord | undefined {
  try {
    const { pid, started, boot, space, host, nonce, deadline } = JSON.parse(text) as Record<string, unknown>
    if (![started, boot, space, host].every((value) => typeof value === 'string')) return undefined
    if (typeof nonce !== 'string' || !/^[0-9a-f]{16}$/.test(nonce)) return undefined
    if (!Number.isInteger(pid) || (pid as number) <= 0 || !Number.isFinite(deadline)) return undefined
    return { pid, started, boot, space, host, nonce, deadline } as LockRecord
  } catch {
    return undefined
  }
}

function timeout(path: string): CountersignError {
  const hint = 'Another program is using the same credentials: wait for it, or end it.'
  return new CountersignError('lock_timeout', `the lock '${path}' stays taken`, { hint })
}
