import { refreshFunctions } from '../facts/refreshing.ts'
import { hasWord, spokenBy, spotsWhere } from '../facts/spots.ts'
import { type Origin, originsOf } from '../facts/trace.ts'
import { type Project, reachable } from '../link/project.ts'
import type { Func, Node } from '../neutral/tree.ts'
import { lastWord, nodesOf, wordOf } from '../neutral/walk.ts'
import { spotOf } from '../registry/registries.ts'
import { keptRefreshToken } from '../registry/settings.ts'
import { onServer, type Rule, satisfies, violates } from './rule.ts'

export const refreshNotRotated: Rule = {
  id: 'DF-S17',
  title: 'Refresh tokens of public clients are not rotated',
  severity: 'high',
  confidence: 'medium',
  axis: 'tokens',
  side: 'server',
  sources: ['RFC 9700 section 2.2.2', 'RFC 9700 section 4.14.2', 'CWE-613'],
  fix: 'Issue a new refresh token with every refresh, always, and use the old one up in the same conditional write.',
  check: onServer((server, { project }) => {
    const { root } = server
    const near = project.functions.filter(({ file }) => server.files.includes(file) || /config|setting/i.test(file.path))
    const [off] = spotsWhere(near, (node) => isOff(node))
    if (off !== undefined) return violates(root, 'Rotation is off unless somebody turns it on.', { spot: off })
    const refreshing = refreshFunctions(project, server)
    const [first] = refreshing
    if (first === undefined) return undefined
    const scope = reachable(project, refreshing, 3)
    const sometimes = spotsWhere([...project.functions.filter(({ file }) => server.files.includes(file)), ...refreshing], (node) =>
      isConditional(node),
    )
    if (sometimes[0] !== undefined)
      return violates(root, 'A refresh token is issued only sometimes; the old one stays good when it is not.', {
        spot: sometimes[0],
        confidence: 'low',
      })
    const rotates = hasWord(
      spokenBy(scope),
      /rotat|new_refresh_token|generate_refresh_token|create_refresh_token|issue_refresh_token|include_refresh_token|revoke_old_credential|invalidate_refresh_token|store_refresh_token|next_refresh/,
    )
    const same = spotsWhere(refreshing, (node, func) => givesBack(project, node, func))
    if (same[0] !== undefined && !hasWord(spokenBy(refreshing), /rotat/))
      return violates(root, 'A refresh hands back the refresh token that it was given.', {
        spot: same[0],
        searched: ['a new refresh token on the way of the refresh grant'],
      })
    return rotates || spotsWhere(scope, (node, func) => makesToken(project, node, func)).length > 0
      ? satisfies(root, 'Every refresh brings a new refresh token.', { spot: { func: first } })
      : violates(root, 'A refresh brings no new refresh token.', {
          spot: { func: first },
          searched: ['a new refresh token on the way of the refresh grant'],
        })
  }),
  checkRegistered: (client, registry) => {
    const kept = client.isPublic ? keptRefreshToken(client) : undefined
    if (kept === undefined) return undefined
    const spot = spotOf(registry, client, kept)
    return violates(spot.func, `A refresh token of the public client ${client.id} stays good after it was used.`, {
      spot,
      evidence: [spotOf(registry, client, client.record, 'It is registered as a public client with the device grant.')],
      searched: ['tokens that are bound to a key'],
    })
  },
}

/** An answer whose refresh token is what the request brought. */
function givesBack(project: Project, node: Node, func: Func): boolean {
  if (node.kind !== 'object' || !isAnswer(node)) return false
  return node.entries.some(({ key, value }) => {
    if (wordOf(key ?? '') !== 'refresh_token') return false
    const origins = originsOf(project, value, func, false)
    return !origins.some(isMaking) && origins.some((origin) => isFromRequest(origin.node))
  })
}

function isFromRequest(node: Node): boolean {
  if (node.kind === 'call') return node.args[0]?.value.kind === 'text' && node.args[0].value.value === 'refresh_token'
  return node.kind === 'field' && lastWord(node) === 'refresh_token' && /body|form|params|request|input|parameter/.test(lastWord(node.base))
}

/** An answer with a refresh token that was drawn, signed or fetched for it. */
function makesToken(project: Project, node: Node, func: Func): boolean {
  if (node.kind !== 'object' || !isAnswer(node)) return false
  return node.entries.some(({ key, value }) => wordOf(key ?? '') === 'refresh_token' && originsOf(project, value, func).some(isMaking))
}

function isAnswer(node: Node): boolean {
  return node.kind === 'object' && node.entries.some(({ key }) => key === undefined || wordOf(key) === 'access_token')
}

function isMaking({ node }: Origin): boolean {
  return (
    node.kind === 'call' &&
    /random|uuid|nanoid|^(?:issue|create|generate|mint|new|make|sign|draw|opaque)(?:_|$)/.test(lastWord(node.callee))
  )
}

/** A setting for rotation whose preset is no. */
function isOff(node: Node): boolean {
  const rotation = (name: string): boolean => /rotat/.test(name) && /token|refresh/.test(name)
  if (node.kind === 'call') {
    const [first] = node.args
    const last = node.args.at(-1)?.value
    return first?.value.kind === 'text' && rotation(wordOf(first.value.value)) && last?.kind === 'constant' && last.value === false
  }
  if (node.kind === 'object')
    return node.entries.some(({ key, value }) => rotation(wordOf(key ?? '')) && value.kind === 'constant' && value.value === false)
  return node.kind === 'assign' && rotation(lastWord(node.target)) && node.value.kind === 'constant' && node.value.value === false
}

/** `scopes.includes('offline_access') ? issueRefreshToken() : undefined` decides anew at each refresh. */
function isConditional(node: Node): boolean {
  if (node.kind !== 'if' && node.kind !== 'conditional') return false
  const test = [...nodesOf([node.test])]
  const byScope =
    test.some((each) => each.kind === 'text' && each.value === 'offline_access') && test.some((each) => /scope/.test(lastWord(each)))
  // Two ends are compared: a new one comes only when the old one is nearly over.
  const byAge =
    node.test.kind === 'binary' &&
    /^[<>]=?$/.test(node.test.op) &&
    [node.test.left, node.test.right].every((side) => /expir/.test(lastWord(side)))
  if (!byScope && !byAge) return false
  const then = node.kind === 'if' ? node.yes : [node.yes]
  return [...nodesOf(then)].some(
    (each) =>
      each.kind === 'call' &&
      /refresh_?token/.test(lastWord(each.callee)) &&
      /issue|create|generate|store|exchange/.test(lastWord(each.callee)),
  )
}
