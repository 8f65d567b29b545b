import { isNetwork } from '../flow/effects.ts'
import { isLog, shown } from '../facts/sinks.ts'
import { callsWhere, spokenBy } from '../facts/spots.ts'
import { originsOf } from '../facts/trace.ts'
import type { Project } from '../link/project.ts'
import type { Call, Func, Node } from '../neutral/tree.ts'
import { lastWord } from '../neutral/walk.ts'
import { type Judgement, perClient, type Rule, satisfies, violates } from './rule.ts'

export const secretLogged: Rule = {
  id: 'DF-C07',
  title: 'A device code or a token is logged or printed',
  severity: 'high',
  confidence: 'medium',
  axis: 'storage',
  side: 'client',
  sources: ['RFC 8628 section 5.2', 'RFC 6819 section 5.1.6', 'CWE-532'],
  fix: 'Log what happened, never the response: name the fields that are harmless, or a digest of the secret.',
  check: perClient(({ root, scope }, { project }) => judgeLogs(project, root, scope)),
}

/** One judgement for each place that shows a secret; one good word when logs show none. */
export function judgeLogs(project: Project, root: Func, scope: readonly Func[]): Judgement[] {
  const logs = callsWhere(scope, (call) => isLog(call))
  const bad = logs.flatMap(({ node, func }) => {
    const secret = shown(node).find((each) => isSecret(project, each, func))
    return secret === undefined ? [] : [{ node, func }]
  })
  if (bad.length === 0) return logs.length === 0 ? [] : [satisfies(root, 'What is logged holds no code and no token.')]
  return bad.map((spot) =>
    violates(root, 'A device code or a token goes into a log or onto the screen.', {
      spot,
      severity: isDebug(spot.node) ? 'medium' : 'high',
      searched: ['a mask or a digest around the value', 'a choice of harmless fields'],
    }),
  )
}

function isDebug(call: Call): boolean {
  return /debug|trace|verbose/.test(lastWord(call.callee))
}

const SECRETS =
  /^(?:device_code|access_token|refresh_token|id_token|client_secret|token_response|tokens|token_set|device_code_response|oauth_token|bearer_token|github_token|copilot_token)$/

/** A secret by its name on the wire, or the answer of the server as a whole. */
function isSecret(project: Project, node: Node, func: Func): boolean {
  if (node.kind === 'field' || node.kind === 'name') {
    const word = lastWord(node)
    if (node.kind === 'field' && SECRETS.test(word)) return !isMeta(node)
    if (node.kind === 'name' && /^(?:device_code|access_token|refresh_token|id_token|github_token|copilot_token|oauth_token)$/.test(word))
      return true
    if (node.kind === 'name' || /^(?:this|self)$/.test(lastWord(node.base))) return isAnswer(project, node, func)
  }
  return false
}

/** `settings.token.type` and the like say something about a secret. */
function isMeta(node: Node): boolean {
  return (
    node.kind === 'field' &&
    /^(?:messages?|errors?|constants?|metrics?|events?|labels?|strings?|config(?:uration)?|keys|scopes|urls?|endpoints?)$/.test(
      lastWord(node.base),
    )
  )
}

const PLAIN =
  /^(?:error|err|e|status|message|msg|text|url|uri|body_text|reason|code|description|id|name|exc|ex|user_code|verification_ur[il]\w*|expires_in|interval)$/

/** A whole answer to a request in a function that speaks of tokens or of device codes. */
function isAnswer(project: Project, node: Node, func: Func): boolean {
  const word = lastWord(node)
  if (PLAIN.test(word)) return false
  const said = spokenBy([func])
  if (
    !['device_code', 'access_token', 'grant_type', 'refresh_token', 'user_code', 'token_endpoint'].some((each) => said.has(each)) &&
    !/token|device/i.test(func.name + word)
  )
    return false
  const origins = originsOf(project, node, func, false)
  const [, given] = origins
  if (given === undefined) return false
  const direct = given.node
  const call = direct.kind === 'call' ? direct : undefined
  if (call === undefined) return false
  const name = lastWord(call.callee)
  if (/^(?:json|loads|parse|model_validate|decode|data|from_json)$/.test(name))
    return (
      origins.slice(1).some(({ node: each, func: where }) => each.kind === 'call' && isNetwork(each, where)) ||
      /response|resp|res$|result|token/.test(lastWord(call.callee.kind === 'field' ? call.callee.base : call.callee))
    )
  if (
    /^(?:request_token|exchange_token|fetch_token|generate_token|create_token|obtain_token.*|poll_token|request_device_authorization|request_device_code|get_device_code|device_auth(?:orization)?|device_access_token|poll_for_token|issue_token|create_token_response|save_token)$/.test(
      name,
    )
  )
    return true
  return false
}
