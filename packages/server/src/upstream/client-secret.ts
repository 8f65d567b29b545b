/** The secret this server shares with an identity provider. It lives in memory and in the file, and is told to nobody but the provider. */
import { CountersignError } from '@countersign/protocol'
import { readPrivately } from '../configuration/private-file.ts'

/** @throws CountersignError `configuration_invalid` when the file is missing, readable by others, or holds no line of text */
export function readClientSecret(file: string): string {
  const what = 'the client secret file'
  const text = readPrivately(file, what, 'copy the secret of the client from the identity provider into it').toString('utf8')
  const secret = text.replace(/\r?\n$/, '')
  if (/^[\x20-\x7e]+$/.test(secret)) return secret
  throw new CountersignError('configuration_invalid', `${what} "${file}" holds no line of text`)
}
