import type { CodeNames } from '../facts/code-names.ts'
import { saidIn } from '../facts/said.ts'
import { comparisons, speaksOf } from '../facts/server-words.ts'
import { hasWord, spokenIn } from '../facts/spots.ts'
import { returnsOf } from '../facts/trace.ts'
import type { Func, Node } from '../neutral/tree.ts'
import { nodesIn, nodesOf, wordOf } from '../neutral/walk.ts'
import { onServer, type Rule, satisfies, violates } from './rule.ts'

export const intervalNotEnforced: Rule = {
  id: 'DF-S10',
  title: 'Polling too fast has no consequence',
  severity: 'medium',
  confidence: 'medium',
  axis: 'polling',
  side: 'server',
  sources: ['RFC 8628 section 3.5', 'CWE-770'],
  fix: 'Keep the time of the last poll, answer `slow_down` to one that comes too early, and raise the interval by 5 seconds.',
  check: onServer(({ root, redemption, states }, { project }) => {
    if (redemption.length === 0) return undefined
    const hook = project.functions.find(
      (func) => /^(?:should_?slow_?down|should_?rate_?limit|is_?polling_?too_?fast)$/.test(wordOf(func.name)) && alwaysNo(func),
    )
    const honest = project.functions.some((func) => hook !== undefined && func.name === hook.name && !alwaysNo(func) && !isAbstract(func))
    if (hook !== undefined && !honest)
      return violates(root, 'The hook that should notice early polls always says no.', {
        spot: { func: hook },
        searched: ['a comparison of the last poll with the interval'],
      })
    const late = new Set(redemption.flatMap((func) => afterPending(func, project.codes, states)))
    const said = redemption.flatMap((func) =>
      saidIn(func, project.codes)
        .filter(({ code, passed, node }) => code === 'slow_down' && !passed && !isOwnDelay(func, node))
        .map(({ node }) => ({ func, node })),
    )
    const inTime = said.find(({ node }) => !late.has(node))
    if (inTime !== undefined) return satisfies(root, 'A poll that comes too early is told to slow down.', { spot: inTime })
    const compared = comparisons(
      redemption,
      /^[<>]=?$/,
      (left, right) => speaksOf(left, /interval|last_?(?:poll|check|request)/) || speaksOf(right, /interval|last_?(?:poll|check|request)/),
    ).find(({ node }) => node === undefined || !late.has(node))
    if (compared !== undefined) return satisfies(root, 'A poll that comes too early is refused.', { spot: compared })
    if (said[0] !== undefined)
      return violates(root, '`slow_down` is said once somebody has approved: who polls before that is never slowed down.', {
        spot: said[0],
        searched: ['`slow_down` before `authorization_pending`'],
      })
    return violates(root, '`slow_down` is never said: polls are answered however fast they come.', {
      spot: { func: root },
      searched: ['`slow_down` on a way that the token endpoint can take', 'a comparison of the last poll with the interval'],
    })
  }),
}

/** `slow_down` because the server itself took too long: how often it was asked plays no part. */
function isOwnDelay(func: Func, said: Node): boolean {
  return nodesIn(func).some((node) => {
    if (node.kind !== 'if' || ![...nodesOf(node.yes)].includes(said)) return false
    const words = spokenIn([node.test])
    return hasWord(words, /deadline_exceeded|timed_?out|^time_?out$/) && !hasWord(words, /poll|interval|last|attempt|limit/)
  })
}

/** Everything behind a branch that answers `authorization_pending` as long as nobody decided: no poll that waits comes there. */
function afterPending(func: Func, codes: CodeNames, states: ReadonlySet<string>): Node[] {
  const pending = new Set(
    saidIn(func, codes)
      .filter(({ code }) => code === 'authorization_pending')
      .map(({ node }) => node),
  )
  const leaves = (node: Node): boolean => {
    if (node.kind !== 'if' || !/^(?:return|throw)$/.test(node.yes.at(-1)?.kind ?? '')) return false
    const words = [...spokenIn([node.test])]
    return (
      words.some((word) => states.has(word)) &&
      !hasWord(words, /poll|interval|early|fast|last/) &&
      [...nodesOf(node.yes)].some((each) => pending.has(each))
    )
  }
  const listed = [
    func.body,
    ...nodesIn(func).flatMap((node) => (node.kind === 'try' ? [node.body] : node.kind === 'if' ? [node.yes, node.no] : [])),
  ]
  return listed.flatMap((list) => {
    const first = list.findIndex(leaves)
    return first === -1 ? [] : [...nodesOf(list.slice(first + 1))]
  })
}

function alwaysNo(func: Func): boolean {
  const values = returnsOf(func)
  return (
    values.length > 0 &&
    values.every((value) => {
      const first = value.kind === 'list' ? value.items[0] : value
      return first?.kind === 'constant' && first.value === false
    })
  )
}

function isAbstract(func: Func): boolean {
  return returnsOf(func).length === 0
}
