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
  return (event) => {
    // A line for every poll would bury all the others.
    if (event.type === 'device.polled') return
    const { type, ...about } = event
    const time = new Date(clock.now()).toISOString()
    const details = Object.entries(about).flatMap(([name, value]) => (value === undefined ? [] : [[name, plain(name, value)] as const]))
    if (format === 'json') write(JSON.stringify({ time, type, ...Object.fromEntries(details) }))
    else write([time, type, ...details.map(([name, value]) => `${name}=${quoted(String(value))}`)].join(' '))
  }
}

function plain(name: string, value: unknown): string | number | boolean {
  if (name === 'cause') return plainLine(value instanceof Error ? `${value.name}: ${value.message}` : String(value))
  return typeof value === 'number' || typeof value === 'boolean' ? value : plainLine(String(value))
}

function quoted(text: string): string {
  return /^[\w.:@/+-]+$/.test(text) ? text : JSON.stringify(text)
}
