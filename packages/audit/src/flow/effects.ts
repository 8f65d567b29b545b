/** What calls and assignments do to a poll: ask the server, wait, wait longer. */
import { folded } from '../facts/fold.ts'
import { type Project, reachable } from '../link/project.ts'
import type { Assign, Binary, Call, Func, Node, Obj } from '../neutral/tree.ts'
import { isStatement } from '../neutral/statement.ts'
import { calleeOf, lastName, lastWord, nodesIn, nodesOf, pathOf, wordOf } from '../neutral/walk.ts'
import type { Scenario } from './scenario.ts'
import { NOTHING, REPLY, UNKNOWN, type Value } from './value.ts'

const CLIENTS =
  /^(?:axios|got|ky|requests?|httpx|aiohttp|http|https|undici|superagent|needle|\$?fetch|ofetch|client|http_client|session|request_session|transport|api|octokit|_?client|_?http|_?session|http_session|net|resty|rest_client|fetcher)$/
const VERBS =
  /^(?:get|post|put|request|do|post_form|send|execute|round_trip|fetch|form|urlopen|retrieve|invoke|query|send_(?:\w+_)?request(?:_async)?|(?:get|post)_async)$/
const ALONE =
  /^(?:\w+_fetch|\$?fetch|ofetch|axios|got|ky|request|urlopen|http_post|http_request|post_form|fetch_with_timeout|fetch_json|post_json|make_request|send_request|api_request|fetch_fn|fetch_function|fetch_impl|http_fetch|guarded_fetch|custom_fetch)$/

/** A map of them, not one of them. */
const SEVERAL = /(?:client|session|transport)s$|_(?:map|store|registry|by_\w+)$/

/** Whether a call that leaves the project asks something of a server. */
export function isNetwork(call: Call, func: Func): boolean {
  const path = pathOf(call.callee)
  const name = wordOf(path.at(-1) ?? '')
  if (ALONE.test(name)) return true
  // Retrying clients of Go keep the word: `client.DoWithContext(ctx, request)`.
  if (func.file.language === 'go' && path.length > 1 && /^do_(?:with_\w+|req|request)$/.test(name)) return true
  if (path.length <= 1 || !VERBS.test(name)) return false
  const receiver = wordOf(path.at(-2) ?? '')
  if (func.file.language === 'go' && name === 'do') return true
  if (call.args.some(({ value }) => value.kind === 'text' && isStatement(value.value))) return false
  return CLIENTS.test(receiver) || (/(?:http|client|session|axios|request|transport|fetch)/.test(receiver) && !SEVERAL.test(receiver))
}

/** Whether a node asks a server, by itself or by what it calls. `ask` is a request that does not look like one. */
export function isRequest(project: Project, node: Node, func: Func, matters: ReadonlySet<Func>, ask: Call | undefined): boolean {
  if (node.kind !== 'call') return false
  if (node === ask || isNetwork(node, func)) return true
  const targets = project.resolve(node, func).filter((each) => matters.has(each))
  return reachable(project, targets, 4).some((each) => project.callsIn(each).some((call) => call === ask || isNetwork(call, each)))
}

/** Whether a failed request is thrown: by the library itself, or because the program asks it to. */
export function throwsOnFailure(call: Call, { status }: Scenario): 'always' | 'perhaps' | undefined {
  if (status < 400) return undefined
  const path = calleeOf(call)
  if (/\b(?:axios|got|ky|superagent|ofetch|\$fetch|octokit|urlopen|needle)\b|axios_?instance/i.test(path)) return 'always'
  return /fetch|requests|httpx|http|aiohttp|session|client/i.test(path) ? undefined : 'perhaps'
}

/** What Go's ways of reading and decoding come to: their errors do not come. */
export function readInGo({ callee }: Call, { file }: Func): Value | undefined {
  if (file.language !== 'go') return undefined
  const name = lastWord(callee)
  if (/^(?:unmarshal|decode|close|set)$/.test(name)) return NOTHING
  return /^(?:new_request|new_request_with_context|read_all|marshal|parse|copy|encode|parse_query|drain)$/.test(name)
    ? { is: 'list', items: [UNKNOWN, NOTHING] }
    : undefined
}

/** Calls after which the program is over. */
export function isExit(call: Call): boolean {
  const path = calleeOf(call)
  return /^(?:sys\.exit|os\.Exit|process\.exit|exit|quit|panic|log\.Fatal\w*|os\._exit|Deno\.exit)$/.test(path)
}

const WAITS =
  /(?:^|_)(?:sleep(?:er)?|delay|wait|pause|set_timeout|set_interval|timeout|backoff)(?:_|$)|^(?:after|tick|new_timer|new_ticker)$/

export function isWait(call: Call): boolean {
  const word = lastWord(call.callee)
  if (/clear|(?:^|_)abort(?:_|$)|error|for_user|wait_group|waitforexit|with_timeout|client_timeout/.test(word)) return false
  // A timer that does something else (a spinner, a refresh) does not hold anybody up.
  if (/^set_(?:timeout|interval)$/.test(word))
    return call.args.some(
      ({ value }) =>
        value.kind === 'name' ||
        (value.kind === 'lambda' &&
          [...nodesOf(value.func.body)].some(
            (each) =>
              each.kind === 'call' &&
              /^(?:resolve|res|done|cb|callback|fulfill|r|reject|poll.*|check.*|tick|attempt.*|try.*)$/.test(lastWord(each.callee)),
          )),
    )
  return WAITS.test(word) && !/^(?:wait_until|wait_for_(?:login|user|auth)|timeout)/.test(word)
}

/** Calls of libraries that ask a function again until it says true: `pWaitFor(isThere, { interval })`. */
export function isUntil({ callee }: Call): boolean {
  return /^(?:p_wait_for|poll_until|wait_for_condition|wait_until_true)$/.test(lastWord(callee))
}

/** `new Promise((resolve) => setTimeout(resolve, ms))`: the timer that settles the promise, and the function that it stands in. */
export function timerIn(call: Call): { timer: Call; func: Func } | undefined {
  const [first] = call.args
  if (!call.isNew || lastName(call.callee) !== 'Promise' || first?.value.kind !== 'lambda') return undefined
  const { func } = first.value
  const settles = new Set(func.params.map(({ name }) => name))
  for (const node of nodesIn(func)) {
    if (node.kind !== 'call' || lastWord(node.callee) !== 'set_timeout') continue
    const [then] = node.args
    const names = then === undefined ? [] : then.value.kind === 'lambda' ? nodesIn(then.value.func) : [then.value]
    if (names.some((each) => each.kind === 'name' && settles.has(each.name))) return { timer: node, func }
  }
  return undefined
}

/** Names of the time between two requests. */
const INTERVALS = /interval|delay|wait|sleep|pause|backoff|(?:^|_)(?:poll|period|every|seconds|secs|ms|pace|tick)(?:_|$)/

/** Whether an assignment (or the reset of a ticker) makes the time between two requests longer, by five seconds or more. */
export function isRaise(project: Project, node: Assign | Call, func: Func): boolean {
  if (node.kind === 'call') {
    if (!/^(?:reset|new_ticker|after)$/.test(lastWord(node.callee))) return false
    return node.args.some(({ value }) =>
      [...nodesOf([value])].some((each) => each.kind === 'binary' && isMore(project, each.op, each.right, func)),
    )
  }
  if (!INTERVALS.test(wordOf(lastName(node.target)) || wordOf(pathOf(node.target).join('_')))) return false
  if (node.op === '+=' || node.op === '*=') return isMore(project, node.op.slice(0, 1), node.value, func)
  if (node.op !== '=') return false
  // `next = now + interval` is a moment, not a time.
  const word = wordOf(lastName(node.target))
  if (/^(?:next|due|until|last|start|end)_(?!(?:\w+_)?(?:interval|delay|wait|pause|backoff)$)|deadline|expir|_at$/.test(word)) return false
  // `tick = tick + interval` counts the time that went by.
  if (word === 'tick' && [...nodesOf([node.value])].some((each) => lastWord(each).includes('interval'))) return false
  return [...nodesOf([node.value])].some((each) => each.kind === 'binary' && isLonger(project, each, func))
}

/** `{ ...state, interval: state.interval + 5 }`: a state that is replaced by a slower one. */
export function isSlower(project: Project, node: Obj, func: Func): boolean {
  return node.entries.some(
    ({ key, value }) =>
      key !== undefined &&
      /interval|delay|(?:^|_)(?:wait|pace|period)(?:_|$)/.test(wordOf(key)) &&
      [...nodesOf([value])].some((each) => each.kind === 'binary' && isLonger(project, each, func)),
  )
}

/** A function that is handed to a timer or a promise and goes on with the poll. */
export function goesOn(project: Project, lambda: Func, matters: ReadonlySet<Func>): boolean {
  return project.callsIn(lambda).some((call) => isNetwork(call, lambda) || project.resolve(call, lambda).some((each) => matters.has(each)))
}

/** What a function that is handed on is given: the outcome of a promise; of a request no failure, and the answer. */
export function handedValues(each: Func, call: Call, func: Func, outcome: Value): (readonly [string, Value])[] {
  const asks = isNetwork(call, func)
  return each.params.flatMap(({ name }, index): (readonly [string, Value])[] => {
    if (index === 0 && lastWord(call.callee) === 'then') return [[name, outcome]]
    if (!asks) return []
    return [[name, index === 0 && /^(?:e|err|error|fail\w*)$/i.test(name) ? NOTHING : REPLY]]
  })
}

/** `poll(code, interval + 5)`: a function that calls itself again hands the slower pace on. */
export function handsMore(project: Project, call: Call, target: Func, func: Func): boolean {
  return call.args.some(
    ({ value }, index) =>
      INTERVALS.test(wordOf(target.params[index]?.name ?? '')) &&
      [...nodesOf([value])].some((each) => each.kind === 'binary' && isLonger(project, each, func)),
  )
}

/** A pause with something added to it that is no chance: `pause + random()` is as long as the one before. */
function isLonger(project: Project, { op, left, right }: Binary, func: Func): boolean {
  if (isChance(left) || isChance(right)) return false
  return isMore(project, op, right, func) || isMore(project, op, left, func)
}

function isChance(node: Node): boolean {
  return /jitter|(?:^|_)rand(?:om|int)?(?:_|$)/.test(lastWord(node))
}

function isMore(project: Project, op: string, by: Node, func: Func): boolean {
  const value = folded(project, by, func)
  // Twice the five seconds of the default is five more; one and a half is not.
  if (op === '*') return value === undefined || (value >= 2 && value < 60)
  if (op !== '+') return false
  // Five, as seconds; 5000 as milliseconds; 5 * time.Second folds to 5.
  return value === undefined ? !isChance(by) : value >= 5
}
