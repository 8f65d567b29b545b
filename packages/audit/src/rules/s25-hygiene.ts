import { saidIn } from '../facts/said.ts'
import { onServer, type Rule, satisfies, violates } from './rule.ts'

export const hygiene: Rule = {
  id: 'DF-S25',
  title: 'Answers can be cached, or errors are private words',
  severity: 'low',
  confidence: 'low',
  axis: 'transport',
  side: 'server',
  sources: ['RFC 6749 section 5.1', 'RFC 8628 section 3.5', 'RFC 8628 section 4', 'CWE-525'],
  fix: 'Send `Cache-Control: no-store` with codes and tokens, answer with the codes of the standards, and name the endpoint in the metadata.',
  check: onServer(({ root, redemption, files, routes }, { project }) => {
    const stored =
      files.some(({ text }) => /no-store/i.test(text)) ||
      [...project.texts.values()].some((text) => /Cache-Control['"]?\s*[,:]\s*['"]no-store/i.test(text))
    const codes = redemption.some((func) => saidIn(func, project.codes).length > 0)
    const answers = routes.some(({ handlers }) => handlers.some((handler) => redemption.includes(handler)))
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
