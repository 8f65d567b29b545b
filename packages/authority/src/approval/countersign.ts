/**
 * The countersign: a number shown in the approving browser that has to come from the waiting device (RFC 10027 section 6.1.16).
 * Whoever started the sign-in elsewhere and had somebody approve it does not see the number; only its digest is kept.
 */
import type { Awaitable, Entropy } from '@countersign/protocol'
import type { Context } from '../context.ts'

/** `digits` decimal digits, each equally likely. */
export function drawCountersign(entropy: Entropy, digits: number): string {
  let number = ''
  while (number.length < digits) {
    for (const byte of entropy.random(digits * 2)) {
      // 250 is the last multiple of ten: the bytes above would make the first digits likelier.
      if (byte < 250 && number.length < digits) number += String(byte % 10)
    }
  }
  return number
}

/** What the record keeps, and what a number sent by the device is compared with. Spaces a person typed do not matter. */
export function countersignDigest(context: Pick<Context, 'digest'>, deviceId: string, number: string): Awaitable<string> {
  return context.digest('countersign', `${deviceId} ${number.replace(/\D/g, '').slice(0, 8)}`)
}
