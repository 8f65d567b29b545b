import { refreshFunctions } from '../facts/refreshing.ts'
import { hasWord, spotsWhere } from '../facts/spots.ts'
import { isStatement } from '../neutral/statement.ts'
import { reachable } from '../link/project.ts'
import type { Node } from '../neutral/tree.ts'
import { lastWord, nodesOf, pathOf, wordOf } from '../neutral/walk.ts'
import { onServer, type Rule, satisfies, violates } from './rule.ts'

const REVOKES =
  /(?:revoke|delete|invalidate|disable|remove|terminate)\w*(?:famil|all|grant|chain|_by_|descend|session|tokens)|famil\w*(?:revoke|delete|invalidate|disable)|reuse_?detect|token_?reuse|(?:list|add|mark|record|publish|put)_\w*revoked/

export const reuseKeepsFamily: Rule = {
  id: 'DF-S18',
  title: 'A used refresh token that comes back revokes nothing',
  severity: 'high',
  confidence: 'medium',
  axis: 'tokens',
  side: 'server',
  sources: ['RFC 9700 section 4.14.2', 'CWE-613'],
  fix: 'When a rotated refresh token comes back, revoke everything that was born of the same login.',
  check: onServer((server, { project }) => {
    const refreshing = refreshFunctions(project, server)
    const [first] = refreshing
    if (first === undefined) return undefined
    const families = reachable(project, refreshing, 3).find((func) =>
      hasWord(
        project.callsIn(func).map(({ callee }) => lastWord(callee)),
        REVOKES,
      ),
    )
    if (families !== undefined) return satisfies(server.root, 'A token that comes back revokes its family.', { spot: { func: families } })
    const [ended] = spotsWhere(refreshing, (node) => node.kind === 'if' && endsAll(node.yes))
    if (ended !== undefined) return satisfies(server.root, 'A token that comes back ends the grant it belongs to.', { spot: ended })
    return violates(server.root, 'A refresh token that was used before only gets an error; whoever stole its successor goes on.', {
      spot: { func: first },
      searched: ['a revocation of the family on the way that a used token takes'],
    })
  }),
}

const MANY = /famil|grant|chain|lineage|series|descend|sessions?$|login|consent|tokens$|siblings|(?:^|_)all(?:_|$)/
const ENDS =
  /^(?:end|ends|ended|over|is_over|revoke|revoked|revoked_at|is_revoked|is_ended|ended_at|delete|remove|invalidate|invalidated|terminate|disable|kill|burn|drop|clear|close|closed|cancel|dead)(?:_|$)/

/** A branch that ends more than the token that came: what all tokens of the login share, or each of them in turn. */
function endsAll(body: readonly Node[]): boolean {
  return [...nodesOf(body)].some((node) => {
    if (node.kind === 'text') return isStatement(node.value) && endsMany(node.value)
    if (node.kind === 'loop') return [...nodesOf(node.body)].some((each) => each.kind === 'call' && ENDS.test(lastWord(each.callee)))
    if (node.kind === 'assign')
      return (
        node.target.kind === 'field' && ENDS.test(lastWord(node.target)) && pathOf(node.target.base).some((part) => MANY.test(wordOf(part)))
      )
    if (node.kind !== 'call') return false
    const path = pathOf(node.callee).map(wordOf)
    const words = path.join('.')
    return (
      path.some((part) => ENDS.test(part)) &&
      (MANY.test(words) || node.args.some(({ value }) => MANY.test([...nodesOf([value])].map(lastWord).join('.'))))
    )
  })
}

/** `UPDATE tokens SET revoked_at = ? WHERE user_id = ?`: a condition that holds for more than one token. */
function endsMany(text: string): boolean {
  const [, change = '', condition = ''] = /^\s*(update\b[^]*?|delete\b[^]*?)\bwhere\b([^]*)$/i.exec(text) ?? []
  return (
    /^delete|revoked|invalid|disabled|active|ended|deleted/i.test(change) &&
    /(?:user|account|subject|session|family|grant|chain|parent|device|login|client)\w*\s*=/i.test(condition)
  )
}
