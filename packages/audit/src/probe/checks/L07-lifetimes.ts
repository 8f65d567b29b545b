// countersign-ignore-file: asks as no client should, to see what a server says
import type { Check } from '../check.ts'
import { hasTokens, numberIn } from '../exam.ts'
import { gather } from '../outcome.ts'

/** How long codes and access tokens live. No RFC has these numbers: they are policy, and said to be. */
export const lifetimes: Check = {
  id: 'L07',
  title: 'Lifetimes',
  weight: 2,
  needs: [],
  rule: 'DF-S20',
  axis: 'tokens',
  severity: 'medium',
  fix: 'Let codes live 15 minutes at most (5 are enough) and access tokens an hour at most.',
  run: async (exam) => {
    const found = gather()
    const code = exam.codes[0] ?? (await exam.open())
    const tokens = exam.tokenAnswers.find(hasTokens)
    const codeLife = code.expiresIn
    const tokenLife = tokens && numberIn(tokens, 'expires_in')
    if (codeLife === undefined) found.fail('nothing says how long a code lives', code.answer)
    else if (codeLife > 1800) found.fail(`a code lives ${codeLife} seconds`, code.answer)
    else if (codeLife > 900) found.half(`a code lives ${codeLife} seconds`, code.answer)
    if (tokens === undefined) found.note('no access token was seen')
    else if (tokenLife === undefined) found.half('nothing says how long an access token lives', tokens)
    else if (tokenLife > 86_400) found.fail(`an access token lives ${tokenLife} seconds`, tokens)
    else if (tokenLife > 3600) found.half(`an access token lives ${tokenLife} seconds`, tokens)
    const lives = `codes ${codeLife ?? '?'} s, access tokens ${tokenLife ?? '?'} s`
    return found.outcome(lives, code.answer, ...(tokens === undefined ? [] : [tokens]))
  },
}
