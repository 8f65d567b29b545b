/** A vault key from a passphrase: what a person knows, made costly to guess with scrypt (RFC 7914). */
import { scrypt } from 'node:crypto'
import { encodeBase64url } from '@countersign/proof'
import type { Entropy } from '@countersign/protocol'
import type { ScryptParameters } from './key-choice.ts'
import { KEY_BYTES, readSecretFile } from './key-file.ts'
import { unavailable } from './private-directory.ts'

/**
 * Asks a person; `undefined` when there is nobody to ask. `new`: for a passphrase that will be needed from now on, so it should be asked for
 * twice.
 */
export type AskPassphrase = (occasion: 'new' | 'known') => Promise<string | undefined>

const SHORTEST = 8

/** About a third of a second and 128 MB for every guess. */
export function newParameters(entropy: Entropy): ScryptParameters {
  return { N: 2 ** 17, r: 8, p: 1, salt: encodeBase64url(entropy.random(16)) }
}

/** The passphrase from the file that was named, else from a person. @throws CountersignError `vault_unavailable` when there is neither */
export async function passphraseFrom(file: string | undefined, ask: AskPassphrase | undefined, occasion: 'new' | 'known'): Promise<string> {
  const passphrase = file === undefined ? await ask?.(occasion) : await readSecretFile(file)
  if (file === undefined && passphrase === undefined) {
    throw unavailable(
      'the key of this vault comes from a passphrase, and there is nobody to ask',
      'Run this on a terminal, or name a file with it: COUNTERSIGN_PASSPHRASE_FILE. "countersign agent" asks once for many programs.',
    )
  }
  if (passphrase === undefined) throw unavailable(`passphrase file '${file ?? ''}' is missing`, 'Restore it, or name another one.')
  if (occasion === 'new' && passphrase.length < SHORTEST) {
    throw unavailable(
      `the passphrase has fewer than ${SHORTEST} characters`,
      'Take a longer one: whoever copies the vault can try them all.',
    )
  }
  return passphrase
}

export function keyFromPassphrase(passphrase: string, { N, r, p, salt }: ScryptParameters): Promise<Uint8Array> {
  // However it is typed: the same letters are the same passphrase.
  const text = passphrase.normalize('NFKC')
  return new Promise((resolve, reject) => {
    scrypt(text, Buffer.from(salt, 'base64url'), KEY_BYTES, { N, r, p, maxmem: 256 * N * r }, (error, key) =>
      error === null ? resolve(new Uint8Array(key)) : reject(error),
    )
  })
}
