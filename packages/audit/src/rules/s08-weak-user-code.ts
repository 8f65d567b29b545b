import { alphabetsIn, digitsIn, lengthIn, lookAlikes, makingOf } from '../facts/code-strength.ts'
import { onServer, type Rule, satisfies, violates } from './rule.ts'

/** 8 characters of 20: what RFC 8628 section 6.1 shows as enough. */
const LEAST = 34

export const weakUserCode: Rule = {
  id: 'DF-S08',
  title: 'User codes are short, or mix characters that look alike',
  severity: 'medium',
  confidence: 'medium',
  axis: 'codes',
  side: 'server',
  sources: ['RFC 8628 section 6.1', 'RFC 8628 section 5.1', 'CWE-331'],
  fix: 'Draw 8 characters of `BCDFGHJKLMNPQRSTVWXZ`, and accept them in lower case and without the dash.',
  check: onServer(({ root, authorization, files }, { project }) => {
    const near = [
      ...new Set([
        ...authorization,
        ...files.flatMap(({ functions }) =>
          functions.filter((func) => /user_?code|human_?code/i.test(func.name) || func.name === '<file>'),
        ),
      ]),
    ]
    for (const made of makingOf(project, near, /user_?code|human_?code/)) {
      const every = alphabetsIn(made.origins)
      const own = every.filter(({ origin }) => origin.func.file === made.func.file)
      const alphabets = [...(own.length > 0 ? own : every)].sort((one, other) => other.text.length - one.text.length)
      const [longest] = alphabets
      if (longest === undefined) {
        const bits = digitsIn(project, made.origins)
        if (bits !== undefined && bits < LEAST) return violates(root, short(bits), { spot: made })
        continue
      }
      // Several to choose from: which one is taken is not known here.
      if (own.length === 0 && new Set(alphabets.map(({ text }) => text)).size > 1) continue
      if (lookAlikes(longest.text))
        return violates(root, 'The alphabet of user codes has characters that people take for each other.', {
          severity: 'low',
          spot: { func: longest.origin.func, node: longest.origin.node },
        })
      const length = lengthIn(project, made.origins)
      const bits = length === undefined ? undefined : length * Math.log2(new Set(longest.text.toUpperCase()).size)
      if (bits !== undefined && bits < LEAST) return violates(root, short(bits), { spot: made })
      return satisfies(root, 'User codes are long enough and hard to misread.', {
        spot: { func: longest.origin.func, node: longest.origin.node },
      })
    }
    return undefined
  }),
}

function short(bits: number): string {
  return `A user code has about ${Math.floor(bits)} bits, less than the 34 of eight characters out of twenty.`
}
