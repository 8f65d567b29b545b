/** The passphrase of the vault, from the person at the terminal. */
import { CountersignError } from '@countersign/protocol'
import { type Asking, askSecretly } from '../prompt.ts'

/** @throws CountersignError `aborted`, `vault_unavailable` when a new one was typed in two ways */
export async function askPassphrase(asking: Asking, occasion: 'new' | 'known'): Promise<string> {
  const questions = occasion === 'new' ? ['New passphrase for the vault: ', 'Once more: '] : ['Passphrase of the vault: ']
  const [passphrase = '', again = passphrase] = await askSecretly(asking, questions)
  if (passphrase === again) return passphrase
  throw new CountersignError('vault_unavailable', 'the two passphrases are not the same', { hint: 'Try again.' })
}
