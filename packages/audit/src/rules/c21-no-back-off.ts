import { isNetwork, isRaise, isWait } from '../flow/effects.ts'
import { type Project, reachable } from '../link/project.ts'
import type { Func, Node, Try } from '../neutral/tree.ts'
import { lastWord, nodesIn, nodesOf } from '../neutral/walk.ts'
import { perClient, type Rule, satisfies, unknown, violates } from './rule.ts'

export const noBackOff: Rule = {
  id: 'DF-C21',
  title: 'No back-off when the network fails',
  severity: 'low',
  confidence: 'medium',
  axis: 'polling',
  side: 'client',
  sources: ['RFC 8628 section 3.5'],
  fix: 'On a timeout or a lost connection go on polling, and double the wait each time up to a limit.',
  check: perClient((client, { project }) => {
    const { poll, root } = client
    if (poll === undefined) return undefined
    if (!poll.loops) return unknown(root, 'Whoever calls this repeats the request.')
    const failing = poll.scope.flatMap((func) => (reachable(project, [func]).includes(poll.redeem) ? attemptsIn(project, func) : []))
    const grows = failing.find(({ nodes, func }) => nodes.some((node) => raises(project, node, func)))
    if (grows !== undefined) return satisfies(root, 'After a failure of the network the wait grows.', { spot: { func: grows.func } })
    const retried = failing.find(
      ({ nodes }) =>
        !nodes.some(({ kind }) => kind === 'throw' || kind === 'return' || kind === 'break') &&
        !nodes.some((node) => node.kind === 'call' && /exit|reject|fatal|panic/.test(lastWord(node.callee))),
    )
    if (retried !== undefined)
      return violates(root, 'A request that failed is repeated after the same wait.', {
        spot: { func: retried.func, ...(retried.nodes[0] === undefined ? {} : { node: retried.nodes[0] }) },
        searched: ['a wait that grows with every failure'],
      })
    return undefined
  }),
}

interface Attempt {
  readonly func: Func
  readonly nodes: readonly Node[]
}

/** What is done when a request in a loop fails: the handler around it, or the branch for an answer without success. */
function attemptsIn(project: Project, func: Func): Attempt[] {
  const found: Attempt[] = []
  for (const loop of nodesIn(func)) {
    if (loop.kind !== 'loop') continue
    for (const node of nodesOf(loop.body)) {
      if (node.kind === 'try' && asks(project, node, func)) {
        const handlers = node.handlers.filter(
          ({ types }) =>
            types.length === 0 || types.some((type) => /Exception|Error|Timeout|Connect|Request|requests|httpx|aiohttp/.test(type)),
        )
        for (const { body } of handlers) found.push({ func, nodes: [...nodesOf(body)] })
      }
      if (
        node.kind === 'if' &&
        (isFailure(node.test) || (func.file.language === 'go' && followsRequest(project, node, loop.body, func))) &&
        continues(node.yes)
      )
        found.push({ func, nodes: [...nodesOf(node.yes)] })
    }
  }
  return found
}

function asks(project: Project, node: Try, func: Func): boolean {
  return [...nodesOf(node.body)].some(
    (each) =>
      each.kind === 'call' &&
      (isNetwork(each, func) ||
        project.resolve(each, func).some((target) => project.callsIn(target).some((call) => isNetwork(call, target)))),
  )
}

/** Go: `if err != nil` right after the request. */
function followsRequest(project: Project, node: Node & { kind: 'if' }, body: readonly Node[], func: Func): boolean {
  if (!([...nodesOf([node.test])].map(lastWord).find((word) => word !== '') ?? '').startsWith('err')) return false
  const before = [...nodesOf(body)].filter((each) => each.kind === 'assign' && each.line < node.line).at(-1)
  if (before?.kind !== 'assign') return false
  return [...nodesOf([before.value])].some(
    (each) =>
      each.kind === 'call' &&
      (isNetwork(each, func) ||
        project.resolve(each, func).some((target) => project.callsIn(target).some((call) => isNetwork(call, target)))),
  )
}

function isFailure(test: Node): boolean {
  return test.kind === 'unary' && test.op === '!' && lastWord(test.operand) === 'ok'
}

function continues(nodes: readonly Node[]): boolean {
  return [...nodesOf(nodes)].some(({ kind }) => kind === 'continue')
}

function raises(project: Project, node: Node, func: Func): boolean {
  if (node.kind === 'assign')
    return isRaise(project, node, func) || /back_?off|retr|attempt|failure|error_?count|consecutive/.test(lastWord(node.target))
  return (
    node.kind === 'call' &&
    (/back_?off|exponential/.test(lastWord(node.callee)) ||
      (isWait(node) &&
        node.args.some(({ value }) =>
          [...nodesOf([value])].some(
            (each) =>
              each.kind === 'binary' &&
              /^(?:\*|\*\*)$/.test(each.op) &&
              [...nodesOf([each])].some((part) => /attempt|retr|fail/.test(lastWord(part))),
          ),
        )))
  )
}
