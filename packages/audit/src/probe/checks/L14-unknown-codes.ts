// countersign-ignore-file: asks as no client should, to see what a server says
import type { Check } from '../check.ts'
import { described, errorOf, hasTokens, isWaiting } from '../exam.ts'
import { gather } from '../outcome.ts'

/** Whether codes that do not exist are all answered alike, and none is taken for one that does. */
export const unknownCodes: Check = {
  id: 'L14',
  title: 'Unknown codes',
  weight: 1,
  needs: [],
  rule: 'L14',
  axis: 'codes',
  severity: 'low',
  fix: 'Look codes up whole and by their exact value; answer everything else with invalid_grant.',
  run: async (exam) => {
    const found = gather()
    const { deviceCode: real } = await exam.open()
    const turned = Array.from(real)
      .map((letter) => (letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase()))
      .join('')
    const forms: readonly (readonly [string, string])[] = [
      ['a random code', Array.from(real).reverse().join('')],
      ['no code', ''],
      ['a code cut short', real.slice(0, -1)],
      ...(turned === real ? [] : [['a code in the other case', turned] as const]),
      ['a code with something after it', `${real}A`],
    ]
    const kinds = new Set<string>()
    const answers = []
    for (const [how, deviceCode] of forms) {
      const answer = await exam.poll(exam.clients.a, { deviceCode })
      answers.push(answer)
      if (answer.status >= 500) found.fail(`${how} was answered with ${described(answer)}`, answer)
      else if (hasTokens(answer) || isWaiting(errorOf(answer))) found.fail(`${how} was taken for a living one`, answer)
      else if (deviceCode !== '') kinds.add(described(answer))
    }
    if (kinds.size > 1) found.half(`they are told apart: ${[...kinds].join(', ')}`, ...answers)
    return found.outcome(`all alike: ${[...kinds].join(', ')}`, ...answers)
  },
}
