/**
 * Walks through a program in the mind, with every request answered as a scenario says: which statements are reached, whether the loop goes on,
 * whether it waited and whether it slowed down. Where a test could go either way, both ways are gone.
 */
import { type Project, reachable } from '../link/project.ts'
import type { Call, Func, Loop, Node, Switch, Try } from '../neutral/tree.ts'
import { lastName, lastWord, nodesIn, nodesOf } from '../neutral/walk.ts'
import { evaluate, type Surroundings } from './evaluate.ts'
import {
  goesOn,
  handedValues,
  handsMore,
  isExit,
  isNetwork,
  isRaise,
  isRequest,
  isSlower,
  isUntil,
  isWait,
  readInGo,
  throwsOnFailure,
  timerIn,
} from './effects.ts'
import type { Scenario } from './scenario.ts'
import type { Poll } from './poll.ts'
import { type Round, roundOf, type Walkthrough } from './round.ts'
import { functionIn, givenTo, namesShared } from './repeating.ts'
import { assigned, callsHanded, catches, fewest, inOrder, merged, namesRefusal, START, waiting, type Way, withoutChanged } from './way.ts'
import { backIn, type End, since, unbroken } from './end.ts'
import { isCalledAgain, isRetry, retriedIn } from './retry.ts'
import { EXIT, NOTHING, REPLY, SUCCESS, truthOf, UNKNOWN, type Value } from './value.ts'

const DEEPEST = 6
/** Walks through a poll under a scenario. `matters` says which functions are worth walking into. */
export function walkThrough(
  project: Project,
  { entry, ask, repeat }: Pick<Poll, 'entry' | 'ask' | 'repeat'>,
  scenario: Scenario,
  matters: ReadonlySet<Func>,
): Walkthrough {
  const reached = new Set<Node>()
  const rounds: Round[] = []
  let steps = 0
  // What is asked before a loop begins started the login: the scenario is about what the loop asks.
  const isAsked = (each: Node): boolean => isRequest(project, each, entry, matters, ask)
  const startsFirst = nodesIn(entry).some(
    (node) => node === repeat?.call || (node.kind === 'loop' && [...nodesOf(node.body)].some(isAsked)),
  )
  let repeating = false
  const shared = namesShared(project, entry, repeat)

  const around = (way: Way, func: Func): Surroundings => ({
    scenario,
    values: way.values,
    global: (name) =>
      project.globals.get(name)?.find((each) => each.func.file === func.file)?.value ?? project.globals.get(name)?.[0]?.value,
    called: (call) => way.calls.get(call),
  })

  function block(nodes: readonly Node[], ways: readonly Way[], func: Func, stack: readonly Func[]): End[] {
    let open = ways
    const ends: End[] = []
    for (const node of nodes) {
      const next: Way[] = []
      for (const way of open) {
        for (const end of step(node, way, func, stack)) {
          if (end.how === 'goes on') next.push(end.way)
          else ends.push(end)
        }
      }
      open = fewest(merged(next))
      if (open.length === 0) break
    }
    return [...ends, ...open.map((way): End => ({ how: 'goes on', way }))]
  }

  function step(node: Node, way: Way, func: Func, stack: readonly Func[]): End[] {
    reached.add(node)
    if (++steps > 20_000) return [{ how: 'goes on', way }]
    switch (node.kind) {
      case 'block': {
        const ends = block(node.body, [way], func, stack)
        return ends.map((end) =>
          end.how === 'leaves' && end.label !== undefined && end.label === node.label ? { how: 'goes on', way: end.way } : end,
        )
      }
      case 'if':
        return after(node.test, way, func, stack, (next) => {
          const truth = truthOf(evaluate(node.test, around(next, func)))
          return [
            ...(truth === false ? [] : block(node.yes, [next], func, stack)),
            ...(truth === true ? [] : block(node.no, [next], func, stack)),
          ]
        })
      case 'loop':
        return loop(node, way, func, stack)
      case 'switch':
        return cases(node, way, func, stack)
      case 'try':
        return attempt(node, way, func, stack)
      case 'return':
      case 'throw': {
        const { value } = node
        const how = node.kind === 'return' ? 'returns' : 'throws'
        if (value === undefined) return [{ how, way, value: NOTHING, at: node }]
        return after(value, way, func, stack, (next) => [{ how, way: next, value: evaluate(value, around(next, func)), at: node }])
      }
      case 'break':
      case 'continue': {
        const more = node.label === undefined ? {} : { label: node.label }
        return [{ how: node.kind === 'break' ? 'leaves' : 'again', way, at: node, ...more }]
      }
      default:
        return after(node, way, func, stack, (next) => [{ how: 'goes on', way: next }])
    }
  }

  /** Does what an expression does (calls, waits, assignments), then goes on. */
  function after(node: Node, way: Way, func: Func, stack: readonly Func[], then: (way: Way) => End[]): End[] {
    let ways: Way[] = [way]
    const ends: End[] = []
    for (const each of inOrder(node)) {
      const next: Way[] = []
      for (const end of ways.flatMap((one) => effect(each, one, func, stack))) {
        if (end.how === 'goes on') next.push(end.way)
        else ends.push(end)
      }
      ways = fewest(next)
    }
    return [...ends, ...ways.flatMap(then)]
  }

  function effect(node: Node, way: Way, func: Func, stack: readonly Func[]): End[] {
    if (node.kind === 'assign') {
      reached.add(node)
      return [
        {
          how: 'goes on',
          way: assigned(
            node.target,
            node.op === '=' ? evaluate(node.value, around(way, func)) : UNKNOWN,
            isRaise(project, node, func) ? { ...way, raised: true } : way,
          ),
        },
      ]
    }
    if (node.kind === 'object') return [{ how: 'goes on', way: isSlower(project, node, func) ? { ...way, raised: true } : way }]
    if (node.kind === 'unary') return [{ how: 'goes on', way: waiting(way, node, func) }]
    if (node.kind !== 'call') return [{ how: 'goes on', way }]
    const handed = node.callee.kind === 'name' ? way.values.get(node.callee.name) : undefined
    if (handed?.is === 'function') return enterHanded(handed, node, way, func, stack)
    if (node === repeat?.call && !stack.includes(repeat.by)) return enter(repeat.by, node, way, func, stack)
    if (isExit(node)) return [{ how: 'throws', way, value: EXIT, at: node }]
    if (/^clear_(?:interval|timeout)$/.test(lastWord(node.callee))) return [{ how: 'goes on', way: { ...way, stopped: true } }]
    const sleep = callsHanded(node, way) ? undefined : timerIn(node)
    if (sleep !== undefined && !goesOn(project, sleep.func, matters))
      return [{ how: 'goes on', way: waiting(way, sleep.timer, sleep.func) }]
    const targets = project.resolve(node, func).filter((each) => matters.has(each))
    // `waitForToken` is no wait when it asks the server itself.
    const asking = targets.some((each) => each === entry || project.callsIn(each).some((call) => call === ask || isNetwork(call, each)))
    const waits = isWait(node) && !asking
    const inner = [
      ...node.args.flatMap(({ value }) =>
        value.kind === 'lambda' &&
        (matters.has(value.func) || isNetwork(node, func) || callsHanded(value, way) || goesOn(project, value.func, matters))
          ? [value.func]
          : [],
      ),
      ...project.handedTo(node, func).filter((each) => matters.has(each) && project.callsIn(each).some((call) => isNetwork(call, each))),
      ...retriedIn(project, node, func),
    ]
    if (waits && inner.length === 0 && !node.args.some(({ value }) => stack.some(({ name }) => name !== '' && name === lastName(value)))) {
      return [{ how: 'goes on', way: { ...waiting(way, node, func), raised: way.raised || isRaise(project, node, func) } }]
    }
    if (waits && node.args.some(({ value }) => stack.some(({ name }) => name !== '' && name === lastName(value))))
      return [{ how: 'again', way: waiting(way, node, func), at: node }]
    if (inner.length > 0) {
      const from = isNetwork(node, func) && !asking && (repeating || !startsFirst) ? { ...way, requested: true } : way
      return handedOn(node, inner, waits, from, func, stack)
    }
    if (targets.includes(entry) && way.requested)
      return [{ how: 'again', way: { ...way, raised: way.raised || handsMore(project, node, entry, func) }, at: node }]
    if (targets.some((each) => stack.includes(each))) return [{ how: 'goes on', way }]
    const wraps =
      isNetwork(node, func) && !reachable(project, targets, 3).some((each) => project.callsIn(each).some((call) => isNetwork(call, each)))
    if (node !== ask && targets.length > 0 && !wraps && stack.length < DEEPEST)
      return targets.slice(0, 2).flatMap((each) => enter(each, node, way, func, stack))
    if (node !== ask && !isNetwork(node, func))
      return [{ how: 'goes on', way: { ...way, calls: new Map(way.calls).set(node, replied(node, way, func)) } }]
    if (startsFirst && !repeating) {
      const answer: Value = func.file.language === 'go' ? { is: 'list', items: [SUCCESS, NOTHING] } : SUCCESS
      return [{ how: 'goes on', way: { ...way, calls: new Map(way.calls).set(node, answer) } }]
    }
    const asked: Way = {
      ...way,
      requested: true,
      calls: new Map(way.calls).set(node, func.file.language === 'go' ? { is: 'list', items: [REPLY, NOTHING] } : REPLY),
    }
    const ends: End[] = [{ how: 'goes on', way: asked }]
    const throwing = func.file.language === 'go' ? undefined : node === ask ? 'perhaps' : throwsOnFailure(node, scenario)
    if (throwing !== undefined) ends.push({ how: 'throws', way: asked, value: UNKNOWN, at: node })
    return throwing === 'always' ? ends.slice(1) : ends
  }

  /** What a call that is not walked into comes to. */
  function replied(call: Call, way: Way, func: Func): Value {
    const known = { ...around(way, func), called: (other: Call) => (other === call ? undefined : way.calls.get(other)) }
    return readInGo(call, func) ?? evaluate(call, known)
  }

  /** A function that is handed to another: that one calls it; a timer calls it again and again. */
  function handedOn(call: Call, inner: readonly Func[], waits: boolean, way: Way, func: Func, stack: readonly Func[]): End[] {
    const repeats = isRetry(call, func) || /interval|every|schedule|repeat|ticker|poll/i.test(lastName(call.callee)) || isUntil(call)
    return inner.flatMap((each) => {
      const start = waits || repeats ? waiting(way, call, func) : way
      const outcome = call.callee.kind === 'field' ? evaluate(call.callee.base, around(start, func)) : UNKNOWN
      const from = { ...start, values: new Map([...start.values, ...handedValues(each, call, func, outcome)]) }
      if (stack.includes(each) || stack.length >= DEEPEST) return [{ how: 'goes on' as const, way }]
      const ends = block(each.body, [from], each, [...stack, each])
      if (repeats) for (const end of ends) record(end, isCalledAgain(end, call, func))
      return ends.map(
        (end): End =>
          end.how === 'again'
            ? end
            : {
                how: 'goes on',
                way: { ...end.way, calls: end.value === undefined ? end.way.calls : new Map(end.way.calls).set(call, end.value) },
              },
      )
    })
  }

  function enter(target: Func, call: Call, way: Way, func: Func, stack: readonly Func[]): End[] {
    const values = new Map<string, Value>()
    target.params.forEach(({ name }, index) => {
      const given = givenTo(target, call, index)
      if (given === undefined) return
      const passed = call === repeat?.call ? functionIn(project, given, call, func) : undefined
      values.set(name, passed === undefined ? evaluate(given, around(way, func)) : { is: 'function', func: passed, values: way.values })
    })
    const ends = block(target.body, [{ ...way, values }], target, [...stack, target])
    return ends.map((end) => backIn(end, call, way.values, target))
  }

  /** A parameter that is a function: it knows what was known where it was written, and what it sets out there stays set. */
  function enterHanded(
    { func: target, values }: Value & { is: 'function' },
    call: Call,
    way: Way,
    func: Func,
    stack: readonly Func[],
  ): End[] {
    if (stack.includes(target) || stack.length >= DEEPEST + 2) return [{ how: 'goes on', way }]
    const before = repeating
    repeating = true
    const given = target.params.flatMap(({ name }, index) => {
      const value = givenTo(target, call, index)
      return value === undefined ? [] : [[name, evaluate(value, around(way, func))] as const]
    })
    const set = (from: Way) => [...from.values].filter(([name]) => shared.has(name))
    const ends = block(target.body, [{ ...way, values: new Map([...values, ...set(way), ...given]) }], target, [...stack, target])
    repeating = before
    return ends.map((end) => backIn(end, call, new Map([...way.values, ...set(end.way)]), target))
  }

  function loop(node: Loop, way: Way, func: Func, stack: readonly Func[]): End[] {
    const starts = block(node.init, [way], func, stack)
      .filter(({ how }) => how === 'goes on')
      .map((end) => end.way)
    const forgetful = starts.map((start) => ({
      ...start,
      values: withoutChanged(start.values, node),
      waited: false,
      raised: false,
      requested: false,
    }))
    const before = repeating
    repeating = true
    const tested =
      node.test === undefined
        ? forgetful.map((each): End => ({ how: 'goes on', way: each }))
        : forgetful.flatMap((each) => after(node.test as Node, each, func, stack, (next) => [{ how: 'goes on', way: next }]))
    const open = tested.filter(({ how }) => how === 'goes on').map((end) => end.way)
    const ends = block(node.body, open, func, stack).flatMap((end): End[] => {
      if (end.how !== 'goes on' && !(end.how === 'again' && end.label === undefined)) return [end]
      return block(node.update, [end.way], func, stack).map((each) => ({
        ...each,
        how: each.how === 'goes on' ? end.how : each.how,
        ...(end.at === undefined ? {} : { at: end.at }),
      }))
    })
    repeating = before
    const out: End[] = []
    for (const end of ends) {
      const again = end.how === 'goes on' || end.how === 'again'
      const over = again && node.test !== undefined && truthOf(evaluate(node.test, around(end.way, func))) === false
      record(again && !over ? settled(end, node, func, stack) : end, again && !over)
      if (end.how === 'returns' || end.how === 'throws' || (end.label !== undefined && end.how === 'leaves')) out.push(since(way, end))
      else if (end.how === 'leaves' || node.test !== undefined || node.over !== undefined)
        out.push({ how: 'goes on', way: { ...end.way, requested: way.requested, waited: way.waited } })
    }
    if (node.test !== undefined || node.over !== undefined) out.push({ how: 'goes on', way })
    return out
  }

  /** A round that ends without a wait, in a loop whose next pass begins with one: a machine of states decides there. */
  function settled(end: End, node: Loop, func: Func, stack: readonly Func[]): End {
    const { way } = end
    if (!way.requested || way.waited) return end
    const next = block(node.body, [{ ...way, requested: false, waits: [] }], func, stack)
    const waiting = next.filter((each) => each.way.waited)
    const stays = next.filter((each) => !each.way.waited && each.way.requested)
    if (waiting.length === 0 || stays.length > 0) return end
    return {
      ...end,
      way: { ...way, waited: true, raised: waiting.some((each) => each.way.raised), waits: waiting.flatMap((each) => each.way.waits) },
    }
  }

  function record(end: End, again: boolean): void {
    if (end.way.requested) rounds.push(roundOf(end, again))
  }

  function cases(node: Switch, way: Way, func: Func, stack: readonly Func[]): End[] {
    if (node.select) {
      const others = node.cases.filter(
        ({ tests }) => !/done|cancel|quit|stop|interrupt/i.test(tests.flatMap((each) => [...nodesOf([each])].map(lastName)).join(' ')),
      )
      return others.flatMap(({ tests, body }) =>
        block(body, [{ ...way, waited: way.waited || tests.length > 0 }], func, stack).map(unbroken),
      )
    }
    const subject = node.subject === undefined ? undefined : evaluate(node.subject, around(way, func))
    const ends: End[] = []
    let certain = false
    node.cases.forEach((each, index) => {
      if (certain && each.tests.length > 0) return
      const truths = each.tests.map((test) =>
        node.subject === undefined || subject === undefined
          ? truthOf(evaluate(test, around(way, func)))
          : same(node.subject, test, way, func),
      )
      const rest = node.cases.slice(index).findIndex(({ body }) => body.length > 0)
      const bodies = node.falls ? node.cases.slice(rest < 0 ? index : index + rest).flatMap(({ body }) => body) : each.body
      if (each.tests.length === 0 ? !certain : truths.some((truth) => truth !== false))
        ends.push(...block(bodies, [way], func, stack).map(unbroken))
      if (truths.some((truth) => truth === true)) certain = true
    })
    if (!certain && !node.cases.some(({ tests }) => tests.length === 0)) ends.push({ how: 'goes on', way })
    return ends
  }

  function same(subject: Node, test: Node, way: Way, func: Func): boolean | undefined {
    const equal = evaluate(
      { kind: 'binary', op: '==', left: subject, right: test, line: test.line, column: test.column },
      around(way, func),
    )
    return truthOf(equal) === undefined && equal.is !== 'constant' ? undefined : truthOf(equal)
  }

  function attempt(node: Try, way: Way, func: Func, stack: readonly Func[]): End[] {
    const walked = block(node.body, [way], func, stack)
    // A library that throws what its caller catches by name: the answer comes as that.
    const asked = namesRefusal(node, scenario) ? walked.find((end) => end.way.requested && end.how !== 'throws') : undefined
    if (asked !== undefined) walked.push({ how: 'throws', way: { ...asked.way, waited: way.waited, waits: way.waits }, value: UNKNOWN })
    const ends = walked.flatMap((end): End[] => {
      if (end.how === 'goes on') return block(node.otherwise, [end.way], func, stack)
      // Nothing catches the end of the program.
      if (end.how !== 'throws' || node.handlers.length === 0 || end.value === EXIT) return [end]
      return caught(end, node, func, stack)
    })
    return node.last.length === 0
      ? ends
      : ends.flatMap((end) =>
          block(node.last, [end.way], func, stack).map((each) => (each.how === 'goes on' ? { ...end, way: each.way } : each)),
        )
  }

  function caught(end: End, node: Try, func: Func, stack: readonly Func[]): End[] {
    const ends: End[] = []
    for (const { types, name, body } of node.handlers) {
      const truth = catches(types, end.value ?? UNKNOWN, scenario)
      if (truth === false) continue
      const values = name === undefined ? end.way.values : new Map(end.way.values).set(name, end.value ?? UNKNOWN)
      ends.push(
        ...block(body, [{ ...end.way, values }], func, stack).map((each) =>
          each.how === 'throws' && each.value === undefined ? { ...each, value: end.value ?? UNKNOWN } : each,
        ),
      )
      if (truth === true) return ends
    }
    return node.handlers.some(({ types }) => types.length === 0) ? ends : [...ends, end]
  }

  const ends = block(entry.body, [START], entry, [entry])
  for (const end of ends) if (end.how === 'again') record(end, true)
  // A function that calls itself again is a loop without the word.
  if (ends.some(({ how }) => how === 'again')) for (const end of ends) if (end.how !== 'again' && rounds.length > 0) record(end, false)
  return { rounds, ends: ends.map(({ how, value }) => ({ how, value })), reached }
}
