import { guardsOf } from '../facts/routes.ts'
import { leadingUp, lookups } from '../facts/lookups.ts'
import { folded } from '../facts/fold.ts'
import { hasWord, spokenBy, spotsWhere } from '../facts/spots.ts'
import { type Project, reachable } from '../link/project.ts'
import type { Spot } from '../neutral/spot.ts'
import type { Func, Node } from '../neutral/tree.ts'
import { lastWord, nodesIn, nodesOf } from '../neutral/walk.ts'
import { onServer, type Rule, satisfies, violates } from './rule.ts'

const LIMITS =
  /rate_?limit|throttl|limiter|(?:^|_)attempts(?:_|$)|attempt_(?:count|limit)|lock_?out|brute|too_many|max_tries|slow_down_user|captcha|turnstile|ratelimit|leaky|token_bucket/

export const noThrottle: Rule = {
  id: 'DF-S09',
  title: 'User codes can be guessed without limit',
  severity: 'high',
  confidence: 'medium',
  axis: 'approval',
  side: 'server',
  sources: ['RFC 8628 section 5.1', 'CWE-307'],
  fix: 'Count wrong codes by browser session, account and network, and refuse for a while after a few.',
  check: onServer((server, { project }) => {
    const { root, routes } = server
    const found = lookups(project, server)
    const [first] = found
    if (first === undefined) return undefined
    const around = [...leadingUp(project, found, 3), ...reachable(project, found, 3)]
    const near = around.filter(({ name }) => name !== '<file>')
    const limited = near.find((func) => speaksOfLimits(spokenBy([func])) || hasWord(guardsOf(func), LIMITS) || answersTooMany(func))
    if (limited !== undefined) return satisfies(root, 'Wrong codes are counted.', { spot: { func: limited } })
    const [counted] = countersIn(project, near)
    if (counted !== undefined) return satisfies(root, 'Wrong codes are counted.', { spot: counted })
    const guarded = routes.find(
      ({ guards, handlers }) => hasWord(guards, LIMITS) && (handlers.some((handler) => around.includes(handler)) || guards.length > 0),
    )
    if (guarded !== undefined)
      return satisfies(root, 'A limiter stands before the route.', { spot: { func: guarded.from, node: guarded.node } })
    const everywhere = [...project.texts].find(
      ([, text]) =>
        /(?:\.use|\.Use|[mM]iddlewares?|MIDDLEWARE|add_middleware|Depends|onRequest|register)\b[^\n]{0,80}(?:rate_?limit|limiter|throttl)/i.test(
          text,
        ) || /(?:rate_?limit|limiter|throttl)\w*[^\n]{0,40}(?:[mM]iddleware|\.Use\(|\.use\()/i.test(text),
    )
    if (everywhere !== undefined) return satisfies(root, `A limiter stands before all routes (${everywhere[0]}).`, { confidence: 'low' })
    return violates(root, 'Nobody counts wrong codes: all of them can be tried.', {
      spot: { func: first },
      searched: ['a limiter, a counter of attempts or a lock-out before the look-up', 'a limiter before all routes'],
    })
  }),
}

/** Where people sign in as well, what is counted are wrong passwords. */
function speaksOfLimits(words: ReadonlySet<string>): boolean {
  if (!hasWord(words, /^(?:\w+_)?passwords?$/)) return hasWord(words, LIMITS)
  return [...words].some((word) => LIMITS.test(word) && !/captcha|turnstile|sign_?in|login|password/.test(word))
}

/** RFC 6585 section 4: 429 is said to who asks too often. */
function answersTooMany(func: Func): boolean {
  return nodesIn(func).some((node) => node.kind === 'number' && node.value === 429)
}

/** A count that is raised, and held against a small number: `if (failed >= 5)`, whatever it is called. */
function countersIn(project: Project, funcs: readonly Func[]): Spot[] {
  const raised = spotsWhere(
    funcs,
    (node) =>
      (node.kind === 'assign' && node.op === '+=' && isOne(node.value)) || (node.kind === 'binary' && node.op === '+' && isOne(node.right)),
  )
  if (raised.length === 0) return []
  const isFew = (node: Node, func: Func): boolean => {
    const most = folded(project, node, func)
    return most !== undefined && Number.isInteger(most) && most >= 2 && most <= 100
  }
  const isCount = (node: Node): boolean =>
    ![...nodesOf([node])].some((each) => /^len$|length|interval|index|expir|time|size/.test(lastWord(each)))
  return spotsWhere(
    funcs.filter((func) => func.name !== '<file>'),
    (node, func) =>
      node.kind === 'if' &&
      [...nodesOf([node.test])].some(
        (each) => each.kind === 'binary' && /^>=?$/.test(each.op) && isFew(each.right, func) && isCount(each.left),
      ),
  )
}

function isOne(node: Node): boolean {
  return node.kind === 'number' && node.value === 1
}
