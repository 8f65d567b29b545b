import { leadingUp } from '../facts/lookups.ts'
import { saidIn } from '../facts/said.ts'
import { spotsWhere } from '../facts/spots.ts'
import { lastWord } from '../neutral/walk.ts'
import { onServer, type Rule, satisfies, violates } from './rule.ts'

const FORBIDS = /no-store/i
/** Files with what many endpoints have in common. */
const SHARED =
  /(?:middleware|headers?|respon[sd]\w*|consts?|constants|utils?|utilities|common|errors?|helpers?|writer|json)\b[^/]*(?:\/[^/]*)?\.[a-z]+$/i

export const hygiene: Rule = {
  id: 'DF-S25',
  title: 'Answers can be cached, or errors are private words',
  severity: 'low',
  confidence: 'low',
  axis: 'transport',
  side: 'server',
  sources: ['RFC 6749 section 5.1', 'RFC 8628 section 3.5', 'RFC 8628 section 4', 'CWE-525'],
  fix: 'Send `Cache-Control: no-store` with codes and tokens, answer with the codes of the standards, and name the endpoint in the metadata.',
  check: onServer(({ root, redemption, authorization, routes }, { project }) => {
    const answering = new Set([...redemption, ...authorization, ...leadingUp(project, [...redemption, ...authorization], 2)])
    // A header that another endpoint sends says nothing; what all of them use does.
    const stored =
      spotsWhere(answering, (node) => node.kind === 'text' && FORBIDS.test(node.value)).length > 0 ||
      [...project.texts].some(([path, text]) => SHARED.test(path) && FORBIDS.test(text))
    const codes = redemption.some((func) => saidIn(func, project.codes).length > 0)
    const answers =
      routes.some(({ handlers }) => handlers.some((handler) => redemption.includes(handler))) ||
      redemption.some(({ params }) => params.some(({ type }) => /\bResponseWriter\b|\b(?:gin|echo|fiber)\.(?:Context|Ctx)\b/.test(type))) ||
      // Controllers of beego have no parameters.
      redemption.some((func) => project.callsIn(func).some((call) => lastWord(call.callee) === 'serve_json'))
    if (stored && codes) return satisfies(root, 'Answers are not cached, and errors are those of the standards.')
    if (stored) return satisfies(root, 'Answers are not cached.', { confidence: 'low' })
    if (!answers) return undefined
    return violates(
      root,
      codes
        ? 'Nothing forbids to cache answers with codes and tokens.'
        : 'Answers can be cached, and errors are not those of the standards.',
      { spot: { func: root }, searched: ['`no-store`', 'the error codes of RFC 8628 section 3.5'] },
    )
  }),
}
