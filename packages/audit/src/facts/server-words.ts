/** What server rules look for: comparisons, predicates of queries, writes. */
import { isStatement } from '../neutral/statement.ts'
import type { Call, Func, Node } from '../neutral/tree.ts'
import { lastName, lastWord, nodesOf, pathOf, wordOf } from '../neutral/walk.ts'
import { hasWord, spokenIn, spotsWhere } from './spots.ts'
import type { Spot } from '../neutral/spot.ts'

const QUERIES =
  /^(?:where|and_where|filter|filter_by|find|find_one|find_first|find_unique|find_by|get|get_or_none|first|select|update|update_many|delete|delete_many|update_one|delete_one|delete_from|eq|and|query_row|query|exec|execute|exec_context|query_row_context|find_one_and_update|find_one_and_delete|consume_one|values|raw|q|match|filter_expression|condition|run|all)$/

/** Whether a node is a part of a query that is bound to a column whose name matches. */
export function isPredicate(node: Node, column: RegExp): boolean {
  if (node.kind !== 'call' || !QUERIES.test(lastWord(node.callee)) || readsRequest(node)) return false
  for (const { name, value } of conditionsOf(node)) {
    if (name !== undefined && column.test(wordOf(name))) return true
    if (value.kind === 'text' && (column.test(wordOf(value.value.split('.').at(-1) ?? '')) || namesColumn(value.value, column))) return true
    for (const each of nodesOf([value])) {
      if (each.kind === 'lambda') break
      if (each.kind === 'text' && namesColumn(each.value, column)) return true
      if (
        each.kind === 'object' &&
        each.entries.some(
          ({ key, value: what }) =>
            column.test(wordOf(key ?? '')) || (key === 'field' && what.kind === 'text' && column.test(wordOf(what.value))),
        )
      )
        return true
      if (each.kind === 'binary' && /^(?:==|!=|<|>|<=|>=)$/.test(each.op) && column.test(lastWord(each.left))) return true
      if (each.kind === 'field' && column.test(lastWord(each)) && /^(?:eq|and|where|gt|lt)$/.test(lastWord(node.callee))) return true
    }
  }
  return false
}

/** Of a write that is handed what to set, only what says where: `update({ where, data })`, `update(id, data)`, `update({ status })`. */
function conditionsOf(call: Call): Call['args'] {
  const word = lastWord(call.callee)
  if (!/^(?:update|update_many|update_one|find_one_and_update|values)$/.test(word)) return call.args
  const wheres = call.args.flatMap(({ value }) =>
    value.kind === 'object' ? value.entries.flatMap((entry) => (entry.key === 'where' ? [{ value: entry.value }] : [])) : [],
  )
  if (wheres.length > 0) return wheres
  if (/^(?:update_one|find_one_and_update)$/.test(word)) return call.args.slice(0, 1)
  return call.args.filter(({ name, value }) => name === undefined && value.kind !== 'object')
}

/** `r.Form.Get("client_id")`, `request.form.get('client_id')`: what somebody sent, not what is kept. */
function readsRequest({ callee }: Call): boolean {
  const path = pathOf(callee).map(wordOf)
  return (
    /^(?:get|query|values|first|match)$/.test(path.at(-1) ?? '') &&
    /^(?:form|form_data|post_form|query|query_params|search_params|params|headers?|cookies|body|json|input|args|req|request|r|c|ctx)$/.test(
      path.at(-2) ?? '',
    )
  )
}

function namesColumn(whole: string, column: RegExp): boolean {
  // Of a whole statement only its condition asks; what it sets or inserts does not.
  const text = isStatement(whole) ? whole.slice(whole.search(/\bwhere\b|$/i)) : whole
  if (!/[=<>?]|\bwhere\b|\bis\b/i.test(text)) return false
  return (text.match(/[A-Za-z_]+/g) ?? []).some((word) => column.test(word.toLowerCase()))
}

/** Comparisons one side of which speaks of something. */
export function comparisons(funcs: Iterable<Func>, ops: RegExp, speaks: (left: Node, right: Node) => boolean): Spot[] {
  return spotsWhere(funcs, (node) => node.kind === 'binary' && ops.test(node.op) && speaks(node.left, node.right))
}

export function speaksOf(node: Node, words: RegExp): boolean {
  return hasWord(spokenIn([node]), words)
}

/** Whether a path such as `stored.client.id` names the client. */
export function namesClient(node: Node): boolean {
  if (node.kind === 'binary' && /^(?:\?\?|\|\|)$/.test(node.op)) return namesClient(node.left)
  const path = pathOf(node).map(wordOf)
  // `item.client_id.S`: DynamoDB names the type of each value.
  if (path.length > 2 && /^(?:S|N)$/.test(lastName(node))) path.pop()
  const last = path.at(-1) ?? ''
  return (
    /(?:^|_)client_?id$|get_client_id/.test(last) || (/^(?:id|get_id|identifier)$/.test(last) && path.some((part) => /client/.test(part)))
  )
}

/** `device.client` in a comparison with the id of a client. */
export function holdsClient(node: Node): boolean {
  return namesClient(node) || (node.kind === 'field' && /^(?:\w+_)?client$|^issued_to$|^azp$/.test(lastWord(node)))
}

/** `form.get('client_id')`, `body.client_id`. */
export function givesClient(node: Node): boolean {
  return namesClient(node) || (node.kind === 'call' && node.args.some(({ value }) => value.kind === 'text' && value.value === 'client_id'))
}

const EXPIRY = /expir|max_expiry|valid_until|valid_to|not_after|ttl|deadline|expires/

/** Looks at the end of a life: a comparison with time, a method that does it, a predicate. */
export function checksExpiry(funcs: Iterable<Func>): Spot[] {
  return spotsWhere(funcs, (node) => {
    if (node.kind === 'binary' && /^[<>]=?$/.test(node.op)) return speaksOf(node, EXPIRY) || isAfterMoment(node.left, node.right)
    if (
      node.kind === 'call' &&
      /^(?:is_?expired|has_expired|expired|is_past|is_valid|is_after|is_before|after|before|validate_expiry|check_expiry|check_expiration)$/.test(
        lastWord(node.callee),
      )
    )
      return /expired|expiry|expiration/.test(lastWord(node.callee)) || speaksOf(node, EXPIRY)
    // `Status.EXPIRED` names a state that somebody has to set.
    if ((node.kind === 'field' || node.kind === 'name') && /^(?:is_)?expired$/.test(lastWord(node)) && !/^[A-Z]+$/.test(node.name))
      return true
    return isPredicate(node, /expir|max_expiry|valid_until/)
  })
}

/** Moments that are about the pace of requests, not about the end of something. */
const PACE = /poll|interval|last|next|seen|asked|attempt|window|reset|retry|lock|limit|wait|early|refill|cool|throttl|since|tried|pause/

/** `clock() > record.gone`: the time of now beside a moment that a record keeps, whatever it calls it. */
function isAfterMoment(left: Node, right: Node): boolean {
  return (isNow(left) && isMoment(right)) || (isNow(right) && isMoment(left))
}

function isNow(node: Node): boolean {
  if (node.kind === 'call') return /^(?:now|clock|now_\w+|current_time\w*|epoch\w*|time|utcnow)$/.test(lastWord(node.callee))
  return node.kind === 'name' && /^(?:now|now_\w+|current_time\w*)$/.test(lastWord(node))
}

function isMoment(node: Node): boolean {
  if (node.kind === 'call') return /^(?:get_time|value_of|unix|timestamp)$/.test(lastWord(node.callee)) && isMoment(baseOf(node.callee))
  if (node.kind === 'binary') return node.op === '+' && (isMoment(node.left) || isMoment(node.right))
  return node.kind === 'field' && !pathOf(node).some((part) => PACE.test(wordOf(part)))
}

function baseOf(node: Node): Node {
  return node.kind === 'field' ? node.base : node
}

/** The names a device authorization goes by in stores. */
export const DEVICE = /device|user_?code|challenge|authorization_request|flow|grant_session|pending_auth|code_session/
