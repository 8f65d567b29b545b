import { comparedIn } from '../facts/said.ts'
import type { Code } from '../flow/codes.ts'
import { isGrant } from '../flow/poll.ts'
import type { Func } from '../neutral/tree.ts'
import { lastWord, nodesIn } from '../neutral/walk.ts'
import { goingOn, leaving, roundsOf } from '../flow/rounds.ts'
import { byModel, perClient, type Rule, satisfies, unknown, violates } from './rule.ts'

/** RFC 8628 section 3.5 and RFC 6749 section 5.2: after these nothing can come any more. */
const FINAL: readonly Code[] = ['access_denied', 'expired_token', 'invalid_grant']

export const keepsPolling: Rule = {
  id: 'DF-C05',
  title: 'A final error does not end polling',
  severity: 'medium',
  confidence: 'high',
  axis: 'polling',
  side: 'client',
  sources: ['RFC 8628 section 3.5', 'RFC 6749 section 5.2', 'CWE-755'],
  fix: 'Go on only after `authorization_pending` and `slow_down`; leave the loop with a distinct error on everything else.',
  check: perClient((client, { project }) => {
    const { poll, root } = client
    if (poll === undefined) return byModel(client, 'DF-C05')
    // An endpoint of its own may have statuses of its own, one for each of these.
    const speaks = (func: Func): boolean =>
      nodesIn(func).some((node) => isGrant(project, node, func)) || comparedIn(func, project.codes).length > 0
    if (!poll.scope.some(speaks) && tellsStatuses(poll.scope))
      return unknown(root, 'Answers are told apart by their status alone, at an endpoint that is not of the RFC.')
    for (const code of FINAL) {
      const walked = roundsOf(project, poll, code)
      const again = goingOn(walked)
      if (again.length > 0 && leaving(walked).length === 0) {
        const at = again.find((round) => round.at !== undefined)?.at
        return violates(root, `\`${code}\` does not leave the loop: the next request follows.`, {
          spot: { func: poll.entry, ...(at === undefined ? {} : { node: at }) },
          searched: ['a way out of the loop (break, return, throw) that this code takes'],
        })
      }
    }
    const walked = roundsOf(project, poll, 'access_denied')
    const polls = goingOn(roundsOf(project, poll, 'authorization_pending')).length > 0
    if (leaving(walked).length > 0 || polls) return satisfies(root, 'Codes that are final leave the loop.')
    return unknown(root, 'No loop around the request was found, so whoever calls this decides.')
  }),
}

/** `status === 400`, or `statusCode !== 428`. */
function tellsStatuses(scope: readonly Func[]): boolean {
  return scope.some((func) =>
    nodesIn(func).some(
      (node) =>
        node.kind === 'binary' &&
        /^[!=]=$/.test(node.op) &&
        /status/.test(lastWord(node.left)) &&
        node.right.kind === 'number' &&
        node.right.value >= 400,
    ),
  )
}
