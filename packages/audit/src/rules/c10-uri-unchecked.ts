import { opensBrowser, isSpawn } from '../facts/sinks.ts'
import { callsWhere, hasWord, spokenBy, spokenIn } from '../facts/spots.ts'
import { isNetwork } from '../flow/effects.ts'
import { originsOf, wordsOf } from '../facts/trace.ts'
import type { Func, Node } from '../neutral/tree.ts'
import { lastWord, nodesIn, nodesOf } from '../neutral/walk.ts'
import { type Project, reachable } from '../link/project.ts'
import { perClient, type Rule, satisfies, violates } from './rule.ts'

const URI = /verification_?ur[il]|verification_?url|verify_?ur[il]/

export const uriUnchecked: Rule = {
  id: 'DF-C10',
  title: 'The verification URI is opened without a look at it',
  severity: 'medium',
  confidence: 'medium',
  axis: 'transport',
  side: 'client',
  sources: ['RFC 8628 section 5.3', 'RFC 8628 section 5.4', 'CWE-601'],
  fix: 'Open or hand on the URI only when it is https, without user info and control characters, and on the site of the authorization server.',
  check: perClient(({ root, scope }, { project }) => {
    const opened = callsWhere(scope, (call, func) => {
      if (!opensBrowser(call, func) && !(isSpawn(call) && /open|browser/i.test(func.name)))
        return (
          /elicit|render_?qr|qr_?code|^qr|generate_terminal/.test(lastWord(call.callee)) &&
          isUri(
            project,
            call.args.map(({ value }) => value),
            func,
          )
        )
      return true
    })
    const told = returned(scope)
    const spot =
      opened.find(({ node, func }) =>
        isUri(
          project,
          node.args.map(({ value }) => value),
          func,
        ),
      ) ??
      opened.find(({ node, func }) => !node.args.some(({ value }) => isPinned(project, value, func))) ??
      told
    if (spot === undefined) return undefined
    const around = reachable(project, [spot.func, ...project.callersOf(spot.func).map(({ from }) => from)], 2)
    // One that looks at an address before it sends something there looks at that address, not at this one.
    const checks = around.filter(
      (func) =>
        looksAtScheme(func) &&
        looksAtHost(func) &&
        (hasWord(spokenBy([func]), URI) || !project.callsIn(func).some((call) => isNetwork(call, func))),
    )
    const [check] = checks
    if (check !== undefined)
      return satisfies(root, 'The scheme and the host of the URI are looked at before it is opened.', { spot: { func: check } })
    return violates(root, 'The URI of the response is opened or handed on as it came: no look at scheme and host.', {
      spot,
      searched: ['a comparison of the scheme with https alone', 'a comparison of the host with a pinned one or that of the issuer'],
    })
  }),
}

function isUri(project: Project, args: readonly Node[], func: Func): boolean {
  return args.some((value) => hasWord(wordsOf(originsOf(project, value, func)), URI))
}

/** An address of the program's own, with something put behind it: `https://id.example/device?user_code=...`. */
function isPinned(project: Project, value: Node, func: Func): boolean {
  return originsOf(project, value, func).some(({ node, func: where }) => {
    const first = node.kind === 'template' ? node.parts[0] : node.kind === 'binary' && node.op === '+' ? node.left : undefined
    if (first === undefined) return false
    return originsOf(project, first, where).some((each) => each.node.kind === 'text' && /^https:\/\/[\w.-]+\//.test(each.node.value))
  })
}

/** A tool of an MCP server that hands the URI to a model. */
function returned(scope: readonly Func[]): { func: Func; node: Node } | undefined {
  for (const func of scope) {
    if (!hasWord(spokenBy([func]), URI)) continue
    for (const node of nodesIn(func)) {
      if (node.kind === 'return' && node.value !== undefined && hasWord(spokenIn([node.value]), URI) && isTool(func, node.value))
        return { func, node }
    }
  }
  return undefined
}

function isTool(func: Func, value: Node): boolean {
  return (
    /tool|mcp/i.test(func.file.path) ||
    [...nodesOf([value])].some((each) => each.kind === 'object' && each.entries.some(({ key }) => key === 'content'))
  )
}

/** `https:` alone: a list that also has `http:` lets everything through. */
function looksAtScheme(func: Func): boolean {
  const nodes = nodesIn(func)
  const https = nodes.some((node) => node.kind === 'text' && /^https(?::|:\/\/)?$/.test(node.value))
  const http = nodes.some((node) => node.kind === 'text' && /^http(?::|:\/\/)?$/.test(node.value))
  return https && !http
}

function looksAtHost(func: Func): boolean {
  return nodesIn(func).some((node) => {
    if (node.kind !== 'binary' && node.kind !== 'call') return false
    if (node.kind === 'binary' && !/^(?:==|!=|in|not in)$/.test(node.op)) return false
    if (node.kind === 'call' && !/includes|has|ends_?with|has_suffix|contains|equal/.test(lastWord(node.callee))) return false
    const sides = node.kind === 'binary' ? [node.left, node.right] : [node]
    return (
      sides.some((side) => hasWord(spokenIn([side]), /^(?:host|hostname|netloc|origin|host_name)$/)) &&
      !sides.some((side) => (side.kind === 'text' && side.value === '') || side.kind === 'constant')
    )
  })
}
