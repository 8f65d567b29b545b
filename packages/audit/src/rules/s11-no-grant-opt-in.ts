import { hasWord, spokenBy } from '../facts/spots.ts'
import { spotsWhere } from '../facts/spots.ts'
import { lastWord, nodesOf } from '../neutral/walk.ts'
import type { Node } from '../neutral/tree.ts'
import { reachable } from '../link/project.ts'
import { frameworkFor } from '../knowledge/models.ts'
import type { Spot } from '../neutral/spot.ts'
import { type Registry, spotOf } from '../registry/registries.ts'
import { onServer, type Rule, satisfies, violates } from './rule.ts'

const CHECKS =
  /check_grant_?type|allows?_grant|supports?_grant|has_grant|grant_?types?_?(?:allowed|permitted)|validate_grant_?types?|is_grant_?type_?allowed|enable_?device_?flow|device_?flow_?enabled|device_?(?:grant|code)_?enabled|allow_?device|allowed_?grant|can_use_grant|unauthorized_client|allowed_?flows|check_?client_?grant/
const LISTS = /^(?:get_)?grant_?types?$|^allowed_?grant_?types?$|^allowed_?grants$|^grants$/

export const noGrantOptIn: Rule = {
  id: 'DF-S11',
  title: 'Every client may use the device grant',
  severity: 'medium',
  confidence: 'medium',
  axis: 'redemption',
  side: 'server',
  sources: ['RFC 7591 section 2', 'RFC 6749 section 5.2', 'CWE-285'],
  fix: 'Ask for the grant in the registration of the client, at the device authorization endpoint and at the token endpoint.',
  check: onServer(({ root, redemption, authorization, scope, files }, { project, registries }) => {
    const listed = listedIn(registries)
    if (!hasWord(spokenBy([...scope, ...reachable(project, redemption)]), /client_?id/)) return undefined
    const [spot] = spotsWhere([...redemption, ...authorization], (node) => isCheck(node))
    if (spot !== undefined) return satisfies(root, 'The client has to have the grant.', { spot, evidence: listed })
    const framework = frameworkFor('DF-S11', files)
    if (framework !== undefined) return satisfies(root, `${framework} does this for every server that is built on it.`)
    return violates(root, 'Any client, or any text where one should stand, may start and redeem.', {
      spot: { func: authorization[0] ?? root },
      evidence: listed,
      searched: ['a look at the grants of the client, before codes are handed out or redeemed'],
    })
  }),
  checkRegistered: (client, registry) => {
    if (!client.hasEveryGrant || client.hasDeviceGrant) return undefined
    const spot = spotOf(registry, client)
    return violates(spot.func, `The client ${client.id} is registered for every grant, whether it was meant to have this one or not.`, {
      spot,
      severity: 'low',
      searched: ['the device grant by its name'],
    })
  },
}

/** A list that nobody looks at makes the case as well as one that is kept to. */
function listedIn(registries: readonly Registry[]): Spot[] {
  return registries.flatMap((registry) =>
    registry.withDeviceGrant
      .filter(({ hasDeviceGrant }) => hasDeviceGrant)
      .slice(0, 1)
      .map((client) => spotOf(registry, client, client.record, `The grants of ${client.id} are listed here.`)),
  )
}

function isCheck(node: Node): boolean {
  if (node.kind === 'call') {
    if (CHECKS.test(lastWord(node.callee))) return true
    // `application.HasSigninMethod("Device login")`
    if (
      /^(?:has|is|allows?|supports?|can|check|accepts?)_/.test(lastWord(node.callee)) &&
      node.callee.kind === 'field' &&
      /client|app|application|registration/.test(lastWord(node.callee.base)) &&
      node.args.some(({ value }) => value.kind === 'text' && /device/i.test(value.value))
    )
      return true
    if (/^(?:includes|has|contains|some|is_allowed|exact|index_of)$/.test(lastWord(node.callee)))
      return [...nodesOf([node.callee, ...node.args.map(({ value }) => value)])].some(
        (each) => LISTS.test(lastWord(each)) && /client|app|registration/i.test([...nodesOf([each])].map(lastWord).join(' ')),
      )
  }
  if (node.kind === 'field')
    return /^(?:enable_?device_?flow|device_?flow_?enabled|device_?grant_?enabled|allow_?device_?flow|is_?device_?flow_?enabled)$/.test(
      lastWord(node),
    )
  if (node.kind === 'binary' && /^(?:in|not in)$/.test(node.op)) return LISTS.test(lastWord(node.right))
  return node.kind === 'text' && node.value === 'unauthorized_client'
}
