/**
 * Passwords by argon2id. Each hash takes 64 MiB while it runs, so only a few run at once and few more may wait:
 * a flood of sign-ins is told to come back, and cannot take the memory of the machine.
 */
import { availableParallelism } from 'node:os'
import type { PasswordHasher } from '@countersign/authority'
import { turns } from './turns.ts'

const ARGON2ID = 2
const MEMORY_KIB = 65_536
const PASSES = 3
const LANES = 1

export interface HasherOptions {
  /** Hashes that run at the same time, each in 64 MiB; as many as there are cores, at most 3 (of the 4 threads Node.js has for such work). */
  readonly concurrency?: number
  /** Hashes that may wait for their turn; one more is refused. */
  readonly waiting?: number
}

/** Rejects with OAuthError `temporarily_unavailable` when too many hashes wait already. */
export function argon2Hasher({ concurrency = Math.min(3, availableParallelism()), waiting = 32 }: HasherOptions = {}): PasswordHasher {
  const inTurn = turns(concurrency, waiting)
  // Native code: loaded when the first password comes, so that a server is ready sooner.
  const loaded = () => import('@node-rs/argon2')
  return {
    hash: (password) =>
      inTurn(async () => {
        const { hash } = await loaded()
        return hash(password, { algorithm: ARGON2ID, memoryCost: MEMORY_KIB, timeCost: PASSES, parallelism: LANES })
      }),
    verify: (hash, password) =>
      inTurn(async () => {
        const { verify } = await loaded()
        return verify(hash, password)
      }),
  }
}
