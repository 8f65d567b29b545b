import { originsOf } from '../facts/trace.ts'
import type { Node } from '../neutral/tree.ts'
import { lastWord, nodesIn, pathOf, wordOf } from '../neutral/walk.ts'
import type { Spot } from '../neutral/spot.ts'
import { onServer, type Rule, satisfies, violates } from './rule.ts'

export const uriFromHost: Rule = {
  id: 'DF-S23',
  title: 'The verification URI is made from the request',
  severity: 'high',
  confidence: 'high',
  axis: 'transport',
  side: 'server',
  sources: ['RFC 9700 section 4.13', 'RFC 8628 section 3.2', 'CWE-644'],
  fix: 'Make the URI from the configured issuer; headers of the request decide nothing.',
  check: onServer(({ root, authorization }, { project }) => {
    const given: Spot[] = []
    let configured: Spot | undefined
    for (const func of authorization) {
      for (const node of nodesIn(func)) {
        const values =
          node.kind === 'object'
            ? node.entries.filter(({ key }) => /^verification_?ur[il]$/.test(wordOf(key ?? ''))).map(({ value }) => value)
            : node.kind === 'assign' && /^verification_?ur[il]$/.test(lastWord(node.target))
              ? [node.value]
              : []
        for (const value of values) {
          const origins = originsOf(project, value, func)
          if (origins.some((origin) => isFromRequest(origin.node))) given.push({ func, node })
          else configured ??= { func, node }
        }
      }
    }
    const [bad] = given
    if (bad !== undefined)
      return violates(root, 'Whoever sends the request chooses the host that people are sent to.', {
        spot: bad,
        searched: ['a configured issuer or base URL'],
      })
    return configured === undefined ? undefined : satisfies(root, 'The URI comes from the configuration.', { spot: configured })
  }),
}

/** `request.headers.host`, `request.url`, `X-Forwarded-Host`, `build_absolute_uri`. */
function isFromRequest(node: Node): boolean {
  if (node.kind === 'text') return /^x-forwarded-(?:host|proto)$|^host$/i.test(node.value)
  if (node.kind === 'call') return /^(?:build_absolute_uri|get_host|get_uri_with_path)$/.test(lastWord(node.callee))
  if (node.kind !== 'field') return false
  const path = pathOf(node).map(wordOf).join('.')
  return /(?:^|\.)(?:req|request|r)\.(?:headers\.host|url|host|host_url|base_url|url_root|get_header|original_url)$|headers\.host$|(?:req|request)\.hostname$|(?:^|\.)request\.nextUrl\.origin$/.test(
    path,
  )
}
