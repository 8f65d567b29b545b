import { hasWord, spokenBy, spotsWhere } from '../facts/spots.ts'
import type { Node } from '../neutral/tree.ts'
import { lastWord, nodesOf } from '../neutral/walk.ts'
import { onServer, type Rule, satisfies, violates } from './rule.ts'

const CHECKS =
  /validate_?scopes?|check_?scopes?|allowed_?scopes?|filter_?scopes?|resolve_?(?:scopes?|grant)|intersect_?scopes?|get_allowed_scope|scope_?strategy|is_?scope_?allowed|permitted_?scopes?|set_requested_scopes|restrict_?scopes?|normalize_scopes_for_client|verify_?scopes?|(?:is|are)_?(?:valid_?scopes?|scopes?_?(?:valid|allowed|permitted|granted))|grantable|sanitize_scopes?/

export const scopeUnbound: Rule = {
  id: 'DF-S12',
  title: 'The scope is not held to what the client may have and the person approved',
  severity: 'high',
  confidence: 'medium',
  axis: 'tokens',
  side: 'server',
  sources: ['RFC 6749 section 3.3', 'RFC 8628 section 3.1', 'CWE-863'],
  fix: 'Cut the requested scope to what the client is registered for, keep what was approved, and issue tokens for that alone.',
  check: onServer(({ root, redemption, authorization, files }) => {
    if (
      !hasWord(spokenBy(authorization), /^scopes?$|_scopes?$/) ||
      !hasWord(spokenBy(files.flatMap(({ functions }) => functions)), /client_?id/)
    )
      return undefined
    const [spot] = spotsWhere([...authorization, ...redemption], (node) => isCheck(node))
    if (spot !== undefined) return satisfies(root, 'The scope is held to a limit.', { spot })
    return violates(root, 'Whatever scope is asked for is kept and issued.', {
      spot: { func: authorization[0] ?? root },
      searched: ["a comparison of the requested scope with the client's", 'tokens that take the approved scope'],
    })
  }),
}

function isCheck(node: Node): boolean {
  if (node.kind === 'call') {
    if (CHECKS.test(lastWord(node.callee))) return true
    if (/^(?:every|includes|has|some|filter|issubset|intersection|difference|is_subset|contains|has_all)$/.test(lastWord(node.callee))) {
      const words = [...nodesOf([node])].map(lastWord)
      return words.some((word) => /scopes?$/.test(word)) && words.some((word) => /client|allowed|registered|application/.test(word))
    }
  }
  return node.kind === 'text' && node.value === 'invalid_scope'
}
