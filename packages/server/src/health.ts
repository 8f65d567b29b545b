/**
 * What whoever runs the server may ask it (Kubernetes, a load balancer): `/healthz`, whether it lives, and `/readyz`, whether it can do its work.
 * Invariant: readyz says what is true now; it asks the store every time, and says no as soon as the server is on its way out.
 */
import type { Store } from '@countersign/authority'
import type { Exchange, Handle, Reply } from '@countersign/protocol'

export interface Health {
  /** The two paths in front of everything else. */
  around(handle: Handle): Handle
  /** From then on the server is not ready any more: nobody new is sent here, whoever comes is still answered. */
  drain(): void
}

const PATIENCE_MS = 2000

/** `started`: whether there is an authority to ask yet. */
export function health(store: Pick<Store, 'read'>, started: () => boolean): Health {
  let draining = false
  async function ready(): Promise<Reply> {
    if (draining) return answer(503, 'draining')
    if (!started()) return answer(503, 'starting')
    return (await answersInTime(store)) ? answer(200, 'ready') : answer(503, 'store_unavailable')
  }
  async function tell({ path, method }: Exchange): Promise<Reply> {
    if (method !== 'GET') return { ...answer(405, 'use GET'), headers: { ...HEADERS, allow: 'GET' } }
    return path === '/healthz' ? answer(200, 'alive') : ready()
  }
  return {
    around: (handle) => (exchange) => (exchange.path === '/healthz' || exchange.path === '/readyz' ? tell(exchange) : handle(exchange)),
    drain: () => {
      draining = true
    },
  }
}

/** A store that hangs is as good as none. */
async function answersInTime(store: Pick<Store, 'read'>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), PATIENCE_MS)
  })
  try {
    return await Promise.race([Promise.resolve(store.read('server', 'health')).then(() => true), late])
  } catch {
    return false
  } finally {
    clearTimeout(timer)
  }
}

const HEADERS = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' } as const

function answer(status: number, body: string): Reply {
  return { status, headers: HEADERS, body: `${body}\n` }
}
