/** The secret this server shares with an identity provider. It lives in memory and in the file, and is told to nobody but the provider. */
import { readPrivateLine } from '../configuration/private-file.ts'

/** @throws CountersignError `configuration_invalid` when the file is missing, readable by others, or holds no line of text */
export function readClientSecret(file: string): string {
  return readPrivateLine(file, 'the client secret file', 'copy the secret of the client from the identity provider into it')
}
