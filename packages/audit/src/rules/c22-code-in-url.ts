import { spotsWhere } from '../facts/spots.ts'
import { isNetwork } from '../flow/effects.ts'
import type { Call, Func, Node, Obj } from '../neutral/tree.ts'
import { lastWord, nodesIn, nodesOf, pathOf } from '../neutral/walk.ts'
import { type Judgement, type Rule, violates } from './rule.ts'

export const codeInUrl: Rule = {
  id: 'DF-C22',
  title: 'A device code or a token stands in a URL',
  severity: 'high',
  confidence: 'medium',
  axis: 'transport',
  side: 'client',
  sources: ['RFC 6749 section 2.3.1', 'RFC 6750 section 5.3', 'CWE-598'],
  fix: 'Send codes and tokens in the body of a POST request, or in the Authorization header.',
  check: ({ clients, server }) => {
    const units = [
      ...clients.map(({ root, scope }) => ({ root, scope })),
      ...(server === undefined ? [] : [{ root: server.root, scope: server.scope }]),
    ]
    return units.flatMap(({ root, scope }): Judgement[] =>
      spotsWhere(scope, (node, func) => isUrlWithSecret(node, func)).map((spot) =>
        violates(root, 'The URL holds a device code or a token: logs, histories and referrers keep it.', {
          spot,
          searched: ['the same value in the body of the request instead'],
        }),
      ),
    )
  },
}

const SECRET = /^(?:device_code|access_token|refresh_token|deviceauth_id)$/

function isUrlWithSecret(node: Node, func: Func): boolean {
  if (node.kind === 'template') return within(node.parts)
  if (node.kind === 'call' && /^(?:sprintf|format|join_path|url_join|join)$/.test(lastWord(node.callee))) {
    const [first, ...others] = node.args.map(({ value }) => value)
    if (first?.kind !== 'text' || !/\/%[sv]|[?&](?:device_code|access_token|token)=%[sv]/.test(first.value) || /\s/.test(first.value))
      return false
    return others.some((value) => (value.kind === 'name' || value.kind === 'field') && SECRET.test(lastWord(value)))
  }
  if (
    node.kind === 'field' &&
    SECRET.test(lastWord(node)) &&
    /^(?:query|query_params|query_string_parameters|search_params)$/.test(lastWord(node.base))
  )
    return true
  if (node.kind === 'call' && isNetwork(node, func))
    return queryOf(node).some((each) => each.entries.some(({ key }) => SECRET.test(key ?? '')))
  if (node.kind === 'binary' && node.op === '+') return within([node.left, node.right]) && !/log|message/i.test(func.name)
  if (node.kind === 'call' && isQueryWithSecret(node, func)) return true
  return (
    node.kind === 'call' &&
    /^(?:set|append|add)$/.test(lastWord(node.callee)) &&
    node.callee.kind === 'field' &&
    /search_params|query/.test(lastWord(node.callee.base)) &&
    node.args[0]?.value.kind === 'text' &&
    (/^(?:device_code|access_token|refresh_token)$/.test(node.args[0].value.value) ||
      (node.args[0].value.value === 'token' && node.args[1] !== undefined && SECRET.test(lastWord(node.args[1].value))))
  )
}

/** What a request is told to put into its URL: `params=` of Python, `{ params: ... }` of axios. */
function queryOf(call: Call): Obj[] {
  const given = call.args.flatMap(({ name, value }) =>
    name === 'params'
      ? [value]
      : value.kind === 'object'
        ? value.entries.flatMap(({ key, computed, value: given }) =>
            key === 'params' || (computed !== undefined && lastWord(computed) === 'params') ? [given] : [],
          )
        : [],
  )
  return given.flatMap((value) => (value.kind === 'object' ? [value] : []))
}

/** `values.Set("state", record.DeviceCode)`, of values that end up behind a question mark. */
function isQueryWithSecret({ callee, args }: Call, func: Func): boolean {
  if (callee.kind !== 'field' || !/^(?:set|append|add)$/.test(lastWord(callee)) || callee.base.kind !== 'name') return false
  if (!args.some(({ value }) => (value.kind === 'name' || value.kind === 'field') && SECRET.test(lastWord(value)))) return false
  const { name } = callee.base
  const encodes = (node: Node): boolean =>
    node.kind === 'call' && /^(?:encode|to_string)$/.test(lastWord(node.callee)) && pathOf(node.callee)[0] === name
  return nodesIn(func).some((node) => {
    if (node.kind === 'assign') return lastWord(node.target) === 'raw_query' && encodes(node.value)
    if (node.kind !== 'binary' || node.op !== '+' || !encodes(node.right)) return false
    return [...nodesOf([node.left])].some((each) => each.kind === 'text' && each.value.endsWith('?'))
  })
}

/** A secret right after `/` or after `?name=`, in something that is a URL. */
function within(parts: readonly Node[]): boolean {
  return parts.some((part, index) => {
    if ((part.kind !== 'name' && part.kind !== 'field') || !SECRET.test(lastWord(part))) return false
    const before = parts[index - 1]
    const text =
      before?.kind === 'text' ? before.value : before?.kind === 'binary' && before.right.kind === 'text' ? before.right.value : ''
    if (/(?:^|[/\w])\/$/.test(text) && !/\s/.test(text)) return true
    if (!/[?&]?(?:device_code|access_token|refresh_token|token)=$/.test(text)) return false
    return parts.slice(0, index).some((each) => each.kind === 'text' && (/\?/.test(each.value) || each.value.startsWith('/')))
  })
}
