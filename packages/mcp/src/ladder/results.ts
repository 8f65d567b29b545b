/** Results of `tools/call` that are made here, as plain values. */
import type { ElicitationParameters } from './elicitation.ts'
import type { Era } from './rung.ts'

export type ToolResult = Readonly<Record<string, unknown>>

/** The tool has not run, and why. As an error, so that nobody takes it for what the tool has to say. */
export function notRun(era: Era, text: string): ToolResult {
  return { ...complete(era), content: [{ type: 'text', text }], isError: true }
}

export function done(era: Era, text: string): ToolResult {
  return { ...complete(era), content: [{ type: 'text', text }] }
}

/** MCP multi round-trip requests: the client asks the person, and calls again with the answer and the state. */
export function inputRequired(key: string, parameters: ElicitationParameters, requestState: string): ToolResult {
  return { resultType: 'input_required', inputRequests: { [key]: { method: 'elicitation/create', params: parameters } }, requestState }
}

function complete(era: Era): { readonly resultType?: 'complete' } {
  return era === 'modern' ? { resultType: 'complete' } : {}
}
