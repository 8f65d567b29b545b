/** What becomes of an event: a line of the log, a number for Prometheus where it is asked for, and a part of what anomalies are seen in. */
import { createHttpServer } from '@countersign/node/http'
import { type Clock, type Exchange, type Handle, OAuthError, type Reply } from '@countersign/protocol'
import type { Configuration } from '../configuration/configuration.ts'
import { urlHost } from '../configuration/keys.ts'
import type { ServerEvents } from '../event-log.ts'
import { watchAnomalies } from './anomalies.ts'
import type { Metrics } from './metrics.ts'

export interface Telemetry {
  readonly events: ServerEvents
  /** Where the metrics are. */
  readonly url: string | undefined
  timed(handle: Handle): Handle
  close(): Promise<void>
}

/** @throws CountersignError `configuration_invalid` when the metrics cannot be where they shall be */
export async function openTelemetry({ metrics: place, alerts }: Configuration, clock: Clock, log: ServerEvents): Promise<Telemetry> {
  // Loaded when it is asked for only: a server that starts quickly has no need of it.
  const metrics = place === undefined ? undefined : (await import('./metrics.ts')).openMetrics()
  const tell: ServerEvents = (event) => {
    log(event)
    metrics?.count(event)
  }
  const watch = watchAnomalies(clock, (anomaly) => tell({ type: 'anomaly.noticed', ...anomaly }), alerts)
  const events: ServerEvents = (event) => {
    tell(event)
    watch(event)
  }
  if (metrics === undefined || place === undefined)
    return { events, url: undefined, timed: (handle) => handle, close: async () => undefined }
  const http = createHttpServer((exchange) => pageAt(exchange, metrics), {
    onError: (cause) => events({ type: 'request.failed', endpoint: 'metrics', cause }),
  })
  const { port } = await http.listen(place.port, place.host)
  return {
    events,
    url: `http://${urlHost(place.host)}:${port}/metrics`,
    timed: (handle) => metrics.timed(handle),
    close: () => http.close(0),
  }
}

async function pageAt({ method, path }: Exchange, metrics: Metrics): Promise<Reply> {
  if (method !== 'GET' || path !== '/metrics') throw new OAuthError('invalid_request', 'GET /metrics', { status: 404 })
  return metrics.page()
}
