import { consumptions, isOnRefusal } from '../facts/consuming.ts'
import { onServer, type Rule, satisfies, violates } from './rule.ts'

export const replay: Rule = {
  id: 'DF-S05',
  title: 'A redeemed device code can be redeemed again',
  severity: 'critical',
  confidence: 'medium',
  axis: 'redemption',
  side: 'server',
  sources: ['RFC 6749 section 4.1.2', 'RFC 8628 section 3.5', 'CWE-294'],
  fix: 'Make the code useless on every way that issues tokens, before they are issued.',
  check: onServer((server, { project }) => {
    const { root, redemption } = server
    if (redemption.length === 0) return undefined
    const [spot] = consumptions(server, project).filter((each) => !isOnRefusal(each))
    if (spot !== undefined) return satisfies(root, 'Issuing tokens uses the code up.', { spot })
    return violates(root, 'Tokens are issued and the code stays as it was: no deletion and no mark on the way.', {
      spot: { func: root },
      searched: ['a deletion, a mark or a change of state on the way to the tokens; helpers that nobody calls do not count'],
    })
  }),
}
