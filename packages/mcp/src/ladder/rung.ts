/**
 * The display ladder: how a person can be shown something by this peer, best first.
 * Invariant: nothing is sent that the peer has not declared; what it has not declared is done with the text of a tool result.
 */
import { isObject } from '../wire/message.ts'

/** A link that the host opens after asking; a message with a form; the text of a tool result, which the model reads and passes on. */
export type Rung = 'url' | 'form' | 'text'

/** `legacy`: up to 2025-11-25, with a handshake and requests from the server. `modern`: 2026-07-28, stateless, with `input_required`. */
export type Era = 'legacy' | 'modern'

export interface Elicitation {
  readonly url: boolean
  readonly form: boolean
}

/** What `capabilities` of a client say about elicitation: of the `initialize` request, or of a modern request's own envelope. */
export function readElicitation(capabilities: unknown): Elicitation {
  const declared = memberOf(capabilities, 'elicitation')
  if (!isObject(declared)) return { url: false, form: false }
  const url = isObject(declared['url'])
  // MCP elicitation, capabilities: an empty object means form mode only.
  return { url, form: isObject(declared['form']) || !url }
}

export function rungFor({ url, form }: Elicitation): Rung {
  if (url) return 'url'
  return form ? 'form' : 'text'
}

function memberOf(value: unknown, name: string): unknown {
  return isObject(value) ? value[name] : undefined
}
