/**
 * The ways an access token reaches a program: a variable, which stays what it was, or a file or pipe, which follow every renewal.
 * Invariant: nobody but this user can read it, and nothing of it is left when the program has ended.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Writable } from 'node:stream'
import { replaceFile } from '@countersign/node/vault'
import type { Invocation } from '../invocation.ts'

export interface Delivery {
  /** Whether a token can be replaced while the program runs. */
  readonly isLasting: boolean
  /** Puts the first token in place; gives the variables that tell the program where. */
  readonly open: (token: string) => Promise<Readonly<Record<string, string>>>
  readonly replace: (token: string) => Promise<void>
  /** Takes this end of the program's fourth descriptor. */
  readonly attach?: (pipe: Writable) => void
  readonly close: () => Promise<void>
}

/** The token is the variable. */
export async function byEnvironment(name: string): Promise<Delivery> {
  return { isLasting: false, open: async (token) => ({ [name]: token }), replace: async () => undefined, close: async () => undefined }
}

/** The variable, with `_FILE` at its end, names a file that always holds one whole token. In memory, where the system offers such a place. */
export async function byFile(name: string, { environment }: Pick<Invocation, 'environment'>): Promise<Delivery> {
  const runtime = environment['XDG_RUNTIME_DIR'] ?? ''
  // mkdtemp: mode 0700, and a name that nobody could have taken before.
  const directory = await mkdtemp(join(runtime === '' ? tmpdir() : runtime, 'countersign-'))
  const path = join(directory, 'token')
  let count = 0
  const replace = (token: string) => replaceFile(path, token, String(count++))
  return {
    isLasting: true,
    open: async (token) => {
      await replace(token)
      return { [`${name}_FILE`]: path }
    },
    replace,
    close: () => rm(directory, { recursive: true, force: true }),
  }
}

/** The variable, with `_FD` at its end, is the number of a descriptor that gives one token on each line: the newest is the last. */
export async function byPipe(name: string): Promise<Delivery> {
  let pipe: Writable | undefined
  let first = ''
  return {
    isLasting: true,
    open: async (token) => {
      first = token
      return { [`${name}_FD`]: '3' }
    },
    attach: (end) => {
      pipe = end
      end.write(`${first}\n`)
    },
    // A program that does not read gets no longer queue: nothing is in it that it would still want.
    replace: async (token) => {
      if (pipe !== undefined && pipe.writableLength === 0) pipe.write(`${token}\n`)
    },
    close: async () => {
      pipe?.destroy()
    },
  }
}
