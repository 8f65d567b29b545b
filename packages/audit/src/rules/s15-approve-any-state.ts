import { checksExpiry, comparisons, isPredicate, speaksOf } from '../facts/server-words.ts'
import { hasWord, spokenIn, spotsWhere } from '../facts/spots.ts'
import { reachable } from '../link/project.ts'
import type { Node } from '../neutral/tree.ts'
import { lastWord } from '../neutral/walk.ts'
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
  check: onServer(({ root, approval }, { project }) => {
    const writing = approval.filter(
      (func) =>
        spotsWhere(
          [func],
          (node) =>
            (node.kind === 'assign' && node.target.kind === 'field' && STATES.test(lastWord(node.target)) && !isRefusal(node.value)) ||
            (node.kind === 'object' &&
              node.entries.some(
                ({ key, value }) => /^(?:status|approved|authorized|verified|state)$/.test(key ?? '') && !isRefusal(value),
              )) ||
            (node.kind === 'call' &&
              /^(?:approve|accept|authorize)_?(?:device|user|code).*|^apply_event.*|^accept_.*/.test(lastWord(node.callee))),
        ).length > 0,
    )
    const judged = writing.map((func) => {
      const scope = reachable(project, [func], 3)
      const state = comparisons(
        scope,
        /^(?:==|!=|in|not in)$/,
        (left, right) => (speaksOf(left, STATES) && isFixed(right)) || (speaksOf(right, STATES) && isFixed(left)),
      )
      const asked = spotsWhere(
        scope,
        (node) =>
          isPredicate(node, /^(?:status|authorized|approved|used_at|verified|state|active)$/) ||
          (node.kind === 'call' &&
            /^(?:is_pending|is_terminal|transition|ensure_pending|assert_pending|compare_and_swap)$/.test(lastWord(node.callee))),
      )
      const expiry = checksExpiry(scope)
      return { func, clear: state[0] ?? asked[0] ?? expiry[0] }
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
