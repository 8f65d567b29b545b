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
  check: onServer(({ root, redemption }, { project }) => {
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
    const said = redemption.flatMap((func) =>
      saidIn(func, project.codes)
        .filter(({ code, passed, node }) => code === 'slow_down' && !passed && !isOwnDelay(func, node))
        .map(({ node }) => ({ func, node })),
    )
    if (said[0] !== undefined) return satisfies(root, 'A poll that comes too early is told to slow down.', { spot: said[0] })
    const [compared] = comparisons(
      redemption,
      /^[<>]=?$/,
      (left, right) => speaksOf(left, /interval|last_?(?:poll|check|request)/) || speaksOf(right, /interval|last_?(?:poll|check|request)/),
    )
    if (compared !== undefined) return satisfies(root, 'A poll that comes too early is refused.', { spot: compared })
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
