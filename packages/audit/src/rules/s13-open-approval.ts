import { isBackchannel } from '../facts/approvals.ts'
import { leadingUp } from '../facts/lookups.ts'
import { guardsOf } from '../facts/routes.ts'
import { hasWord, spokenBy, spotsWhere } from '../facts/spots.ts'
import { reachable } from '../link/project.ts'
import type { Func, Node } from '../neutral/tree.ts'
import { lastWord, pathOf, wordOf } from '../neutral/walk.ts'
import { onServer, type Rule, satisfies, violates } from './rule.ts'

const SIGN_IN_CHECKS =
  /session|current_?user|login_required|require_?auth|authenticat|get_user|is_logged|ensure_user|auth_?middleware|jwt_required|verify_token|user_from|with_auth|protect|browser_authentication|locals|principal|identity|cookie|csrf|sign(?:ed)?_?in(?:$|_)|logged_?in|(?:require|ensure|only|must_be|known)_?(?:person|user|member|account)|(?:person|user|member)s?_?only|(?:verify|check|compare|validate)_?password|bcrypt|argon2/

export const openApproval: Rule = {
  id: 'DF-S13',
  title: 'The approval can be forged, or made without signing in',
  severity: 'critical',
  confidence: 'medium',
  axis: 'approval',
  side: 'server',
  sources: ['RFC 9700 section 4.7', 'RFC 8628 section 5.4', 'CWE-352', 'CWE-306'],
  fix: 'Take the approval only by POST, with a CSRF token, from a signed-in browser, and take the identity from its session.',
  check: onServer(({ root, approval, routes }, { project }) => {
    const [first] = approval
    if (first === undefined) return undefined
    const exempt = approval.find((func) => hasWord(guardsOf(func), /csrf_exempt|csrf_?disabled|skip_?csrf|ignore_?csrf/))
    if (exempt !== undefined)
      return violates(root, 'The page that approves takes requests from any other site.', { spot: { func: exempt } })
    const around = leadingUp(project, approval, 2).filter((func) => !isBackchannel(func))
    const [claimed] = spotsWhere(around, (node) => takesIdentity(node))
    if (claimed !== undefined)
      return violates(root, 'Who approves is what the request says.', { spot: claimed, searched: ['an identity from the session'] })
    for (const { method, handlers, guards, from, node } of routes) {
      if (method !== 'GET') continue
      const deciding = reachable(project, handlers, 2).find(
        (func) => approval.includes(func) && /deny|denied|approve|allow|accept|authorize|confirm|reject/i.test(func.name) && writes(func),
      )
      if (deciding === undefined || handlers.length === 0) continue
      const guarded =
        hasWord(ofPeople(guards, handlers), SIGN_IN_CHECKS) ||
        hasWord(spokenBy(reachable(project, handlers, 2)), /^(?:session|current_user|get_session|require_user|authenticate|user)$/)
      if (!guarded)
        return violates(root, 'A GET request without a session changes the decision.', {
          spot: { func: deciding },
          evidence: [{ func: from, node }],
          searched: ['a session before the decision', 'POST with a CSRF token'],
        })
    }
    const known =
      hasWord(spokenBy([...around, ...reachable(project, approval, 2)]), SIGN_IN_CHECKS) ||
      routes.some(({ guards }) => hasWord(guards, SIGN_IN_CHECKS)) ||
      around.some((func) => hasWord(guardsOf(func), SIGN_IN_CHECKS))
    return known
      ? satisfies(root, 'Only a signed-in browser can approve.', { spot: { func: first } })
      : violates(root, 'Nothing before the approval asks who is there.', {
          spot: { func: first },
          confidence: 'low',
          searched: ['a session, a login or a middleware before the approval'],
        })
  }),
}

/** Without the sessions of a database, which know nobody. */
function ofPeople(words: readonly string[], handlers: readonly Func[]): string[] {
  const mapped = handlers.some(({ file }) => file.imports.some(({ module }) => /^(?:sqlalchemy|sqlmodel|typeorm)\b/.test(module)))
  return words.filter(
    (word) =>
      !/(?:^|_)(?:db|database|sql\w*)_?session|session_?(?:maker|local)/.test(word) && !(mapped && /^(?:async_)?session$/.test(word)),
  )
}

/** `req.body.user_id`: an identity that whoever writes the request chooses. */
function takesIdentity(node: Node): boolean {
  if (node.kind !== 'field' || !/^(?:user_?id|subject|sub|account_?id|username)$/.test(wordOf(node.name))) return false
  const base = pathOf(node.base).map(wordOf)
  return (
    /^(?:body|query|params|form|json|payload|post|data)$/.test(base.at(-1) ?? '') && /^(?:req|request|ctx|c|context)$/.test(base[0] ?? '')
  )
}

function writes(func: Func): boolean {
  return (
    [...spotsWhere([func], (node) => node.kind === 'assign' && node.target.kind === 'field')].length > 0 ||
    hasWord([lastWord({ kind: 'name', name: func.name, line: 0, column: 0 })], /deny|approve/)
  )
}
