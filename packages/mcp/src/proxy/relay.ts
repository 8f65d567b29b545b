/** One request of the host, told to the server in the words of its era, and answered in those of the host's. */
import type { Sleep } from '@countersign/protocol'
import type { HostIdentity } from '../wire/era.ts'
import { type Message, type Outcome, type Request, requestText } from '../wire/message.ts'
import { onOneLine } from '../wire/lines.ts'
import { callModernServer } from './bridge/to-modern-server.ts'
import { type LegacyBridge, refuse } from './bridge/to-legacy-server.ts'
import type { HostSide } from '../host/host-side.ts'
import type { Remote } from './remote.ts'

export interface Relayed {
  readonly outcome: Outcome
  /** The response as the server wrote it, when it may go to the host as it is; empty otherwise. */
  readonly text: string
}

export interface RelayParts {
  readonly remote: Remote
  readonly hostSide: HostSide
  readonly bridge: LegacyBridge
  readonly sleep: Sleep
  readonly logLevel: () => string | undefined
}

/**
 * @param text the host's own message, which goes on as it is when both sides speak the same era
 * @throws what `Remote.request` throws
 */
export async function relay(
  parts: RelayParts,
  request: Request,
  text: string | undefined,
  host: HostIdentity,
  signal: AbortSignal,
): Promise<Relayed> {
  const { remote, hostSide, bridge } = parts
  const server = await remote.connect()
  const notify = (message: Message, raw: string) => passOn(hostSide, request, host, message, raw)
  if (server.era !== host.era) {
    const outcome =
      server.era === 'modern'
        ? await callModernServer(request, { ...parts, host, logLevel: parts.logLevel(), signal, onMessage: notify })
        : await bridge.call(request, host, server, notify, signal)
    return { outcome, text: '' }
  }
  const { id, method, params } = request
  const sent = text ?? requestText(id, method, params)
  const answered = await remote.request(
    () => ({ id, method, params, text: sent }),
    (message, raw) => {
      // A modern server has no questions but those in its result.
      if (message.kind === 'request' && host.era === 'modern') void refuse(remote, message)
      else notify(message, raw)
    },
    signal,
  )
  return { outcome: answered.response.outcome, text: answered.text }
}

function passOn(hostSide: HostSide, { params }: Request, host: HostIdentity, message: Message, raw: string): void {
  // MCP 2026-07-28, logging: only what the request asked for, and nothing when it did not ask.
  const unasked =
    host.era === 'modern' && message.kind === 'notification' && message.method === 'notifications/message' && !asksForLogs(params)
  const legacyOnly = host.era === 'modern' && message.kind === 'notification' && message.method === 'notifications/elicitation/complete'
  // A line break between the tokens of JSON must not become the end of a message, and what follows it another one.
  if (message.kind !== 'response' && !unasked && !legacyOnly) hostSide.write(onOneLine(raw))
}

function asksForLogs({ _meta }: Request['params']): boolean {
  return typeof _meta === 'object' && _meta !== null && 'io.modelcontextprotocol/logLevel' in _meta
}
