import { guardsOf } from '../facts/routes.ts'
import { leadingUp, lookups } from '../facts/lookups.ts'
import { hasWord, spokenBy } from '../facts/spots.ts'
import { reachable } from '../link/project.ts'
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
    const limited = around.find((func) => func.name !== '<file>' && (hasWord(spokenBy([func]), LIMITS) || hasWord(guardsOf(func), LIMITS)))
    if (limited !== undefined) return satisfies(root, 'Wrong codes are counted.', { spot: { func: limited } })
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
