/**
 * Events as lines of a log: one line each, as text or as JSON.
 * Invariant: nothing but what the event type names is written, on one line, without control characters; events carry no secret.
 */
import type { AuthorityEvent, Events } from '@countersign/authority'
import { plainLine } from '@countersign/node'
import type { Clock } from '@countersign/protocol'
import type { LogFormat } from './configuration/keys.ts'
import type { NoticeFailure } from './notices/delivery.ts'
import type { Anomaly } from './telemetry/anomalies.ts'

/** What a server tells besides what its authority tells. */
export type ServerEvent =
  | AuthorityEvent
  | { readonly type: 'store.sweep_failed'; readonly cause: unknown }
  | { readonly type: 'configuration.reloaded' }
  | { readonly type: 'configuration.not_reloaded'; readonly cause: unknown }
  | ({ readonly type: 'anomaly.noticed' } & Anomaly)
  | { readonly type: 'risk.reduced'; readonly what: string }
  | { readonly type: 'places.reloaded' }
  | { readonly type: 'places.not_reloaded'; readonly cause: unknown }
  | ({ readonly type: 'notice.failed' } & NoticeFailure)

export type ServerEvents = (event: ServerEvent) => void

/** Writes each event as one line; `write` gets it without its line break. */
export function logEvents(format: LogFormat, clock: Clock, write: (line: string) => void): Events & ServerEvents {
  if (format === 'off') return () => undefined
  const timeOf = remembered((now: number) => new Date(now).toISOString())
  return (event) => {
    // A line for every poll would bury all the others.
    if (event.type === 'device.polled') return
    const time = timeOf(clock.now())
    write(format === 'json' ? jsonLine(time, event) : textLine(time, event))
  }
}

function textLine(time: string, event: ServerEvent): string {
  let line = `${time} ${event.type}`
  for (const name of Object.keys(event)) {
    const value: unknown = event[name as keyof ServerEvent]
    if (name !== 'type' && value !== undefined) line += ` ${name}=${quoted(name, value)}`
  }
  return line
}

function jsonLine(time: string, { type, ...about }: ServerEvent): string {
  const details = Object.entries(about).flatMap(([name, value]) => (value === undefined ? [] : [[name, plain(name, value)] as const]))
  return JSON.stringify({ time, type, ...Object.fromEntries(details) })
}

/** Many lines are of one millisecond. */
function remembered<Value>(of: (now: number) => Value): (now: number) => Value {
  let last: { readonly now: number; readonly value: Value } | undefined
  return (now) => (last?.now === now ? last : (last = { now, value: of(now) })).value
}

function plain(name: string, value: unknown): string | number | boolean {
  if (name === 'cause') return plainLine(value instanceof Error ? `${value.name}: ${value.message}` : String(value))
  return typeof value === 'number' || typeof value === 'boolean' ? value : plainLine(String(value))
}

const SIMPLE = /^[\w.:@/+-]+$/

function quoted(name: string, value: unknown): string {
  // Most values are simple, and then nothing in them has to be made plain.
  if (typeof value === 'string' && SIMPLE.test(value)) return value
  const text = String(plain(name, value))
  return SIMPLE.test(text) ? text : JSON.stringify(text)
}
