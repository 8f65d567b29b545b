import { consumptions, isDecisive, isInMemory, isOnRefusal } from '../facts/consuming.ts'
import { onServer, type Rule, satisfies, violates } from './rule.ts'

export const redeemRace: Rule = {
  id: 'DF-S04',
  title: 'Two requests at once can both redeem a code',
  severity: 'high',
  confidence: 'medium',
  axis: 'redemption',
  side: 'server',
  sources: ['RFC 6749 section 4.1.2', 'CWE-367', 'CWE-362'],
  fix: 'Use the code up with one conditional write before tokens are issued, and issue them only to the request whose write changed a row.',
  check: onServer((server, { project }) => {
    const { root, redemption } = server
    const used = consumptions(server, project).filter((spot) => !isOnRefusal(spot))
    const [first] = used
    if (first === undefined) return undefined
    const decisive = isDecisive(project, used, redemption)
    if (decisive !== undefined) return satisfies(root, 'The write that uses the code up decides who gets tokens.', { spot: decisive })
    if (isInMemory(server))
      return satisfies(root, 'Looking up and removing happen in one turn of one program.', { spot: first, confidence: 'low' })
    const named = [...used].sort((one, other) => rank(other) - rank(one))[0] ?? first
    return violates(
      root,
      'The code is used up by a write whose outcome nobody reads: a second request that comes in between gets tokens too.',
      {
        spot: named,
        evidence: used.slice(0, 3),
        searched: ['a conditional update with a look at the number of rows', 'a lock, or a value that is read and removed at once'],
      },
    )
  }),
}

/** The store itself is where the condition belongs. */
function rank({ func }: { func: { name: string } }): number {
  return /invalidate|delete|consume|exchange|redeem/i.test(func.name) ? 1 : 0
}
