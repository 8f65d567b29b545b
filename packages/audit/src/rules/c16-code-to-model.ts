import { hasWord, spokenIn, spotsWhere } from '../facts/spots.ts'
import type { Func, Node } from '../neutral/tree.ts'
import { lastWord, nodesIn, nodesOf, pathOf, wordOf } from '../neutral/walk.ts'
import { perClient, type Rule, satisfies, violates } from './rule.ts'

export const codeToModel: Rule = {
  id: 'DF-C16',
  title: 'The device code or a token passes through the model',
  severity: 'high',
  confidence: 'medium',
  axis: 'storage',
  side: 'client',
  sources: ['RFC 8628 section 5.2', 'CWE-200'],
  fix: 'Keep the device code in the server and give the model only the URI and the user code; redeem by a handle, or by nothing at all.',
  check: perClient(({ root, scope }) => {
    const tools = scope.filter((func) => isTool(func))
    const taken = spotsWhere(tools, (node) => takesCode(node))
    const given = spotsWhere(tools, (node, func) => givesCode(node, func))
    const [spot] = [...taken, ...given]
    if (spot !== undefined)
      return violates(
        root,
        taken.length > 0
          ? 'A device code is taken from the arguments of a tool call, which the model writes.'
          : 'The result of a tool holds the device code or a token.',
        { spot, searched: ['a handle that stays in the server', 'a result with the URI and the user code alone'] },
      )
    return tools.length > 0 ? satisfies(root, 'Tools give the model the URI and the user code, nothing else.') : undefined
  }),
}

/** A function of an MCP tool: by how it is registered, or by what it returns. */
function isTool(func: Func): boolean {
  if (/tool|mcp/i.test(func.file.path) && /tool|login|auth|handler|execute|call/i.test(func.name + func.owner)) return true
  return (
    nodesIn(func).some(
      (node) => node.kind === 'call' && /^(?:register_?tool|add_?tool|tool|new_?tool|set_request_handler)$/.test(lastWord(node.callee)),
    ) ||
    nodesIn(func).some(
      (node) =>
        node.kind === 'object' && node.entries.some(({ key }) => key === 'content') && node.entries.some(({ key }) => key === 'isError'),
    )
  )
}

/** `args.device_code`, or a schema that asks for one. */
function takesCode(node: Node): boolean {
  if (node.kind === 'field' && wordOf(node.name) === 'device_code')
    return (
      /^(?:args?|arguments|params?|input|kwargs|request_params)$/.test(lastWord(node.base)) ||
      /arguments|args$/.test(pathOf(node.base).join('.'))
    )
  if (node.kind !== 'object') return false
  return node.entries.some(
    ({ key, value }) =>
      (key === 'properties' || key === 'inputSchema' || key === 'parameters') &&
      [...nodesOf([value])].some(
        (each) => each.kind === 'object' && each.entries.some((entry) => wordOf(entry.key ?? '') === 'device_code'),
      ),
  )
}

function givesCode(node: Node, _func: Func): boolean {
  if (node.kind !== 'return' || node.value === undefined) return false
  const content = [...nodesOf([node.value])].some(
    (each) => each.kind === 'object' && each.entries.some(({ key }) => key === 'content' || key === 'text'),
  )
  return content && hasWord(spokenIn([node.value]), /^(?:device_code|access_token|refresh_token)$/)
}
