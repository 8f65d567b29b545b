/**
 * What a device hears while it waits, and how often it may ask (RFC 8628 section 3.5): authorization_pending, or slow_down.
 * Pacing has keys of its own in the store, so a poll never writes the record and can undo no decision.
 */
import {
  type Awaitable,
  type DeviceAuthorization,
  errorBody,
  intervalAfter,
  nextPollFrom,
  type Reply,
  whenKnown,
} from '@countersign/protocol'
import type { Context } from '../context.ts'
import type { Versioned } from '../records/records.ts'
import { json } from '../requests/replies.ts'

// RFC 8628 section 3.5 with RFC 6749 section 5.2: the polling answers are errors with status 400, but nothing has gone wrong.
const WAITING = {
  authorization_pending: json(errorBody('authorization_pending'), 400),
  // Approved, and the second word has yet to come (docs/countersign.md): asking for it is a poll like any other.
  countersign_required: json(errorBody('countersign_required'), 400),
} as const

/** How often this device was told to slow down. */
export function slowDownsOf({ clock, store }: Context, id: string): Awaitable<number> {
  return store.count(`${id}:slow`, clock.now(), 0)
}

/** The given answer to a poll that is on time, slow_down to one that is early. */
export function pacedReply(
  context: Context,
  { id, value }: Versioned<'device'>,
  slowDowns: number,
  answer: keyof typeof WAITING,
): Awaitable<Reply> {
  const { clock, settings, store } = context
  // The first poll is free; a poll that is on time moves the window, an early one does not.
  return whenKnown(store.once(`${id}:pace`, nextPollFrom(settings.pace, slowDowns, clock.now())), (isOnTime) => {
    if (!isOnTime) return slowedDown(context, id, value)
    context.events({ type: 'device.polled', clientId: value.clientId, outcome: answer })
    return WAITING[answer]
  })
}

async function slowedDown({ events, settings, store }: Context, id: string, { clientId, expiresAt }: DeviceAuthorization): Promise<Reply> {
  const interval = intervalAfter(settings.pace, await store.count(`${id}:slow`, expiresAt, 1))
  events({ type: 'device.slowed_down', clientId, authorization: id.slice(0, 8), interval })
  return json(errorBody('slow_down', interval), 400)
}
