import { roundsOf, waitsOf } from '../flow/rounds.ts'
import { folded } from '../facts/fold.ts'
import { type Origin, originsOf, wordsOf } from '../facts/trace.ts'
import { hasWord } from '../facts/spots.ts'
import type { Project } from '../link/project.ts'
import { lastWord } from '../neutral/walk.ts'
import { byModel, perClient, type Rule, satisfies, unknown, violates } from './rule.ts'

export const intervalIgnored: Rule = {
  id: 'DF-C01',
  title: "The server's polling interval is ignored",
  severity: 'high',
  confidence: 'high',
  axis: 'polling',
  side: 'client',
  sources: ['RFC 8628 section 3.5', 'RFC 8628 section 3.2', 'CWE-799'],
  fix: 'Wait `interval` seconds from the device authorization response between two requests, 5 when it is absent.',
  check: perClient((client, { project }) => {
    const { poll, root } = client
    if (poll === undefined) return byModel(client, 'DF-C01')
    const judged = waitsOf(project, roundsOf(project, poll, 'authorization_pending')).map((waited) => {
      const { origins } = waited
      const numbers = origins.filter(({ node }) => node.kind === 'number')
      return {
        spot: waited,
        asked: origins.some(isInterval) || (numbers.length === 0 && hasWord(wordsOf(origins), /interval/)),
        lowered: isLowered(project, origins),
        known: numbers.length > 0,
      }
    })
    const good = judged.find(({ asked, lowered }) => asked && !lowered)
    if (good !== undefined)
      return satisfies(root, 'The wait between two requests comes from the interval of the response.', { spot: good.spot })
    const lowered = judged.find((each) => each.lowered)
    if (lowered !== undefined) return violates(root, "The server's interval is cut down to a smaller one.", { spot: lowered.spot })
    const [bad] = judged.filter(({ known }) => known)
    const searched = ['a wait whose length comes from `interval` of the response, in the loop and everything it calls']
    if (bad !== undefined)
      return violates(root, 'The wait between two requests is a fixed time; `interval` of the response is never read.', {
        spot: bad.spot,
        searched,
      })
    if (!poll.loops) return unknown(root, 'Whoever calls this waits between two requests; nothing here does.')
    return judged.length > 0 ? unknown(root, 'Where the length of the wait comes from is not known.') : undefined
  }),
}

function isInterval({ node }: Origin): boolean {
  return (
    (node.kind === 'field' && /(?:^|_)interval(?:_|$)/.test(lastWord(node))) ||
    (node.kind === 'text' && /^(?:interval|polling_?interval)$/i.test(node.value))
  )
}

/** RFC 8628 section 3.5: a smaller value than the server's is not its value. */
function isLowered(project: Project, origins: readonly Origin[]): boolean {
  return origins.some(({ node, func }) => {
    if (node.kind !== 'call' || lastWord(node.callee) !== 'min' || node.args.length < 2) return false
    const parts = node.args.map(({ value }) => originsOf(project, value, func))
    return parts.some((part) => part.some(isInterval)) && node.args.some(({ value }) => (folded(project, value, func) ?? Infinity) < 5)
  })
}
