/**
 * The names of a device authorization. Two codes lead to one record, and neither is stored. Stores that are spread out keep names together
 * that have one place (`ports/store.ts`), so record and lookup have that of the user code; the device code begins with it, and nothing else
 * has to be known to find the record. It says nothing about the user code to anybody without the key of the digest.
 */
import { type Awaitable, whenKnown } from '@countersign/protocol'
import { randomText } from '@countersign/proof'
import type { Context } from '../context.ts'
import { placeOf } from '../ports/store.ts'

/** What the record is found under by its user code, given as it was drawn. */
export function userCodeLookup({ digest }: Pick<Context, 'digest'>, userCode: string): Awaitable<string> {
  return digest('user_code', userCode)
}

/** A new device code beside a user code. RFC 6749 section 10.10 wants 2^-160 or less to guess; 32 bytes are 2^-256. */
export function drawDeviceCode({ suite }: Pick<Context, 'suite'>, lookup: string): string {
  return placeOf(lookup) + randomText(suite, 32)
}

/** The id of the record. Anything may be presented as a device code; what was never handed out leads nowhere. */
export function deviceRecordId({ digest }: Pick<Context, 'digest'>, deviceCode: string): Awaitable<string> {
  return whenKnown(digest('device_code', deviceCode), (name) => placeOf(deviceCode) + name)
}
