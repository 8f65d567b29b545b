/**
 * The record of an authorization request and its code. Two secrets lead to it and neither is stored: the request id that the deciding
 * browser carries, and the code that the client gets. The code is a MAC of the request id, so it exists before anybody approved,
 * but nobody outside can make it; the row is named by a digest of the code.
 */
import {
  type AuthorizationCode,
  type AuthorizationCodeEvent,
  type AuthorizationRequest,
  type PendingCode,
  stepCode,
} from '@countersign/protocol'
import { randomText } from '@countersign/proof'
import type { Context } from '../context.ts'
import { change, readRecord, type Versioned } from './records.ts'

/** For signing in and deciding. */
const REQUEST_LIFE_MS = 600_000

/** Keeps a checked request until it is decided by somebody who signed in since then; tells its id. */
export async function openRequest(
  context: Context,
  request: AuthorizationRequest,
  signedInSince: PendingCode['signedInSince'],
): Promise<string> {
  const { clock, settings, store, suite } = context
  // RFC 6749 section 10.10 wants 2^-160 or less to guess; 32 bytes are 2^-256.
  const requestId = randomText(suite, 32)
  const now = clock.now()
  const value: PendingCode = { state: 'pending', request, createdAt: now, expiresAt: now + REQUEST_LIFE_MS, signedInSince }
  const id = await rowOf(context, await codeOf(context, requestId))
  await store.insert({ kind: 'code', id, value, expiresAt: value.expiresAt + settings.afterlife * 1000 })
  context.events({ type: 'authorization.opened', clientId: request.clientId, authorization: id.slice(0, 8) })
  return requestId
}

/** The code of a request; worth nothing before somebody approves. */
export async function codeOf({ digest }: Pick<Context, 'digest'>, requestId: string): Promise<string> {
  return digest('authorization_code', requestId)
}

export async function findRequest(context: Context, requestId: string): Promise<Versioned<'code'> | undefined> {
  return findCode(context, await codeOf(context, requestId))
}

export async function findCode(context: Context, code: string): Promise<Versioned<'code'> | undefined> {
  return readRecord(context.store, 'code', await rowOf(context, code))
}

/** Applies a decision; the record as it is afterwards, or `undefined` when it changed nothing. */
export function applyToCode(
  context: Context,
  found: Versioned<'code'>,
  event: Exclude<AuthorizationCodeEvent, { type: 'redeem' }>,
): Promise<AuthorizationCode | undefined> {
  const { clock, settings, store } = context
  const apply = (record: AuthorizationCode | undefined) => {
    const result = record && stepCode(record, event, clock.now())
    if (result?.outcome !== 'changed') return { answer: undefined }
    // It outlives the code, so that a replay is still known as one.
    return { swapIn: result.record, expiresAt: result.record.expiresAt + settings.afterlife * 1000, answer: result.record }
  }
  return change(store, 'code', found.id, apply, found)
}

async function rowOf({ digest }: Pick<Context, 'digest'>, code: string): Promise<string> {
  return digest('authorization_code_row', code)
}
