/**
 * Hearing about changes from the server, in its own way: from a legacy server they come by themselves, but for single resources, which are
 * subscribed to; at a modern one a stream is kept open for all that anybody wants to hear.
 */
import type { Sleep } from '@countersign/protocol'
import { type HostIdentity, withEnvelope } from '../wire/era.ts'
import { isChange, type Filter } from '../host/listening.ts'
import { ownRequest, type Remote } from './remote.ts'
import type { ServerIdentity } from '../host/server-identity.ts'

export interface ServerChanges {
  /** Call whenever there is a new connection, or something else is wanted. */
  update(server: ServerIdentity, wanted: Filter): void
  stop(): void
}

export function serverChanges(
  remote: Remote,
  sleep: Sleep,
  host: () => HostIdentity,
  onChange: (method: string, params: Readonly<Record<string, unknown>>) => void,
): ServerChanges {
  let stream: { readonly about: string; readonly stop: AbortController } | undefined
  let subscribed: { readonly server: ServerIdentity; readonly uris: readonly string[] } | undefined

  async function listen(filter: Filter, signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted && failures < 5; failures++) {
      const id = remote.nextId()
      const params = withEnvelope({ notifications: wire(filter) }, host())
      await remote
        .request(
          () => ownRequest(id, 'subscriptions/listen', params),
          (message) => {
            failures = -1
            if (message.kind === 'notification' && isChange(message.method)) onChange(message.method, message.params)
          },
          signal,
        )
        .catch(() => undefined)
      await sleep(1000 * 2 ** Math.max(0, failures), signal).catch(() => undefined)
    }
  }

  function subscribe(server: ServerIdentity, uris: readonly string[]): void {
    const before = subscribed?.server === server ? subscribed.uris : []
    subscribed = { server, uris }
    const tell = (method: string, uri: string) =>
      void remote
        .request(
          () => ownRequest(remote.nextId(), method, { uri }),
          () => undefined,
          AbortSignal.timeout(30_000),
        )
        .catch(() => undefined)
    for (const uri of uris) if (!before.includes(uri)) tell('resources/subscribe', uri)
    for (const uri of before) if (!uris.includes(uri)) tell('resources/unsubscribe', uri)
  }

  return {
    update(server, wanted) {
      if (server.era === 'legacy') {
        stream?.stop.abort()
        stream = undefined
        if (host().era === 'modern') subscribe(server, wanted.resourceSubscriptions)
        return
      }
      const about = JSON.stringify(wanted)
      const nothing = Object.values(wanted).every((each) => each === false || (Array.isArray(each) && each.length === 0))
      if (stream?.about === about) return
      stream?.stop.abort()
      stream = nothing ? undefined : { about, stop: new AbortController() }
      if (stream !== undefined) void listen(wanted, stream.stop.signal)
    },
    stop: () => stream?.stop.abort(),
  }
}

function wire({ resourceSubscriptions, ...flags }: Filter): Readonly<Record<string, unknown>> {
  return {
    ...Object.fromEntries(Object.entries(flags).filter(([, on]) => on)),
    ...(resourceSubscriptions.length === 0 ? {} : { resourceSubscriptions }),
  }
}
