import { type Project, reachable } from '../link/project.ts'
import { hasWord, spokenIn } from '../facts/spots.ts'
import type { Poll } from '../flow/poll.ts'
import { isUntil } from '../flow/effects.ts'
import { functionIn } from '../flow/repeating.ts'
import { enclosing, originsOf, wordsOf } from '../facts/trace.ts'
import type { Binary, Call, Entry, Func, Node } from '../neutral/tree.ts'
import { calleeOf, lastName, lastWord, nodesIn, nodesOf, pathOf, wordOf } from '../neutral/walk.ts'
import { byModel, perClient, type Rule, satisfies, unknown, violates } from './rule.ts'

export const noDeadline: Rule = {
  id: 'DF-C03',
  title: 'Polling has no end of its own',
  severity: 'medium',
  confidence: 'high',
  axis: 'polling',
  side: 'client',
  sources: ['RFC 8628 section 3.5', 'RFC 8628 section 3.2', 'CWE-835'],
  fix: 'Compute a deadline from `expires_in` before the loop, and leave the loop when it has passed.',
  check: perClient((client, { project }) => {
    const { poll, root } = client
    if (poll === undefined) return byModel(client, 'DF-C03')
    if (!poll.loops) return unknown(root, 'Whoever calls this repeats the request; nothing here does.')
    const around = [poll.entry, ...enclosing(poll.entry), ...project.callersOf(poll.entry).map(({ from }) => from)]
    const bound =
      around.flatMap((func) => boundIn(project, func, func === poll.entry)).at(0) ??
      poll.scope
        .flatMap((func) =>
          func === poll.repeat?.by || leadsTo(project, func, poll.redeem) ? boundIn(project, func, true) : testsIn(project, func),
        )
        // What the loop calls may set a time for its one request.
        .find(({ node }) => !isContext(node))
    if (bound !== undefined || isHandedBound(project, poll))
      return satisfies(root, 'The loop ends by itself.', bound === undefined ? {} : { spot: bound })
    return violates(root, 'Nothing ends the loop but the server: no deadline from `expires_in`, no count of attempts.', {
      spot: { func: poll.entry, ...loopOf(poll.entry) },
      searched: ['a comparison with a time or a count in the loop', 'a context or a signal with a deadline around it'],
    })
  }),
}

const BOUNDS =
  /expir|deadline|time_?out|ttl|max_?(?:attempts?|polls?|tries|retries|wait|time|duration|iterations)|(?:^|_)(?:until|remaining|elapsed|attempts?|end_time|time_left|stop_at|give_up|valid_until|tries|retries|exit_condition)(?:_|$)/
const CONTEXTS = /^(?:with_timeout|with_deadline|wait_for|timeout_at|abort_signal_timeout|fail_after|move_on_after|race)$/

/** `poll(ask, () => Date.now() > end)`: what says when to stop is handed on too. */
function isHandedBound(project: Project, { entry, repeat }: Poll): boolean {
  return (repeat?.call.args ?? []).some(({ value }) => {
    const func = repeat === undefined ? undefined : functionIn(project, value, repeat.call, entry)
    return func !== undefined && isBound(project, { kind: 'lambda', func, line: value.line, column: value.column }, func)
  })
}

function loopOf(func: Func): { node: Node } | undefined {
  for (const node of nodesIn(func)) if (node.kind === 'loop') return { node }
  return undefined
}

function boundIn(project: Project, func: Func, own: boolean): { func: Func; node: Node }[] {
  const found: { func: Func; node: Node }[] = []
  for (const node of nodesIn(func)) {
    if (isContext(node)) {
      if (
        /expir|timeout|deadline|device|poll|minute|second|ttl/.test(
          [...spokenIn(node.args.map(({ value }) => value))].join(' ') + lastWord(node.callee),
        ) &&
        !isRequestOnly(node, func)
      )
        found.push({ func, node })
    }
    if (node.kind === 'call' && isUntil(node) && node.args.some(({ value }) => value.kind === 'object' && value.entries.some(isLimit)))
      found.push({ func, node })
    if (node.kind !== 'loop' || !own) continue
    if (node.over !== undefined && /range|count|attempt/i.test([...nodesOf([node.over])].map(lastWord).join(' ')))
      found.push({ func, node })
    if (node.test !== undefined && isBound(project, node.test, func)) found.push({ func, node: node.test })
    for (const inner of nodesOf(node.body)) {
      if (inner.kind === 'switch' && inner.select && inner.cases.some((each) => isAlarm(func, node, each.tests) && leaves(each.body)))
        found.push({ func, node: inner })
      if (
        inner.kind === 'if' &&
        (isBound(project, inner.test, func) || isGone(inner.test, node.body)) &&
        leaves([...inner.yes, ...inner.no])
      )
        found.push({ func, node: inner })
    }
  }
  return own && found.length === 0 ? testsIn(project, func) : found
}

/** `{ timeout: answer.expires_in * 1000 }`, for a library that asks again and again. */
function isLimit({ key }: Entry): boolean {
  return BOUNDS.test(wordOf(key ?? ''))
}

/** Around a timer or a recursion, and in what a loop calls: the test stands before it asks again. */
function testsIn(project: Project, func: Func): { func: Func; node: Node }[] {
  if (hasLoops(func)) return []
  return nodesIn(func).flatMap((node) =>
    node.kind === 'if' && isBound(project, node.test, func) && leaves([...node.yes, ...node.no]) ? [{ func, node }] : [],
  )
}

/** A loop in something else that is called, such as a request that is tried three times, does not end this one. */
function leadsTo(project: Project, func: Func, redeem: Func): boolean {
  return reachable(project, [func], 5).includes(redeem)
}

/** `expiresIn <= 0` asks whether a life was named, not whether it is over. */
function isCheckOfLife({ left, right }: Binary): boolean {
  const [zero, other] = left.kind === 'number' ? [left, right] : [right, left]
  return zero.kind === 'number' && zero.value === 0 && /^expires?_?in(?:_seconds)?$/.test(lastWord(other))
}

function isContext(node: Node): node is Call {
  return node.kind === 'call' && (CONTEXTS.test(lastWord(node.callee)) || /^AbortSignal\.timeout$|^asyncio\.timeout$/.test(calleeOf(node)))
}

/** `case <-timer.C`, of a timer that was set before the loop: it goes off once. */
function isAlarm(func: Func, loop: Node, tests: readonly Node[]): boolean {
  const inside = new Set(nodesOf([loop]))
  const waited = new Set([...nodesOf(tests)].flatMap((each) => (each.kind === 'name' ? [each.name] : [])))
  // One that the loop winds up again is the pace, not the end.
  const rewound = new Set(
    [...inside].flatMap((each) =>
      each.kind === 'call' && /(?:^|_)reset/.test(lastWord(each.callee))
        ? [pathOf(each.callee).at(-2) ?? '', ...each.args.map(({ value }) => lastName(value))]
        : [],
    ),
  )
  return nodesIn(func).some(
    (each) =>
      each.kind === 'assign' &&
      !inside.has(each) &&
      waited.has(lastName(each.target)) &&
      !rewound.has(lastName(each.target)) &&
      [...nodesOf([each.value])].some((part) => part.kind === 'call' && /^(?:new_timer|after)$/.test(lastWord(part.callee))),
  )
}

function hasLoops(func: Func): boolean {
  return loopOf(func) !== undefined
}

/** A limit for one request is none for the loop. */
function isRequestOnly(node: Node, func: Func): boolean {
  for (const loop of nodesIn(func)) if (loop.kind === 'loop' && [...nodesOf([loop])].includes(node)) return true
  return false
}

function isBound(project: Project, test: Node, func: Func): boolean {
  for (const node of nodesOf([test])) {
    if (
      node.kind === 'call' &&
      (/^(?:before|after|is_expired|expired|is_before|is_after|has_expired|since|exit_condition)$/.test(lastWord(node.callee)) ||
        BOUNDS.test(lastWord(node.callee)))
    )
      return true
    if (node.kind !== 'binary' || !/^[<>]=?$/.test(node.op) || isStatus(node.left) || isCheckOfLife(node)) continue
    if (
      hasWord(spokenIn([node]), BOUNDS) ||
      hasWord(
        wordsOf(originsOf(project, node, func, false)),
        /expir|deadline|timeout|max_?(?:attempts|wait|time)|^(?:now|time|monotonic|perf_counter)$/,
      )
    )
      return true
  }
  return [...nodesOf([test])].some(
    (node) => (node.kind === 'name' || node.kind === 'field') && /^(?:is_)?(?:expired|timed_out|time_?out)$/.test(lastWord(node)),
  )
}

/** `status >= 500` compares no time, wherever the answer came from. */
function isStatus(node: Node): boolean {
  return /^(?:http_)?status(?:_?code)?$/.test(lastWord(node))
}

/** What was kept with a time to live is gone: the loop reads it again each time and leaves. */
function isGone(test: Node, body: readonly Node[]): boolean {
  if (test.kind !== 'unary' || test.op !== '!' || test.operand.kind !== 'name') return false
  const { name } = test.operand
  return [...nodesOf(body)].some(
    (node) =>
      node.kind === 'assign' &&
      node.target.kind === 'name' &&
      node.target.name === name &&
      [...nodesOf([node.value])].some((each) => each.kind === 'call' && /(?:redis|cache|store|kv|memcache)\w*\.get/i.test(calleeOf(each))),
  )
}

function leaves(nodes: readonly Node[]): boolean {
  return (
    [...nodesOf(nodes)].some(({ kind }) => kind === 'break' || kind === 'return' || kind === 'throw') ||
    [...nodesOf(nodes)].some(
      (node) => node.kind === 'call' && /^(?:exit|reject|resolve|clear_interval|cancel|stop|panic|fatal.*)$/.test(lastWord(node.callee)),
    )
  )
}
