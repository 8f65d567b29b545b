import { isAnswerStatus, membersAsked } from '../facts/approvals.ts'
import { lookups } from '../facts/lookups.ts'
import { comparisons, isPredicate } from '../facts/server-words.ts'
import { hasWord, spokenIn, spotsWhere } from '../facts/spots.ts'
import { type Project, reachable } from '../link/project.ts'
import type { Spot } from '../neutral/spot.ts'
import type { Func, Node } from '../neutral/tree.ts'
import { lastWord, wordOf } from '../neutral/walk.ts'
import { onServer, type Rule, satisfies, violates } from './rule.ts'

const STATES =
  /^(?:status|state|approved|authorized|verified|used|used_at|denied|is_pending|user_code_state|pending|consumed|is_terminal|accepted|is_authorized)$/

export const approveAnyState: Rule = {
  id: 'DF-S15',
  title: 'A decision is taken for codes that are decided or over',
  severity: 'medium',
  confidence: 'medium',
  axis: 'approval',
  side: 'server',
  sources: ['RFC 8628 section 3.3', 'CWE-367'],
  fix: 'Write a decision only where the state is pending and the end has not come, as one conditional write.',
  check: onServer((server, { project }) => {
    const { root, approval, states } = server
    const isState = (word: string): boolean => STATES.test(word) || states.has(word)
    const asksState = (node: Node): boolean => hasWord(spokenIn([node]), STATES) || [...spokenIn([node])].some((word) => states.has(word))
    const writing = approval.filter(
      (func) =>
        spotsWhere(
          [func],
          (node) =>
            (node.kind === 'assign' && node.target.kind === 'field' && isState(lastWord(node.target)) && !isRefusal(node.value)) ||
            (node.kind === 'object' &&
              node.entries.some(
                ({ key, value }) =>
                  (/^(?:status|approved|authorized|verified|state)$/.test(key ?? '') || states.has(wordOf(key ?? ''))) &&
                  !isAnswerStatus(value) &&
                  !isRefusal(value),
              )) ||
            (node.kind === 'call' &&
              /^(?:approve|accept|authorize)_?(?:device|user|code).*|^apply_event.*|^accept_.*/.test(lastWord(node.callee))),
        ).length > 0,
    )
    const clearing = (scope: readonly Func[]): Spot | undefined => {
      const state = comparisons(
        scope,
        /^(?:==|!=|in|not in)$/,
        (left, right) => (asksState(left) && isFixed(right)) || (asksState(right) && isFixed(left)),
      )
      const asked = spotsWhere(
        scope,
        (node) =>
          isPredicate(node, /^(?:status|authorized|approved|used_at|verified|state|active)$/) ||
          (states.size > 0 && isPredicate(node, new RegExp(`^(?:${[...states].join('|')})$`))) ||
          (node.kind === 'call' &&
            /^(?:is_pending|is_terminal|transition|ensure_pending|assert_pending|compare_and_swap)$/.test(lastWord(node.callee))),
      )
      // `if (code.error || code.accountId) throw`: whatever is decided has a member that was empty before.
      const refused = spotsWhere(
        scope,
        (node) =>
          node.kind === 'if' &&
          /^(?:return|throw)$/.test(node.yes.at(-1)?.kind ?? '') &&
          !isNegated(node.test) &&
          membersAsked(node.test).some(isState) &&
          !hasWord(spokenIn([node.test]), /^(?:req|request|body|query|params|form|session|\w*user)$/),
      )
      return state[0] ?? asked[0] ?? refused[0]
    }
    // Who only writes may leave the question to those that call it, when each of them asks.
    const chained = lookups(project, server).filter(
      (func) =>
        !writing.includes(func) &&
        !/by_?user_?code/.test(wordOf(func.name)) &&
        project.callsIn(func).some((call) => /by_?user_?code/.test(lastWord(call.callee))),
    )
    const judged = writing.map((func) => {
      const callers = project.callersOf(func).flatMap(({ from }) => (from.name === '<file>' ? [] : [from]))
      // A link of a chain is handed what an earlier link looked up.
      const before = chained.length > 0 && ![func, ...callers].some((each) => findsCode(project, each)) ? chained : callers
      const asked = before.map((caller) => clearing([caller]))
      return { func, clear: clearing(reachable(project, [func], 3)) ?? (asked.every((spot) => spot !== undefined) ? asked[0] : undefined) }
    })
    const bad = judged.find(({ clear }) => clear === undefined)
    if (bad !== undefined)
      return violates(root, 'The decision is written whatever the state of the code, and however old it is.', {
        spot: { func: bad.func },
        searched: ['a look at the state and the end of the code, or a condition in the write'],
      })
    const [good] = judged
    return good?.clear === undefined ? undefined : satisfies(root, 'Only what is pending can be decided.', { spot: good.clear })
  }),
}

function isNegated(test: Node): boolean {
  return test.kind === 'unary' && test.op === '!'
}

function findsCode(project: Project, func: Func): boolean {
  return project
    .callsIn(func)
    .some((call) => /^(?:find|get|load|fetch|look_?up|select|query|first|one|read|take)/.test(lastWord(call.callee)))
}

/** A state as it is written in the source: a text, a member of an enumeration, a list of them. */
function isFixed(node: Node): boolean {
  if (node.kind === 'list') return node.items.every(isFixed)
  return (
    node.kind === 'text' ||
    node.kind === 'constant' ||
    node.kind === 'number' ||
    (node.kind === 'field' && /^[A-Z]/.test(node.name)) ||
    (node.kind === 'name' && /^[A-Z]/.test(node.name))
  )
}

function isRefusal(value: Parameters<typeof spokenIn>[0] extends Iterable<infer N> ? N : never): boolean {
  const words = spokenIn([value])
  return hasWord(words, /expired|pending|denied/) && !hasWord(words, /approv|authori|accept|verif/)
}
