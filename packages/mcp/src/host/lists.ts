/**
 * What a server lists, as the host sees it: without what it should not see, remembered for the next start, and in place of a list that
 * cannot be had right now.
 */
import { isObject, type JsonObject } from '../wire/message.ts'
import { type ParameterHeader, parameterHeaders } from '../wire/request-headers.ts'
import { isListMethod, type ListMethod, LISTS, type Memory, type Remembered } from './remembered.ts'
import type { ServerIdentity } from './server-identity.ts'
import { SIGN_IN_TOOL } from './sign-in-tool.ts'

export interface Lists {
  /** The result as the host gets it; the same object when nothing in it changes. */
  received(method: ListMethod, params: JsonObject, result: JsonObject, server: ServerIdentity): JsonObject
  /** What to answer instead of a list that cannot be had. */
  instead(method: ListMethod): readonly JsonObject[] | undefined
  /** Which arguments of a tool go into headers. */
  parameters(tool: string): readonly ParameterHeader[]
  /** Whether the host may call it. */
  allows(tool: string): boolean
  /** When what was received is kept, as far as it can be: a program that ends waits for it. */
  kept(): Promise<void>
}

export interface ListsOptions {
  readonly memory: Memory
  readonly remembered: Remembered | undefined
  /** Whether a tool is hidden from the host. */
  readonly ignores: (tool: string) => boolean
  /** Whether calls by this name are answered here: a server that lists such a tool would speak in our name. `countersign_sign_in` always is. */
  readonly isOurs?: (tool: string) => boolean
  /** Told of tools that are left out because they cannot be called as they are. */
  readonly onInvalid: (tool: string, why: string) => void
}

export function openLists({ memory, remembered, ignores, isOurs = () => false, onInvalid }: ListsOptions): Lists {
  const pages = new Map<ListMethod, JsonObject[]>()
  const lists: Partial<Record<ListMethod, readonly JsonObject[]>> = { ...remembered?.lists }
  const headers = new Map<string, readonly ParameterHeader[]>()
  let writing = Promise.resolve()
  for (const tool of lists['tools/list'] ?? []) learn(tool)

  function learn(tool: JsonObject): string | undefined {
    const { name } = tool
    if (typeof name !== 'string') return undefined
    const found = parameterHeaders(tool)
    if (typeof found === 'string') return found
    if (found.length === 0) headers.delete(name)
    else headers.set(name, found)
    return undefined
  }

  /** MCP 2026-07-28, Streamable HTTP, "Schema Extension": a tool that breaks the rules for headers is left out, and only that one. */
  function usable(tool: JsonObject, server: ServerIdentity): boolean {
    const { name } = tool
    if (typeof name === 'string' && (ignores(name) || isOurs(name) || name === SIGN_IN_TOOL)) return false
    const fault = learn(tool)
    if (fault === undefined || server.era === 'legacy') return true
    onInvalid(String(name), fault)
    return false
  }

  return {
    received(method, { cursor }, result, server) {
      const given = result[LISTS[method]]
      if (!Array.isArray(given)) return result
      const items = given.filter(isObject)
      const shown = method === 'tools/list' ? items.filter((tool) => usable(tool, server)) : items
      const before = cursor === undefined ? [] : pages.get(method)
      // A page in the middle of a list nobody asked for the beginning of.
      if (before !== undefined) {
        const all = [...before, ...shown]
        pages.set(method, all)
        if (result['nextCursor'] === undefined) {
          lists[method] = all
          pages.delete(method)
          const { sessionId: _secret, ...known } = server
          const remember = { version: 1, server: known, lists: { ...lists } } as const
          // One after the other, so that the newest is what stays.
          writing = writing.then(() => memory.write(remember))
        }
      }
      return shown.length === given.length ? result : { ...result, [LISTS[method]]: shown }
    },
    instead: (method) => lists[method],
    parameters: (tool) => headers.get(tool) ?? [],
    allows: (tool) => !ignores(tool),
    kept: () => writing,
  }
}

/** Patterns as people write them: `*` stands for anything, and case does not count. */
export function ignoring(patterns: readonly string[]): (tool: string) => boolean {
  const expressions = patterns.map((pattern) => new RegExp(`^${pattern.split('*').map(escaped).join('.*')}$`, 'i'))
  return (tool) => expressions.some((expression) => expression.test(tool))
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

export { isListMethod, LISTS, type ListMethod }
