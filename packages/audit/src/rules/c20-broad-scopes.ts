import { loginFiles } from '../facts/login-files.ts'
import { spotsWhere } from '../facts/spots.ts'
import type { ClientUnit } from '../facts/roles.ts'
import type { Func, Node } from '../neutral/tree.ts'
import { lastWord, wordOf } from '../neutral/walk.ts'
import { wordsIn } from '../registry/clients.ts'
import { spotOf } from '../registry/registries.ts'
import { perClient, type Rule, satisfies, violates } from './rule.ts'

/** From so many scopes on, nobody who reads a consent page reads them. */
const MANY = 15
const ALL = /^(?:\*|all|admin|root|superuser|full_access|admin:\*|.*:\*)$/

export const broadScopes: Rule = {
  id: 'DF-C20',
  title: 'More is asked for than one login needs',
  severity: 'low',
  confidence: 'low',
  axis: 'tokens',
  side: 'client',
  sources: ['RFC 9700 section 2.3', 'CWE-250'],
  fix: 'Ask for the least by default, let people add scopes, and ask for more when something needs it.',
  check: perClient((client: ClientUnit, { project }) => {
    const { root } = client
    const about = loginFiles(client)
    const near = project.functions.filter(({ file }) => about.has(file))
    const listed = spotsWhere(near, (node) => isScopeList(node))
    const [bad] = listed.filter(({ node }) => node !== undefined && isBroad(node, near))
    if (bad !== undefined)
      return violates(root, 'A long or all-embracing list of scopes is asked for at every login.', {
        spot: bad,
        searched: ['a smaller list by default', 'a way to choose'],
      })
    const [good] = listed
    return good === undefined ? undefined : satisfies(root, 'Few scopes are asked for.', { spot: good, confidence: 'low' })
  }),
  checkRegistered: (client, registry) => {
    const scopes = client.record.entries.find(({ key }) => /^(?:allowed_)?scopes?$/.test(wordOf(key ?? '')))?.value
    if (scopes === undefined || !wordsIn(scopes).some((scope) => ALL.test(scope))) return undefined
    const spot = spotOf(registry, client, scopes)
    return violates(spot.func, `The client ${client.id} is registered for every scope.`, { spot, searched: ['the scopes that it needs'] })
  },
}

function isScopeList(node: Node): boolean {
  if (node.kind === 'assign')
    return /(?:^|_)scopes?$/.test(lastWord(node.target)) && (node.value.kind === 'list' || node.value.kind === 'text')
  return (
    node.kind === 'object' &&
    node.entries.some(({ key, value }) => /^scopes?$/.test(wordOf(key ?? '')) && (value.kind === 'text' || value.kind === 'list'))
  )
}

function isBroad(node: Node, _near: readonly Func[]): boolean {
  const values =
    node.kind === 'assign'
      ? [node.value]
      : node.kind === 'object'
        ? node.entries.filter(({ key }) => /^scopes?$/.test(wordOf(key ?? ''))).map(({ value }) => value)
        : []
  const offered = node.kind === 'assign' && /all|available|supported|known|valid|optional|extra/.test(lastWord(node.target))
  if (offered) return false
  return values.some((value) => {
    const items =
      value.kind === 'list'
        ? value.items.flatMap((item) => (item.kind === 'text' ? [item.value] : []))
        : value.kind === 'text'
          ? value.value.split(/[ ,]+/)
          : []
    return items.length >= MANY || items.some((item) => ALL.test(item))
  })
}
