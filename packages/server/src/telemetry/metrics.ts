/**
 * Numbers for Prometheus and everything that reads its format: every event counted, every request timed.
 * Invariant: no label holds a secret or an address, and none takes more than a bounded number of values, whatever strangers send.
 */
import type { Handle, Reply } from '@countersign/protocol'
import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client'
import type { ServerEvent } from '../event-log.ts'

export interface Metrics {
  count(event: ServerEvent): void
  /** The same, with every answer timed. */
  timed(handle: Handle): Handle
  /** The page that a scraper reads. */
  page(): Promise<Reply>
}

/** More clients than this share one label: whoever registers clients or makes up documents must not fill the memory of a scraper. */
const CLIENTS = 100
/** Seconds: from an answer out of memory to one that waited for a store far away. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5]

export function openMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const events = new Counter({
    name: 'countersign_events_total',
    help: 'What happened, by type, client and outcome.',
    labelNames: ['type', 'client', 'outcome'] as const,
    registers: [registry],
  })
  const requests = new Histogram({
    name: 'countersign_request_duration_seconds',
    help: 'From the whole request to the whole answer.',
    labelNames: ['endpoint', 'status'] as const,
    buckets: BUCKETS,
    registers: [registry],
  })
  const client = bounded(CLIENTS)
  const endpoint = bounded(CLIENTS)
  return {
    count: (event) =>
      events.inc({ type: event.type, client: client('clientId' in event ? event.clientId : undefined), outcome: outcomeOf(event) }),
    timed: (handle) => async (exchange) => {
      const end = requests.startTimer()
      const reply = await handle(exchange)
      // A path that is none would let a stranger choose the label.
      end({ endpoint: reply.status === 404 ? 'none' : endpoint(exchange.path), status: String(reply.status) })
      return reply
    },
    page: async () => ({
      status: 200,
      headers: { 'content-type': registry.contentType, 'cache-control': 'no-store' },
      body: await registry.metrics(),
    }),
  }
}

/** The member of an event that says how it went; each has few values, and all of them are ours. */
function outcomeOf(event: ServerEvent): string {
  for (const name of ['outcome', 'why', 'limit', 'what', 'anomaly', 'via'] as const) {
    const value = (event as Partial<Record<typeof name, unknown>>)[name]
    if (typeof value === 'string' && /^[a-z_]{1,40}$/.test(value)) return value
  }
  return ''
}

function bounded(most: number): (value: string | undefined) => string {
  const seen = new Set<string>()
  return (value = '') => {
    if (!seen.has(value) && seen.size >= most) return 'other'
    seen.add(value)
    return value
  }
}
