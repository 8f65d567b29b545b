import { loginFiles } from '../facts/login-files.ts'
import { spotsWhere } from '../facts/spots.ts'
import { lastWord, nodesIn, nodesOf, wordOf } from '../neutral/walk.ts'
import type { Node } from '../neutral/tree.ts'
import { perClient, type Rule, satisfies, violates } from './rule.ts'

const SCOPES = /(?:^|_)scopes?$/

export const scopeNotCompared: Rule = {
  id: 'DF-C06',
  title: 'The granted scope is never compared with the requested one',
  severity: 'low',
  confidence: 'medium',
  axis: 'tokens',
  side: 'client',
  sources: ['RFC 6749 section 3.3', 'RFC 6749 section 5.1'],
  fix: 'Read `scope` of the token response, and tell the user (or refuse) when it is not what was asked for.',
  check: perClient((client) => {
    const { root, scope, poll } = client
    const about = loginFiles(client)
    // A request without a scope has nothing to compare with.
    if (!scope.some((func) => about.has(func.file) && nodesIn(func).some((node) => asksForScope(node)))) return undefined
    const compared = spotsWhere(scope, (node) => comparesScopes(node))
    const [spot] = compared
    if (spot !== undefined) return satisfies(root, 'The granted scope is compared.', { spot })
    return violates(root, '`scope` of the token response is not compared with what was requested.', {
      spot: { func: poll?.redeem ?? root },
      searched: ['a comparison of two scopes, or a look into the granted ones, around the token response'],
    })
  }),
}

/** A scope on the way into a request; what keeps a token keeps the one that came with it. */
function asksForScope(node: Node): boolean {
  const names = (name: string | undefined): boolean => SCOPES.test(wordOf(name ?? ''))
  const isToken = (keys: readonly (string | undefined)[]): boolean => keys.some((key) => wordOf(key ?? '').endsWith('access_token'))
  switch (node.kind) {
    case 'object':
      return node.entries.some(({ key }) => names(key)) && !isToken(node.entries.map(({ key }) => key))
    case 'call':
      return (
        (node.args.some(({ name }) => names(name)) && !isToken(node.args.map(({ name }) => name))) ||
        (/^(?:set|append|add)$/.test(lastWord(node.callee)) && node.args[0]?.value.kind === 'text' && names(node.args[0].value.value)) ||
        /with_?scopes?$/.test(lastWord(node.callee))
      )
    case 'text':
      return /(?:^|[?&])scope=/.test(node.value)
    case 'assign':
      return (
        names(lastWord(node.target)) &&
        (/^(?:list|text|template)$/.test(node.value.kind) ||
          (node.target.kind === 'field' && /param|body|form|request|query|payload|data$/.test(lastWord(node.target.base))))
      )
    default:
      return false
  }
}

const WITHIN =
  /^(?:includes|contains|has|every|some|is_subset_of|issubset|is_superset_of|issuperset|difference|has_all|subset|compare|diff|missing_scopes|has_scopes?|validate_scopes?|check_scopes?|equal)$/

function granted(node: Node): boolean {
  return [...nodesOf([node])].some(
    (each) =>
      (each.kind === 'name' || each.kind === 'field') &&
      SCOPES.test(lastWord(each)) &&
      // What was asked for stays that, also beside the tokens it brought.
      !/request|asked|wanted|desired/.test(lastWord(each)) &&
      (/grant|token|returned|actual|received|missing/.test(lastWord(each)) ||
        (each.kind === 'field' && /token|response|result|res$|body|payload|claims|granted/.test(lastWord(each.base)))),
  )
}

function comparesScopes(node: Node): boolean {
  if (node.kind === 'binary' && /^(?:==|!=|in|not in)$/.test(node.op)) {
    const bare = (each: Node): boolean => each.kind === 'constant' || each.kind === 'text'
    return !bare(node.left) && !bare(node.right) && (granted(node.left) || granted(node.right))
  }
  if (node.kind !== 'call') return false
  // `scopeBeyond(granted, asked)`, and anything else that is handed two scopes.
  const scopes = node.args.filter(({ value }) => (value.kind === 'name' || value.kind === 'field') && SCOPES.test(lastWord(value)))
  if (scopes.length >= 2 && scopes.some(({ value }) => granted(value))) return true
  if (
    node.args.length >= 2 &&
    scopes.length >= 1 &&
    /scopes?_?(?:beyond|missing|exceed|within|match|diff|subset)|(?:missing|exceeding|extra|lost)_scopes?/.test(lastWord(node.callee))
  )
    return true
  if (!WITHIN.test(lastWord(node.callee))) return false
  return granted(node.callee) || node.args.some(({ value }) => granted(value))
}
