/** Probes the reference server on a clock that moves only when the probe waits. */
import { type ProbeOptions, probe } from '../../src/probe/probe.ts'
import type { Defect } from './reference/defects.ts'
import { PERSON, startReference } from './reference/reference-server.ts'

function slidingTime() {
  let now = Date.UTC(2026, 10, 21)
  return {
    clock: { now: () => now },
    sleep: async (milliseconds: number) => {
      now += milliseconds
    },
  }
}

const PROBE_CLIENTS = {
  a: { id: 'client-a', scope: 'read write' },
  b: { id: 'client-b', scope: 'read' },
  n: { id: 'client-n' },
  k: { id: 'client-k', secret: 'k-secret', scope: 'read' },
}

export interface Differences extends Partial<ProbeOptions> {
  readonly defect?: Defect | undefined
  readonly tls?: { readonly key: string; readonly cert: string } | undefined
}

export async function probeReference({ defect, tls, ...more }: Differences = {}) {
  const time = slidingTime()
  const server = await startReference({ clock: time.clock, defect, tls })
  const options = { address: server.issuer, clients: PROBE_CLIENTS, approver: { credentials: PERSON }, race: true, guess: true, ...time }
  try {
    return { ...(await probe({ ...options, ca: tls?.cert, ...more })), issuer: server.issuer }
  } finally {
    await server.close()
  }
}
