import { roundsOf, waitsOf } from '../flow/rounds.ts'
import { folded } from '../facts/fold.ts'
import { enclosing, type Origin, originsOf, wordsOf } from '../facts/trace.ts'
import { isLog } from '../facts/sinks.ts'
import { hasWord } from '../facts/spots.ts'
import type { Project } from '../link/project.ts'
import type { Func, Node } from '../neutral/tree.ts'
import { lastWord, nodesIn, wordOf } from '../neutral/walk.ts'
import { byModel, perClient, type Rule, satisfies, unknown, violates } from './rule.ts'

export const intervalIgnored: Rule = {
  id: 'DF-C01',
  title: "The server's polling interval is ignored",
  severity: 'high',
  confidence: 'high',
  axis: 'polling',
  side: 'client',
  sources: ['RFC 8628 section 3.5', 'RFC 8628 section 3.2', 'CWE-799'],
  fix: 'Wait `interval` seconds from the device authorization response between two requests, 5 when it is absent.',
  check: perClient((client, { project }) => {
    const { poll, root } = client
    if (poll === undefined) return byModel(client, 'DF-C01')
    const judged = waitsOf(project, roundsOf(project, poll, 'authorization_pending')).map((waited) => {
      const { origins } = waited
      const numbers = origins.filter(({ node }) => node.kind === 'number')
      return {
        spot: waited,
        asked:
          origins.some((each) => isInterval(each) || isHandedIn(project, each)) ||
          (numbers.length === 0 && hasWord(wordsOf(origins), /interval/)),
        lowered: isLowered(project, origins),
        known: numbers.length > 0,
      }
    })
    const good = judged.find(({ asked, lowered }) => asked && !lowered)
    if (good !== undefined)
      return satisfies(root, 'The wait between two requests comes from the interval of the response.', { spot: good.spot })
    const lowered = judged.find((each) => each.lowered)
    if (lowered !== undefined) return violates(root, "The server's interval is cut down to a smaller one.", { spot: lowered.spot })
    const [bad] = judged.filter(({ known }) => known)
    const searched = ['a wait whose length comes from `interval` of the response, in the loop and everything it calls']
    if (bad !== undefined && paces(project, [...poll.scope, ...enclosing(poll.entry)]))
      return unknown(root, 'The interval of the response is read, and what it decides is not clear.', { spot: bad.spot })
    if (bad !== undefined)
      return violates(root, 'The wait between two requests is a fixed time; `interval` of the response is never read.', {
        spot: bad.spot,
        searched,
      })
    if (!poll.loops) return unknown(root, 'Whoever calls this waits between two requests; nothing here does.')
    return judged.length > 0 ? unknown(root, 'Where the length of the wait comes from is not known.') : undefined
  }),
}

function isInterval({ node }: Origin): boolean {
  return (
    (node.kind === 'field' && /(?:^|_)interval(?:_|$)/.test(lastWord(node))) ||
    (node.kind === 'text' && /^(?:interval|polling_?interval)$/i.test(node.value))
  )
}

/** A parameter of that name, in a function that only others call: they know the response. */
function isHandedIn(project: Project, { node, func }: Origin): boolean {
  if (node.kind !== 'name' || !/(?:^|_)interval(?:_|$)/.test(wordOf(node.name))) return false
  return func.params.some(({ name }) => name === node.name) && project.callersOf(func).length === 0
}

/** The interval decides something else than this wait: a moment that is compared with the clock, or what is handed to a function not known here. */
function paces(project: Project, funcs: readonly Func[]): boolean {
  const isOf = (node: Node, func: Func): boolean => originsOf(project, node, func, false).some(isInterval)
  return funcs.some((func) =>
    nodesIn(func).some((node) => {
      if (node.kind === 'binary' && /^[<>]=?$/.test(node.op))
        return node.left.kind !== 'number' && node.right.kind !== 'number' && (isOf(node.left, func) || isOf(node.right, func))
      if (node.kind !== 'call' || isLog(node) || project.resolve(node, func).length > 0) return false
      return (
        /poll|wait|pace|timer|ticker|schedul|retry|backoff/.test(lastWord(node.callee)) && node.args.some(({ value }) => isOf(value, func))
      )
    }),
  )
}

/** RFC 8628 section 3.5: a smaller value than the server's is not its value. */
function isLowered(project: Project, origins: readonly Origin[]): boolean {
  return origins.some(({ node, func }) => {
    if (node.kind !== 'call' || lastWord(node.callee) !== 'min' || node.args.length < 2) return false
    const parts = node.args.map(({ value }) => originsOf(project, value, func))
    return parts.some((part) => part.some(isInterval)) && node.args.some(({ value }) => (folded(project, value, func) ?? Infinity) < 5)
  })
}
