/** The secret that signs notices, shared with whoever receives them. */
import { CountersignError } from '@countersign/protocol'
import { readPrivately } from '../configuration/private-file.ts'

const LEAST_BYTES = 24

/**
 * Reads a secret in the form of Standard Webhooks: `whsec_` and base64 of 24 bytes or more.
 * @throws CountersignError `configuration_invalid` when the file is missing, readable by others, or holds no such secret
 */
export function readWebhookSecret(file: string): Uint8Array {
  const what = 'the webhook secret file'
  const make = 'make one with: umask 077; echo whsec_$(head -c 32 /dev/urandom | base64) > FILE'
  const text = readPrivately(file, what, make).toString('latin1').trim()
  const [, encoded] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text) ?? []
  const secret = Buffer.from(encoded ?? '', 'base64')
  if (secret.length < LEAST_BYTES) throw new CountersignError('configuration_invalid', `${what} "${file}" holds no secret`, { hint: make })
  return Uint8Array.from(secret)
}
