import { refreshFunctions } from '../facts/refreshing.ts'
import { hasWord } from '../facts/spots.ts'
import { reachable } from '../link/project.ts'
import { lastWord } from '../neutral/walk.ts'
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
    const refreshing = refreshFunctions(project, server).filter(({ name }) => /refresh|handle|exchange|rotate/i.test(name))
    const [first] = refreshing
    if (first === undefined) return undefined
    const families = reachable(project, refreshing, 3).find((func) =>
      hasWord(
        project.callsIn(func).map(({ callee }) => lastWord(callee)),
        REVOKES,
      ),
    )
    if (families !== undefined) return satisfies(server.root, 'A token that comes back revokes its family.', { spot: { func: families } })
    return violates(server.root, 'A refresh token that was used before only gets an error; whoever stole its successor goes on.', {
      spot: { func: first },
      searched: ['a revocation of the family on the way that a used token takes'],
    })
  }),
}
