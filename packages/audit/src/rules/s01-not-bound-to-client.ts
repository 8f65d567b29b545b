import { givesClient, holdsClient, isPredicate, namesClient } from '../facts/server-words.ts'
import { hasWord, spokenBy, spotsWhere } from '../facts/spots.ts'
import { reachable } from '../link/project.ts'
import type { Node } from '../neutral/tree.ts'
import { lastWord, nodesIn, pathOf, wordOf } from '../neutral/walk.ts'
import { frameworkFor } from '../knowledge/models.ts'
import { onServer, type Rule, satisfies, violates } from './rule.ts'

export const notBoundToClient: Rule = {
  id: 'DF-S01',
  title: 'A device code can be redeemed by another client',
  severity: 'high',
  confidence: 'medium',
  axis: 'redemption',
  side: 'server',
  sources: ['RFC 6749 section 5.2', 'RFC 8628 section 3.4', 'CWE-863'],
  fix: 'Compare the client that the code was issued to with the authenticated client before anything else is said, and answer `invalid_grant`.',
  check: onServer(({ root, redemption, scope, files }, { project }) => {
    if (redemption.length === 0) return undefined
    // A server without a notion of clients has nothing to bind to.
    if (!hasWord(spokenBy([...scope, ...reachable(project, redemption)]), /client_?id/)) return undefined
    const [spot] = spotsWhere(redemption, (node, func) => {
      if (node.kind === 'binary' && (node.op === '==' || node.op === '!='))
        return !/basic_?auth|authenticate_?(?:client|request|basic)|client_?auth/i.test(func.name) && isSameClient(node.left, node.right)
      if (
        node.kind === 'call' &&
        /^(?:compare_digest|timing_safe_equal|constant_time_compare|equals?|compare)$/.test(
          node.callee.kind === 'field' ? node.callee.name.replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase() : '',
        )
      )
        return node.args.filter(({ value }) => namesClient(value)).length >= 2
      if (isLookupOfBoth(node)) return true
      return isPredicate(node, /^(?:\w+_)?client_?id$/) && !isOnClients(node) && nodesIn(func).some(isCodeQuery)
    })
    if (spot !== undefined) return satisfies(root, 'The code is compared with the client that redeems it.', { spot })
    const framework = frameworkFor('DF-S01', files)
    if (framework !== undefined) return satisfies(root, `${framework} does this for every server that is built on it.`)
    return violates(root, 'The code alone decides: who redeems it is not compared with whom it was issued to.', {
      spot: { func: root },
      searched: ['a comparison of two client ids on the way to the tokens', 'the client id in the query for the code'],
    })
  }),
}

/** One side is the id of a client, the other one as well, or the client that a record was made for. */
function isSameClient(left: Node, right: Node): boolean {
  const [one, other] = namesClient(left) || givesClient(left) ? [left, right] : [right, left]
  // Two reads of the request say nothing; two getters are of two things.
  const reads = (node: Node): boolean => node.kind === 'call' && node.args.length > 0
  return givesClient(one) && (holdsClient(other) || givesClient(other)) && !(reads(one) && reads(other))
}

/** `store.deviceState(ctx, clientID, deviceCode)`: whoever keeps the codes is handed both. */
function isLookupOfBoth(node: Node): boolean {
  return (
    node.kind === 'call' &&
    /^(?:get|find|load|fetch|look_?up|query|select|retrieve|poll)/.test(lastWord(node.callee)) &&
    node.args.some(({ value }) => value.kind !== 'call' && namesClient(value)) &&
    node.args.some(({ value }) => /(?:^|_)device_code(?:_hash)?$/.test(lastWord(value)))
  )
}

/** What looks for the code; a look for the client alone binds nothing to it. */
function isCodeQuery(node: Node): boolean {
  if (node.kind === 'call' && node.args.some(({ value }) => value.kind === 'text' && isAboutClients(value.value))) return false
  return isPredicate(node, /device|code|challenge/)
}

/** `prisma.client.findUnique({ where: { clientId } })` finds the client; a statement in words may go to anything that is called one. */
function isOnClients(node: Node): boolean {
  return (
    node.kind === 'call' &&
    !node.args.some(({ value }) => value.kind === 'text') &&
    pathOf(node.callee)
      .slice(0, -1)
      .some((part) => /^(?:oauth_?)?(?:clients?|applications?)$/.test(wordOf(part)))
  )
}

/** A statement on the table of clients finds the client, not the code. */
function isAboutClients(text: string): boolean {
  return /\b(?:from|update|into)\s+\W?\w*(?:client|application|app)s?\b/i.test(text)
}
