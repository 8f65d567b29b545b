/**
 * What is said on the agent's socket: one JSON object on a line for a question, one for its answer, in turn.
 * Invariant: a message has a length that was agreed on, and nothing of it is repeated in an error.
 */
import type { Socket } from 'node:net'
import type { AuthorizationRequest } from '@countersign/client'
import { CountersignError, type CountersignErrorCode } from '@countersign/protocol'
import type { Failure } from '../output.ts'
import type { Which } from '../sign-ins/token-source.ts'

export type Question =
  | { readonly do: 'token'; readonly which: Which; readonly rejected?: string }
  | { readonly do: 'authorize'; readonly which: Which; readonly request: Omit<AuthorizationRequest, 'signal'> }

export type Answer = { readonly ok: object } | { readonly error: Failure }

/** Bytes. Addresses and tokens are far shorter. */
const LONGEST_MESSAGE = 65_536

/** One message a line. @throws CountersignError `invalid_response` when one is too long */
export async function* messagesFrom(socket: Socket): AsyncGenerator<string> {
  let kept: Buffer = Buffer.alloc(0)
  // The reader may still want to say why it reads no further.
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    kept = Buffer.concat([kept, chunk as Buffer])
    for (let end = kept.indexOf(10); end !== -1; end = kept.indexOf(10)) {
      if (end > LONGEST_MESSAGE) throw tooLong()
      yield kept.subarray(0, end).toString('utf8')
      kept = kept.subarray(end + 1)
    }
    if (kept.length > LONGEST_MESSAGE) throw tooLong()
  }
}

export function send(socket: Socket, message: Question | Answer): void {
  socket.write(`${JSON.stringify(message)}\n`)
}

/** @throws CountersignError `usage` for anything that is no question */
export function questionIn(text: string): Question {
  const message = objectIn(text)
  const which = objectOf(message['which'])
  const { url, profile, issuer, clientId } = which
  const texts = (values: readonly unknown[]) => values.every((value) => value === undefined || typeof value === 'string')
  if (typeof url !== 'string' || typeof profile !== 'string' || !texts([issuer, clientId])) throw noQuestion()
  const meant = { url, profile, ...(issuer === undefined ? {} : { issuer }), ...(clientId === undefined ? {} : { clientId }) } as Which
  if (message['do'] === 'token') {
    const { rejected } = message
    if (!texts([rejected])) throw noQuestion()
    return { do: 'token', which: meant, ...(rejected === undefined ? {} : { rejected: rejected as string }) }
  }
  const { method, url: target, nonce, rejected } = objectOf(message['request'])
  if (message['do'] !== 'authorize' || typeof method !== 'string' || typeof target !== 'string') throw noQuestion()
  if (!texts([nonce, rejected])) throw noQuestion()
  const more = { nonce: nonce as string | undefined, rejected: rejected as string | undefined }
  return { do: 'authorize', which: meant, request: { method, url: target, ...more } }
}

/** What the agent gave. @throws CountersignError what the agent met, or `invalid_response` */
export function givenIn(text: string): object {
  const { ok, error } = objectIn(text)
  if (typeof ok === 'object' && ok !== null) return ok
  const { code, message, hint } = objectOf(error)
  if (typeof code !== 'string' || typeof message !== 'string') throw new CountersignError('invalid_response', 'the agent gave no answer')
  throw new CountersignError(code as CountersignErrorCode, message, typeof hint === 'string' ? { hint } : {})
}

function objectIn(text: string): Record<string, unknown> {
  try {
    return objectOf(JSON.parse(text))
  } catch {
    return {}
  }
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

function noQuestion(): CountersignError {
  return new CountersignError('usage', 'that is no question for the agent')
}

function tooLong(): CountersignError {
  return new CountersignError('invalid_response', `a message is longer than ${LONGEST_MESSAGE} bytes`)
}
